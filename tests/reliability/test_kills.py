"""Killing a worker or its child at any stage boundary loses nothing but that stage."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest

from engine.cache import Cache
from engine.limits import RunLimits
from engine.service.running import runs
from engine.service.views import RunView
from engine.workspace import Workspace
from tests.homes import queue_run
from tests.processes import at_work, children, ended, finished_nodes, gone, is_dead, running_worker, when
from tests.reliability.conftest import LEASE
from tests.reliability.drawings import crossed, everything
from tests.reliability.outcomes import next_run_is_right
from tests.servers import eventually

BOUNDARIES = range(len(everything().nodes))


def has_done(nodes: int) -> Callable[[RunView], bool]:
    """Whether a run has begun and finished so many nodes."""
    return lambda view: view.status == "running" and len(finished_nodes(view)) >= nodes


def died_of(view: RunView, code: str) -> None:
    """A run crashed of this, or had finished its last node before it was hit."""
    if view.status != "succeeded":
        assert (view.status, (view.error or {})["code"]) == ("crashed", code)


def nothing_done_is_lost(workspace: Workspace, killed: RunView, undisturbed: dict[str, Any]) -> None:
    """The next run reuses what was done, and gives what an undisturbed run gives."""
    again = next_run_is_right(workspace, everything(), undisturbed)
    reused = {node.node for node in again.nodes if node.cached}
    assert finished_nodes(killed) <= reused


@pytest.mark.slow
@pytest.mark.parametrize("done", BOUNDARIES)
def test_the_child_is_killed_after_so_many_nodes(noisy: Workspace, done: int, undisturbed: dict[str, Any]) -> None:
    run_id = queue_run(noisy, everything())
    with at_work(noisy):
        when(noisy, run_id, has_done(done))
        for child in children(noisy):
            child.kill()
        killed = ended(noisy, run_id)
        gone(noisy)
    died_of(killed, "process_died")
    nothing_done_is_lost(noisy, killed, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("done", BOUNDARIES)
def test_the_worker_is_killed_after_so_many_nodes(noisy: Workspace, done: int, undisturbed: dict[str, Any]) -> None:
    run_id = queue_run(noisy, everything())
    with running_worker(noisy.settings) as worker:
        when(noisy, run_id, has_done(done))
        worker.kill()
        gone(noisy)
    with at_work(noisy):
        killed = ended(noisy, run_id, 3 * LEASE)
    died_of(killed, "worker_lost")
    nothing_done_is_lost(noisy, killed, undisturbed)


@pytest.mark.slow
def test_a_lost_run_with_attempts_left_is_taken_up_where_it_stopped(
    noisy: Workspace, undisturbed: dict[str, Any]
) -> None:
    run_id = queue_run(noisy, everything())
    with noisy.database.write() as uow:
        uow.jobs.get(str(runs.job_of(noisy, run_id))).max_attempts = 2
    with running_worker(noisy.settings) as worker:
        when(noisy, run_id, lambda view: "scale" in finished_nodes(view))
        worker.kill()
        gone(noisy)
    with at_work(noisy):
        eventually(lambda: runs.get_run(noisy, run_id).is_finished, 60)
    view = runs.get_run(noisy, run_id)
    assert view.status == "succeeded", view.error
    assert {node.node for node in view.nodes if node.cached} >= {"distinct", "scale"}
    nothing_done_is_lost(noisy, view, undisturbed)


SPILLED = ".spill-*"


@pytest.mark.slow
@pytest.mark.parametrize("who", ["child", "worker"])
def test_what_dead_runs_had_put_aside_is_swept(noisy: Workspace, who: str, undisturbed: dict[str, Any]) -> None:
    queue_run(noisy, crossed(), target="distinct", limits=RunLimits(memory_mb=1_000, temp_mb=20_000))
    with running_worker(noisy.settings) as worker:
        eventually(lambda: any(noisy.cache.root.glob(f"{SPILLED}/*")), 60)
        working = children(noisy)
        (worker if who == "worker" else working[0]).kill()
        if who == "child":
            eventually(lambda: not any(noisy.cache.root.glob(".*")))
    eventually(lambda: all(is_dead(child) for child in working))
    if who == "worker":
        assert any(noisy.cache.root.glob(SPILLED))
        noisy.cache.sweep()
    next_run_is_right(noisy, everything(), undisturbed)


def test_what_a_dead_process_left_is_swept_before_its_parent_asks_for_it(tmp_path: Path) -> None:
    cache, dead = Cache(tmp_path), subprocess.Popen(["true"])
    left = tmp_path / f".writing-{socket.gethostname()}-{dead.pid}-{uuid4().hex}"
    left.mkdir()
    process = psutil.Process(dead.pid)
    eventually(lambda: is_dead(process))
    cache.sweep()
    assert not left.exists()
    dead.wait()
