"""Ten million rows are imported with progress and the time that is left, in less than 1 GB; and can be cancelled."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

import psutil
import pytest

from engine.service import jobs, open_workspace
from engine.service.data import datasets
from engine.settings import Settings
from tests.processes import at_work, command

ROWS = 10_000_000
CHUNK = 100_000
MOST_MB = 1_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "rows.csv"
    dice = random.Random(1)  # noqa: S311
    some = [f",{dice.random() * 1_000:.2f},{dice.choice(('Graz', 'Linz', 'Wien'))}\n" for _ in range(CHUNK)]
    with path.open("w") as out:
        out.write("id,amount,town\n")
        for start in range(0, ROWS, CHUNK):
            out.write("".join(f"{start + n}{rest}" for n, rest in enumerate(some)))
    return path


def watched(process: "subprocess.Popen[str]") -> Iterator[float]:
    """The memory in MB of the process's largest child, ten times a second."""
    head = psutil.Process(process.pid)
    while process.poll() is None:
        with suppress(psutil.Error):
            yield max((child.memory_info().rss for child in head.children(recursive=True)), default=0) / 1e6
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_ten_million_rows_are_imported_in_less_than_a_gigabyte(file: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    began = time.monotonic()
    process = command(settings, "dataset", "import", str(file), "--name", "large", "--json")
    peak = max(watched(process))
    out, err = process.communicate()
    assert process.returncode == 0, err
    sys.stderr.write(f"{ROWS:,} rows in {time.monotonic() - began:.0f} s, at most {peak:.0f} MB\n")
    assert json.loads(out)["rows"] == ROWS
    assert "left" in err
    assert peak < MOST_MB


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_large_import_ends_soon_after_it_is_cancelled(file: Path, tmp_path: Path) -> None:
    workspace = open_workspace(Settings(home=tmp_path / "home"))
    before = set(Path(gettempdir()).glob(".spill-read-*"))
    with at_work(workspace):
        job = datasets.start_import(workspace, file, "large")
        while (jobs.get_job(workspace, job).progress or 0) <= 0.05:
            time.sleep(0.2)
        assert jobs.get_job(workspace, job).remaining_seconds is not None
        jobs.cancel_job(workspace, job)
        asked = time.monotonic()
        while not jobs.get_job(workspace, job).is_finished:
            time.sleep(0.05)
    assert jobs.get_job(workspace, job).status == "cancelled"
    assert time.monotonic() - asked < 5
    assert not datasets.list_datasets(workspace)
    left = [path.relative_to(workspace.tables.root).as_posix() for path in workspace.tables.root.rglob("*.parquet")]
    assert set(left) <= set(workspace.tables.orphans((), 0)), "what the killed process left behind is seen by gc"
    assert all(path.name.startswith(".spill-") for path in workspace.cache.root.iterdir())
    assert not set(Path(gettempdir()).glob(".spill-read-*")) - before
