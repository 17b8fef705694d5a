"""Two runs of one pipeline at once: both right, and the cache they share is sound."""

from typing import Any

import pytest

from engine.workspace import Workspace
from tests.homes import queue_run
from tests.processes import at_work, ended
from tests.reliability.drawings import everything
from tests.reliability.outcomes import is_right, next_run_is_right


@pytest.mark.slow  # several processes, one after the other
def test_two_runs_of_one_pipeline_at_once(noisy: Workspace, undisturbed: dict[str, Any]) -> None:
    both = [queue_run(noisy, everything()) for _ in range(2)]
    with at_work(noisy), at_work(noisy):
        views = [ended(noisy, run_id, 60) for run_id in both]
    for view in views:
        is_right(view, undisturbed)
    again = next_run_is_right(noisy, everything(), undisturbed)
    assert again.reused == len(again.nodes)


@pytest.mark.slow
def test_two_runs_that_share_half_of_their_nodes(noisy: Workspace, undisturbed: dict[str, Any]) -> None:
    other = everything(split__test=0.5)
    run_ids = [queue_run(noisy, pipeline) for pipeline in (everything(), other)]
    with at_work(noisy), at_work(noisy):
        first, second = (ended(noisy, run_id, 60) for run_id in run_ids)
    is_right(first, undisturbed)
    assert second.status == "succeeded", second.error
    next_run_is_right(noisy, everything(), undisturbed)
