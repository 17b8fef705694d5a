"""Cancel ends a run within two seconds, whatever its node is doing, and leaves no process and nothing half-written."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from engine.graph import Pipeline
from engine.limits import RunLimits
from engine.service import runs
from engine.service.views import RunView
from engine.workspace import Workspace
from tests.homes import queue_run
from tests.processes import at_work, children, ended, finished_nodes, half_written, is_at, slow_pipeline, statuses, when
from tests.reliability.drawings import crossed
from tests.servers import eventually

PROMISE_SECONDS = 2.0
INTO_IT_SECONDS = 0.5
"""So long a node has been at it when the cancel comes."""


@dataclass(frozen=True)
class Family:
    """Nodes of a kind at hard work.

    Parameters
    ----------
    after
        The nodes that are done by then.
    file
        A file that shows how far the node has come.
    """

    pipeline: Callable[[], Pipeline]
    target: str
    after: frozenset[str] = frozenset()
    file: str | None = None

    def is_at_work(self, workspace: Workspace, view: RunView) -> bool:
        """Whether that node, and none before it, is being worked on."""
        is_busy = self.after <= finished_nodes(view) and "running" in statuses(view).values()
        return is_busy and (self.file is None or any(workspace.cache.root.glob(f".writing-*/{self.file}")))


NUMBERS = frozenset({"numbers"})
FAMILIES = {
    "a join, writing to the cache": Family(crossed, "crossed", NUMBERS),
    "a deduplication": Family(crossed, "distinct", NUMBERS),
    "what is learned": Family(crossed, "fill", NUMBERS),
    "a split": Family(crossed, "split", NUMBERS),
    "a model that learns": Family(slow_pipeline, "model", frozenset({"fill"})),
    "a model that answers": Family(crossed, "slow", frozenset({"few"}), file="predictions.parquet"),
    "an evaluation": Family(crossed, "score", frozenset({"small"})),
}


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_cancel_ends_within_two_seconds(noisy: Workspace, family: Family) -> None:
    limits = RunLimits(memory_mb=4_000, temp_mb=20_000)
    run_id = queue_run(noisy, family.pipeline(), target=family.target, limits=limits)
    with at_work(noisy):
        when(noisy, run_id, lambda view: family.is_at_work(noisy, view))
        time.sleep(INTO_IT_SECONDS)
        cancelled_in_time(noisy, run_id)


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
