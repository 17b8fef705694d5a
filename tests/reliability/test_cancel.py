"""Cancel ends a run within two seconds, whatever its node is doing, and leaves no process and nothing half-written."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from components.catalog import catalog, component
from components.ports import ROW
from engine.graph import Pipeline
from engine.limits import RunLimits
from engine.service.running import runs
from engine.service.views import RunView
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from tests.components import tables
from tests.homes import import_table, queue_run
from tests.processes import at_work, children, ended, finished_nodes, half_written, is_at, slow_pipeline, statuses, when
from tests.reliability.conftest import LEASE
from tests.reliability.drawings import crossed, hard_work
from tests.servers import eventually

PROMISE_SECONDS = 2.0
INTO_IT_SECONDS = 0.5
"""So long a node has been at it when the cancel comes."""
PLENTY = RunLimits(memory_mb=4_000, temp_mb=20_000)


@dataclass(frozen=True)
class Moment:
    """What a model can be at for long.

    Parameters
    ----------
    after
        The nodes that are done by then.
    file
        A file that shows how far the node has come.
    """

    pipeline: Callable[[], Pipeline]
    target: str
    after: frozenset[str]
    file: str | None = None

    def has_come(self, workspace: Workspace, view: RunView) -> bool:
        """Whether that node, and none before it, is being worked on."""
        is_busy = self.after <= finished_nodes(view) and "running" in statuses(view).values()
        return is_busy and (self.file is None or any(workspace.cache.root.glob(f".writing-*/{self.file}")))


MODELS = {
    "learns": Moment(slow_pipeline, "model", frozenset({"fill"})),
    "answers": Moment(crossed, "slow", frozenset({"few"}), file="predictions.parquet"),
    "is evaluated": Moment(crossed, "score", frozenset({"small"})),
}


@pytest.mark.slow
@pytest.mark.parametrize("moment", MODELS.values(), ids=MODELS)
def test_cancel_ends_a_run_whose_model(noisy: Workspace, moment: Moment) -> None:
    run_id = queue_run(noisy, moment.pipeline(), target=moment.target, limits=PLENTY)
    with at_work(noisy):
        when(noisy, run_id, lambda view: moment.has_come(noisy, view))
        time.sleep(INTO_IT_SECONDS)
        cancelled_in_time(noisy, run_id)


@pytest.fixture(scope="module")
def many_rows(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A home with the rows that the examples of all components fit."""
    folder = tmp_path_factory.mktemp("rows")
    workspace = open_workspace(Settings(home=folder / "home"))
    import_table(workspace, "rows", tables.example(60_000).drop_columns([ROW]), folder)
    return workspace


TAKES_TABLES = [
    key
    for key, kind in catalog().items()
    if kind.spec.inputs and all(port.kind == "table" for port in kind.spec.inputs)
]
"""All but sources, whose rows are read by what comes next, and what takes a model, which is above."""


@pytest.mark.slow
@pytest.mark.parametrize("key", TAKES_TABLES)
def test_cancel_ends_a_run_at_every_component(
    many_rows: Workspace, new_home: Callable[..., Workspace], key: str
) -> None:
    home = new_home(copy_of=many_rows, lease_seconds=LEASE)
    run_id = queue_run(home, hard_work(component(key)), target="node", limits=PLENTY)
    with at_work(home):
        when(home, run_id, is_at("node"))
        time.sleep(INTO_IT_SECONDS)
        cancelled_in_time(home, run_id)


def test_cancel_ends_a_run_that_only_just_began_to_read(noisy: Workspace) -> None:
    run_id = queue_run(noisy, crossed(), target="crossed")
    with at_work(noisy):
        eventually(lambda: children(noisy), 30)
        cancelled_in_time(noisy, run_id)


@pytest.mark.slow
def test_cancel_ends_a_run_whose_process_does_not_answer(noisy: Workspace) -> None:
    run_id = queue_run(noisy, slow_pipeline())
    with at_work(noisy):
        when(noisy, run_id, is_at("model"))
        time.sleep(INTO_IT_SECONDS)
        children(noisy)[0].suspend()
        cancelled_in_time(noisy, run_id)


def cancelled_in_time(workspace: Workspace, run_id: str) -> None:
    """Cancel, and look at what is left."""
    asked = time.monotonic()
    runs.cancel_run(workspace, run_id)
    view = ended(workspace, run_id)
    took = time.monotonic() - asked
    assert (view.status, view.error and view.error["code"]) == ("cancelled", "cancelled")
    assert took < PROMISE_SECONDS
    assert children(workspace) == []
    assert half_written(workspace) == []
    assert set(statuses(view).values()) <= {"succeeded", "cancelled", "skipped"}
