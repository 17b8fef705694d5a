"""The search of the palette, over the real catalogue: what people type is found at the top."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from components.catalog import catalog, component
from engine.service.building.components import list_components
from tests.ui.test_forms import FRONTEND, needs_node


@needs_node
def test_what_people_call_a_component_elsewhere_finds_it_among_the_first_three(tmp_path: Path) -> None:
    told = tmp_path / "catalogue.json"
    told.write_text(json.dumps(list_components()), encoding="utf-8")
    done = subprocess.run(
        ["npx", "vitest", "run", "tests/search.test.ts"],
        cwd=FRONTEND,
        env={**os.environ, "CANVASBACK_CATALOGUE": str(told), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("key", sorted(catalog()))
def test_a_component_has_other_names_in_small_letters_and_each_once(key: str) -> None:
    words = component(key).spec.words
    assert words
    assert len(set(words)) == len(words)
    assert all(word == word.lower().strip() and 1 < len(word) <= 40 for word in words)
