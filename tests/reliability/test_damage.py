"""Files that vanish or change, between runs and in the middle of one: right, or told, and right the next time."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cache import Cache
from engine.errors import DamagedInput, PipelineProblems
from engine.service.data import datasets
from engine.service.running import runs
from engine.service.views import RunView
from engine.workspace import Workspace
from tests.homes import do_job, do_run, import_table, queue_run
from tests.processes import at_work, children, ended, finished_nodes, half_written, held_still, noise, when
from tests.reliability.drawings import everything
from tests.reliability.outcomes import facts, flip, is_right, next_run_is_right, right_or_told, told
from tests.servers import eventually

Harm = Callable[[Workspace], object]


def cached_files(workspace: Workspace) -> list[Path]:
    """Every file of every kept result."""
    return sorted(path for path in workspace.cache.root.glob("[!.]*/*") if path.is_file())


def dataset_files(workspace: Workspace) -> list[Path]:
    """Every file of every dataset version."""
    return sorted(workspace.home.datasets.rglob("*.parquet"))


def delete_the_cache(workspace: Workspace) -> None:
    """All of it, the folder itself too."""
    shutil.rmtree(workspace.cache.root)


def flip_all_that_is_kept(workspace: Workspace) -> None:
    for path in cached_files(workspace):
        flip(path)


def lose_the_tables_that_are_kept(workspace: Workspace) -> None:
    for path in cached_files(workspace):
        if path.suffix == ".parquet":
            path.unlink()


def harmed_run(workspace: Workspace, done: int, harm: Harm) -> RunView:
    """A run whose files are harmed while its process stands still, as soon as so many nodes are done."""
    run_id = queue_run(workspace, everything())
    with at_work(workspace):
        eventually(lambda: children(workspace), 30)
        when(workspace, run_id, lambda view: len(finished_nodes(view)) >= done)
        with held_still(workspace):
            harm(workspace)
        return ended(workspace, run_id, 60)


@pytest.mark.parametrize(
    "harm",
    [
        delete_the_cache,
        flip_all_that_is_kept,
        pytest.param(lose_the_tables_that_are_kept, marks=pytest.mark.slow),
    ],
)
def test_harm_to_the_cache_between_two_runs_costs_time_only(
    done_before: Workspace, new_home: Callable[..., Workspace], harm: Harm, undisturbed: dict[str, Any]
) -> None:
    home = new_home(copy_of=done_before)
    harm(home)
    is_right(do_run(home, everything()), undisturbed, may_not_know=True)
    assert half_written(home) == []


def test_nothing_is_kept_once_a_file_it_may_come_from_has_changed(tmp_path: Path) -> None:
    read, cache = tmp_path / "read.parquet", Cache(tmp_path / "cache")
    read.write_bytes(b"rows")
    cache.watch([read])
    flip(read)
    with cache.writing() as folder, pytest.raises(DamagedInput, match=r"read\.parquet was changed"):
        cache.keep("result", folder, {})
    assert cache.get("result") is None


@pytest.mark.slow
@pytest.mark.parametrize("done", range(1, 10, 2))
@pytest.mark.parametrize("harm", [delete_the_cache, flip_all_that_is_kept, lose_the_tables_that_are_kept])
def test_harm_to_the_cache_during_a_run(noisy: Workspace, done: int, harm: Harm, undisturbed: dict[str, Any]) -> None:
    view = harmed_run(noisy, done, harm)
    right_or_told(view, undisturbed)
    is_right(do_run(noisy, everything()), undisturbed, may_not_know=True)
    next_run_is_right(noisy, everything(), undisturbed, may_not_know=True)


def put_back(kept: dict[Path, bytes]) -> None:
    for path, content in kept.items():
        path.write_bytes(content)


@pytest.mark.parametrize("harm", [flip, pytest.param(Path.unlink, marks=pytest.mark.slow)])
def test_a_dataset_version_that_was_harmed_before_the_run(
    noisy: Workspace, harm: Callable[[Path], object], undisturbed: dict[str, Any]
) -> None:
    kept = {path: path.read_bytes() for path in dataset_files(noisy)}
    run_id = queue_run(noisy, everything())
    for path in kept:
        harm(path)
    do_job(noisy, str(runs.job_of(noisy, run_id)))
    error = told(runs.get_run(noisy, run_id))
    assert "damaged" in error["message"]
    assert "numbers" in error["message"]
    assert error["node"] == "numbers"
    put_back(kept)
    next_run_is_right(noisy, everything(), undisturbed, may_not_know=True)


def test_a_dataset_version_that_is_missing_is_told_before_anything_is_queued(noisy: Workspace) -> None:
    for path in dataset_files(noisy):
        path.unlink()
    with pytest.raises(PipelineProblems, match="it is missing"):
        queue_run(noisy, everything())
    assert runs.list_runs(noisy) == []


@pytest.mark.slow
@pytest.mark.parametrize("done", [0, 1, 3, 6])
@pytest.mark.parametrize("harm", [flip, Path.unlink])
def test_a_dataset_version_that_is_harmed_during_the_run(
    noisy: Workspace, harm: Callable[[Path], object], done: int, undisturbed: dict[str, Any]
) -> None:
    kept = {path: path.read_bytes() for path in dataset_files(noisy)}
    view = harmed_run(noisy, done, lambda home: [harm(path) for path in dataset_files(home)])
    right_or_told(view, undisturbed)
    put_back(kept)
    next_run_is_right(noisy, everything(), undisturbed, may_not_know=True)


def test_another_version_of_a_harmed_dataset_still_runs(noisy: Workspace, tmp_path: Path) -> None:
    first = dataset_files(noisy)
    other = noise(29_000)  # the same rows again would be the very files
    import_table(noisy, "numbers", other.append_column("extra", other.column(0)), tmp_path)
    for path in first:
        flip(path)
    assert datasets.get_dataset(noisy, "numbers").versions == [2, 1]
    assert facts(do_run(noisy, everything()))["numbers"][0] == 29_000
