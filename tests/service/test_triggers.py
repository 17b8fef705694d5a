"""A new latest version starts the pipelines that were chosen, once, whatever brought it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.graph import Pipeline
from engine.service.building.pipelines import import_pipeline, save_version
from engine.service.data import datasets
from engine.service.running import runs, triggers
from engine.service.running.triggers import TriggerView, fire_triggers
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from storage.errors import Conflict, NotFound
from tests.homes import do_job, done

READER = """
format: 1
name: reader
nodes:
  orders: {component: dataset, params: {dataset: orders}}
  cheap: {component: filter_rows, params: {condition: amount < 15}}
edges: [orders -> cheap]
"""
SAVER = (
    READER.replace("reader", "saver")
    .replace("edges: [", "  keep: {component: save_dataset, params: {name: orders}}\nedges: [")
    .replace("cheap]", "cheap, cheap -> keep]")
)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("begun")
    workspace = open_workspace(Settings(home=folder / "home"))
    bring(workspace, folder, 10)
    return workspace


@pytest.fixture
def home(begun: Workspace, new_home: Callable[..., Workspace]) -> Workspace:
    """A home with a dataset whose latest version starts a pipeline."""
    workspace = new_home(copy_of=begun)
    import_pipeline(workspace, Pipeline.from_yaml(READER))
    triggers.add_trigger(workspace, "orders", "reader")
    return workspace


def bring(home: Workspace, folder: Path, amount: int) -> None:
    """The next version."""
    path = folder / f"orders_{amount}.csv"
    path.write_text(f"id,amount\n1,{amount}\n2,20\n")
    done(home, datasets.start_import(home, path, "orders"))


def make_latest(home: Workspace, number: int) -> None:
    with home.database.write() as uow:
        uow.datasets.make_latest(uow.datasets.by_name("orders").id, number)


def finish_runs(home: Workspace) -> list[int]:
    """Do what is queued; the numbers of all runs."""
    for run in runs.list_runs(home):
        if not run.is_finished:
            do_job(home, runs.job_of(home, run.id) or "")
    return [run.number for run in runs.list_runs(home)]


def only(home: Workspace) -> TriggerView:
    (found,) = triggers.list_triggers(home, "orders")
    return found


def test_a_new_version_starts_it_and_a_rollback_too(home: Workspace, tmp_path: Path) -> None:
    assert fire_triggers(home) == 0, "what was there before starts nothing"
    bring(home, tmp_path, 11)
    assert (fire_triggers(home), fire_triggers(home)) == (1, 0)
    assert (only(home).seen, only(home).run, only(home).run_status) == (2, 1, "queued")
    finish_runs(home)
    make_latest(home, 1)
    assert fire_triggers(home) == 1
    assert (only(home).seen, only(home).run) == (1, 2)


def test_what_is_at_work_is_waited_for_and_then_one_run_reads_the_newest(home: Workspace, tmp_path: Path) -> None:
    for amount in (11, 12, 13):
        bring(home, tmp_path, amount)
        assert fire_triggers(home) == (amount == 11)
    finish_runs(home)
    assert fire_triggers(home) == 1
    finish_runs(home)
    assert (fire_triggers(home), only(home).seen, only(home).run_status) == (0, 4, "succeeded")


def test_a_run_that_reads_the_version_already_is_not_doubled(home: Workspace, tmp_path: Path) -> None:
    bring(home, tmp_path, 11)
    draft = import_pipeline(home, Pipeline.from_yaml(READER))
    runs.start_run(home, draft.pipeline_id, Pipeline.from_yaml(READER))
    assert fire_triggers(home) == 0
    finish_runs(home)
    assert (fire_triggers(home), only(home).seen) == (0, 2)


def test_a_held_version_starts_nothing(home: Workspace, tmp_path: Path) -> None:
    bring(home, tmp_path, 11)
    with home.database.write() as uow:
        uow.datasets.get_version(uow.datasets.version(uow.datasets.by_name("orders").id).id).held = {"rule": "range"}
    make_latest(home, 1)
    assert fire_triggers(home) == 0


def test_a_pipeline_that_cannot_start_is_told_once(home: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id,price\n1,10\n")
    done(home, datasets.start_import(home, path, "orders"))
    assert (fire_triggers(home), fire_triggers(home)) == (0, 0)
    assert (only(home).seen, only(home).run) == (2, None)
    assert "amount" in (only(home).error or {})["message"]


def test_it_is_the_saved_drawing_that_runs_not_a_draft_in_the_making(home: Workspace, tmp_path: Path) -> None:
    draft = import_pipeline(home, Pipeline.from_yaml(READER))
    save_version(home, draft.pipeline_id)
    import_pipeline(home, Pipeline.from_yaml(READER.replace("amount < 15", "amoun")))
    bring(home, tmp_path, 11)
    assert fire_triggers(home) == 1


def test_a_pipeline_is_not_started_by_its_own_rows(home: Workspace, tmp_path: Path) -> None:
    draft = import_pipeline(home, Pipeline.from_yaml(SAVER))
    triggers.remove_trigger(home, "orders", "reader")
    triggers.add_trigger(home, "orders", "saver")
    runs.start_run(home, draft.pipeline_id, Pipeline.from_yaml(SAVER))
    finish_runs(home)
    assert datasets.get_dataset(home, "orders").latest == 2
    assert fire_triggers(home) == 0
    assert "came out of this pipeline" in (only(home).error or {})["message"]
    bring(home, tmp_path, 12)
    assert fire_triggers(home) == 1


def test_a_trigger_is_there_once_and_can_be_taken_away(home: Workspace, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="already"):
        triggers.add_trigger(home, "orders", "reader")
    with pytest.raises(NotFound, match="no pipeline named raeder"):
        triggers.add_trigger(home, "orders", "raeder")
    triggers.remove_trigger(home, "orders", "reader")
    with pytest.raises(NotFound, match="is not started"):
        triggers.remove_trigger(home, "orders", "reader")
    bring(home, tmp_path, 11)
    assert fire_triggers(home) == 0
