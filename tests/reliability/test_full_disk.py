"""A full disk: the run says so, what was there before is intact, nothing is half-written, the next run is right."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.graph import Pipeline
from engine.limits import RunLimits
from engine.service.running import runs
from engine.workspace import Workspace
from tests.homes import import_table, queue_run
from tests.processes import at_work, children, ended, finished_nodes, half_written, noise, when
from tests.reliability.drawings import MANY, everything
from tests.reliability.outcomes import is_right, next_run_is_right, told
from tests.servers import eventually

SmallDisk = Callable[[Path, int], None]


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    """Put a disk of so many megabytes over a folder, with what the folder holds; again, to give it another size."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs root to mount a small disk")
    mounted: list[Path] = []

    def mount(folder: Path, size_mb: int) -> None:
        if folder in mounted:
            subprocess.run(["mount", "-o", f"remount,size={size_mb}m", str(folder)], check=True)
            return
        aside = folder.rename(folder.with_name("aside"))
        folder.mkdir(mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=700", "none", str(folder)], check=True)
        mounted.append(folder)
        shutil.copytree(aside, folder, dirs_exist_ok=True)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, left: int = 0) -> Path:
    """A file that leaves so many bytes free on a disk to which others write too."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while (free := shutil.disk_usage(folder).free) > left:
            file.write(bytes(min(free - left, 1_000_000)))
    return filler


def run_of(workspace: Workspace, pipeline: Pipeline, **limits: Any) -> Any:
    run_id = queue_run(workspace, pipeline, limits=RunLimits(**limits))
    with at_work(workspace):
        return ended(workspace, run_id, 120)


@pytest.mark.slow
def test_the_disk_of_the_cache_is_full(noisy: Workspace, small_disk: SmallDisk, undisturbed: dict[str, Any]) -> None:
    small_disk(noisy.cache.root, 1)
    error = told(run_of(noisy, everything()))
    assert "disk" in error["message"].lower()
    assert error["node"] is not None
    assert half_written(noisy) == []
    small_disk(noisy.cache.root, 200)
    next_run_is_right(noisy, everything(), undisturbed)


@pytest.mark.slow
def test_a_disk_with_a_little_more_room_each_time(
    noisy: Workspace, small_disk: SmallDisk, undisturbed: dict[str, Any]
) -> None:
    small_disk(noisy.cache.root, 1)
    for size_mb in range(2, 60, 2):
        view = run_of(noisy, everything())
        assert half_written(noisy) == []
        if view.status == "succeeded":
            break
        assert "disk" in told(view)["message"].lower()
        small_disk(noisy.cache.root, size_mb)
    is_right(view, undisturbed)
    next_run_is_right(noisy, everything(), undisturbed)


@pytest.mark.slow
def test_there_is_no_room_for_what_memory_does_not_hold(
    noisy: Workspace, small_disk: SmallDisk, tmp_path: Path
) -> None:
    import_table(noisy, "some", noise(2_400), tmp_path)
    small_disk(noisy.cache.root, 70)
    many = Pipeline.from_yaml(MANY)
    error = told(run_of(noisy, many, memory_mb=700))
    assert "disk" in error["message"].lower()
    assert half_written(noisy) == []
    small_disk(noisy.cache.root, 2_000)
    view = run_of(noisy, many, memory_mb=700)
    assert view.status == "succeeded", view.error


@pytest.mark.slow
def test_the_disk_of_the_whole_home_is_full(
    noisy: Workspace, small_disk: SmallDisk, undisturbed: dict[str, Any]
) -> None:
    noisy.database.close()
    home = noisy.home.path
    small_disk(home, 200)
    run_id = queue_run(noisy, everything())
    filler = fill(home, 1_500_000)
    with at_work(noisy):
        error = told(ended(noisy, run_id, 60))
    assert "disk" in error["message"].lower()
    filler.unlink()
    assert runs.get_run(noisy, run_id).error == error
    next_run_is_right(noisy, everything(), undisturbed)


@pytest.mark.slow
def test_the_end_of_a_run_is_told_as_soon_as_the_disk_takes_it(
    noisy: Workspace, small_disk: SmallDisk, undisturbed: dict[str, Any]
) -> None:
    noisy.database.close()
    home = noisy.home.path
    small_disk(home, 200)
    run_id = queue_run(noisy, everything())
    with at_work(noisy):
        when(noisy, run_id, lambda view: "keep" in finished_nodes(view))
        filler = fill(home)
        eventually(lambda: not children(noisy), 60)
        filler.unlink()
        error = told(ended(noisy, run_id))
    assert "disk" in error["message"].lower()
    next_run_is_right(noisy, everything(), undisturbed)
