"""A full disk, a dead process, a harmed file, two at once: the version before is what it was, and nothing is lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.service.data import datasets, exports, version_diff, versions
from engine.workspace import Workspace
from tests.homes import do_job, done, import_table
from tests.reliability.outcomes import UNTOLD, flip
from tests.reliability.test_full_disk import SmallDisk, small_disk

__all__ = ["small_disk"]

KILLED_BEFORE_THE_ROW = """
import os, signal, sys
from pathlib import Path
import pyarrow.parquet as pq
from engine.settings import Settings
from engine.versions.new_version import find_place, write_rows
from engine.workspace import open_workspace
workspace = open_workspace(Settings(home=Path(sys.argv[1])))
rows = pq.read_table(sys.argv[2])
write_rows(workspace, find_place(workspace, "t"), rows.to_batches(), rows.schema, sys.argv[3])
os.kill(os.getpid(), signal.SIGKILL)
"""


def table(rows: int, seed: int = 1) -> pa.Table:
    random = np.random.default_rng(seed)
    return pa.table({"id": np.arange(rows), **{f"x{at}": random.normal(size=rows) for at in range(5)}})


@pytest.fixture
def begun(home: Workspace, tmp_path: Path) -> Workspace:
    import_table(home, "t", table(2_000), tmp_path)
    return home


def started(home: Workspace, folder: Path, rows: pa.Table, mode: str = "replace", name: str = "more") -> str:
    path = folder / f"{name}.parquet"
    pq.write_table(rows, path)
    return datasets.start_import(home, path, "t", mode=mode)  # type: ignore[arg-type]


def is_as_it_was(home: Workspace) -> None:
    assert [(it.number, it.rows, it.is_latest) for it in versions.list_versions(home, "t")] == [(1, 2_000, True)]
    assert datasets.preview_dataset(home, "t", offset=1_999).rows[0][0] == 1_999
    assert [path.name for path in (home.tables.root).rglob(".tmp-*")] == []


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_the_disk_is_full_while_a_version_is_written(
    begun: Workspace, tmp_path: Path, small_disk: SmallDisk, mode: str
) -> None:
    small_disk(begun.tables.root, 1)
    job = do_job(begun, started(begun, tmp_path, table(60_000, 2), mode))
    error = job.error or {}
    assert (job.status, error["code"] in UNTOLD) == ("failed", False)
    assert "disk is full" in error["message"].lower()
    assert error["hint"]
    is_as_it_was(begun)
    small_disk(begun.tables.root, 100)
    assert done(begun, started(begun, tmp_path, table(60_000, 2), mode))["version"] == 2


@pytest.mark.slow  # several processes, one after the other
def test_the_disk_is_full_while_a_file_is_exported(begun: Workspace, small_disk: SmallDisk, tmp_path: Path) -> None:
    import_table(begun, "t", table(30_000), tmp_path)
    small_disk(begun.cache.root, 1)
    for job in (exports.start_export(begun, "t"), version_diff.start_diff(begun, "t", 1, 2)):
        ended = do_job(begun, job)
        if ended.status != "succeeded":
            assert "disk" in (ended.error or {})["message"].lower()
    assert not [path for path in begun.cache.root.iterdir() if path.name.startswith(".")]
    small_disk(begun.cache.root, 100)
    assert done(begun, exports.start_export(begun, "t"))["rows"] == 30_000


@pytest.mark.slow  # several processes, one after the other
@pytest.mark.parametrize("mode", ["replace", "append"])
def test_a_process_that_dies_between_the_files_and_the_row_leaves_no_version(
    begun: Workspace, tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "more.parquet"
    pq.write_table(table(500, 3), path)
    code = [sys.executable, "-c", KILLED_BEFORE_THE_ROW, str(begun.home.path), str(path), mode]
    dead = subprocess.run(code, capture_output=True, cwd=Path(__file__).parents[2], env=dict(os.environ), check=False)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    is_as_it_was(begun)
    with begun.database.read() as uow:
        left = begun.tables.orphans(uow.datasets.files_in_use(), 0)
    assert len(left) == 1
    found = done(begun, datasets.start_import(begun, path, "t", mode=mode))  # type: ignore[arg-type]
    assert (found["version"], found["rows"]) == (2, 2_500 if mode == "append" else 500)
    begun.tables.remove(left)
    assert datasets.preview_dataset(begun, "t", 2).total == found["rows"]


def test_rows_added_by_two_at_once_are_all_there_or_told(begun: Workspace, tmp_path: Path) -> None:
    many = [started(begun, tmp_path, table(100 + at, at), "append", f"part{at}") for at in range(3)]
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda job: do_job(begun, job), many))
    told = [job.error["code"] for job in ended if job.error]
    assert set(told) <= {"conflict"}
    added = sum(100 + at for at, job in enumerate(ended) if job.status == "succeeded")
    latest = datasets.get_dataset(begun, "t")
    assert latest.rows == 2_000 + added
    ids = pq.ParquetDataset(begun.files_of(begun.database.transact(lambda uow: uow.datasets.version(latest.id)))).read(
        ["__cb_row"]
    )["__cb_row"]
    assert ids.to_pylist() == list(range(2_000 + added))


def test_a_harmed_file_is_named_before_anything_is_built_on_it(
    begun: Workspace, tmp_path: Path, new_home: Callable[..., Workspace]
) -> None:
    import_table(begun, "t", table(10), tmp_path)
    for path in (begun.tables.root).rglob("v1/*.parquet"):
        flip(path)
    begun.tables._verified.clear()
    ended = do_job(begun, version_diff.start_diff(begun, "t", 1, 2))
    assert (ended.error or {})["code"] == "damaged_file"
    assert datasets.preview_dataset(begun, "t", 2).total == 10
    assert done(begun, started(begun, tmp_path, table(12), "append"))["rows"] == 22
