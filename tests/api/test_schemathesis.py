"""Schemathesis finds nothing: what our own OpenAPI document says is what the API does, for right and wrong requests."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.homes import Published
from tests.servers import serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 25


@pytest.fixture
def client(published: Published) -> Iterator[httpx.Client]:
    with serving(published.workspace) as client:
        yield client


def test_schemathesis_finds_nothing_against_our_own_openapi(
    client: httpx.Client, published: Published, tmp_path: Path
) -> None:
    told = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)),
            *("run", f"{client.base_url}/openapi.json"),
            *("--header", f"Authorization: Bearer {published.key}"),
            *("--max-examples", str(EXAMPLES), "--seed", "7", "--no-color", "--request-timeout", "30"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks"},
    )
    assert told.returncode == 0, "\n".join(line[:500] for line in (told.stdout + told.stderr).splitlines())
