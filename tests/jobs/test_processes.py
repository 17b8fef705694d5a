"""Whatever dies, the run says so in a word, nothing is left behind, and running it again reuses what was finished."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from engine.jobs import Worker
from engine.service import jobs
from engine.service.data import datasets
from engine.service.running import runs
from engine.service.views import RunView
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from tests.homes import do_run, import_table, queue_run
from tests.processes import children, command, ended, gone, is_at, noise, running_worker, slow_pipeline, when
from tests.servers import eventually

LEASE = 2.0


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A home with the dataset that the slow pipeline reads."""
    folder = tmp_path_factory.mktemp("numbers")
    workspace = open_workspace(Settings(home=folder / "home"))
    import_table(workspace, "numbers", noise(), folder)
    return workspace


@pytest.fixture
def busy(numbers: Workspace, new_home: Callable[..., Workspace]) -> Callable[..., Workspace]:
    """Copies of that home, with their own settings."""
    return lambda **settings: new_home(copy_of=numbers, lease_seconds=LEASE, **settings)


def training(workspace: Workspace, run_id: str) -> RunView:
    """Wait until the run trains its forest."""
    return when(workspace, run_id, is_at("model"))


def test_kill_9_of_the_child_crashes_the_run_and_a_rerun_reuses(busy: Callable[..., Workspace]) -> None:
    home = busy()
    run_id = queue_run(home, slow_pipeline())
    worker = Worker(home, keep_spare=False)
    thread = Thread(target=worker.work_once)
    thread.start()
    training(home, run_id)
    children(home)[0].kill()
    view = ended(home, run_id)
    thread.join(10)
    error = view.error or {}
    assert (view.status, error["code"], error["node"]) == ("crashed", "process_died", "model")
    assert "signal 9, SIGKILL" in error["message"]
    assert "It was at the node 'Random forest'" in error["message"]
    assert {node.node: node.status for node in view.nodes} == {
        "numbers": "succeeded",
        "split": "succeeded",
        "fill": "succeeded",
        "model": "crashed",
    }
    gone(home)
    again = do_run(home, slow_pipeline(), target="fill")
    assert again.status == "succeeded"
    # Row-by-row work is not written down unless it is asked for itself, so the target is computed now.
    assert {node.node for node in again.nodes if node.cached} == {"numbers", "split"}


@pytest.mark.slow
def test_kill_9_of_a_worker_takes_its_children_along_and_another_worker_tells(busy: Callable[..., Workspace]) -> None:
    home = busy()
    run_id = queue_run(home, slow_pipeline())
    with running_worker(home.settings) as worker:
        training(home, run_id)
        eventually(lambda: len(children(home)) == 2)
        worker.kill()
        gone(home)
    killed = time.monotonic()
    other = Worker(home, keep_spare=False)
    thread = Thread(target=other.run)
    thread.start()
    view = ended(home, run_id)
    assert time.monotonic() - killed < 3 * LEASE
    other.stop()
    thread.join(10)
    assert (view.status, (view.error or {})["code"]) == ("crashed", "worker_lost")
    assert (view.error or {})["node"] == "model"


@pytest.mark.slow
def test_a_worker_that_was_held_up_renews_its_lease_and_does_not_give_up_its_own_job(
    busy: Callable[..., Workspace],
) -> None:
    home = busy()
    run_id = queue_run(home, slow_pipeline())
    worker = Worker(home, keep_spare=False)
    job = home.database.transact(lambda uow: uow.jobs.claim(worker.name, -1.0))  # over before the first beat
    assert job is not None
    assert not worker._beat(job)
    assert runs.get_run(home, run_id).status in ("queued", "running")
    with home.database.read() as uow:
        assert uow.jobs.get(job.id).status == "running"


def test_a_lost_job_with_attempts_left_is_done_again(busy: Callable[..., Workspace]) -> None:
    home = busy()
    run_id = queue_run(home, slow_pipeline())
    job_id = str(runs.job_of(home, run_id))
    with home.database.write() as uow:
        uow.jobs.get(job_id).max_attempts = 2
        uow.jobs.claim("a worker that dies before its first heartbeat", 0.1)
    worker = Worker(home, keep_spare=False)
    thread = Thread(target=worker.run)
    thread.start()
    training(home, run_id)
    with home.database.read() as uow:
        assert uow.jobs.get(job_id).attempt == 2
    worker.stop()
    thread.join(10)
    view = runs.get_run(home, run_id)
    assert (view.status, (view.error or {})["code"]) == ("crashed", "worker_stopped")
    gone(home)


def test_a_running_run_ends_soon_after_cancel(busy: Callable[..., Workspace]) -> None:
    home = busy()
    run_id = queue_run(home, slow_pipeline())
    thread = Thread(target=Worker(home, keep_spare=False).work_once)
    thread.start()
    training(home, run_id)
    asked = time.monotonic()
    runs.cancel_run(home, run_id)
    view = ended(home, run_id)
    assert time.monotonic() - asked < 20  # the run itself takes minutes
    thread.join(10)
    assert view.status == "cancelled"
    assert next(node for node in view.nodes if node.node == "model").status == "cancelled"
    gone(home)


def test_a_queued_run_is_cancelled_at_once_and_its_nodes_are_skipped(busy: Callable[..., Workspace]) -> None:
    home = busy()
    run_id = queue_run(home, slow_pipeline())
    runs.cancel_run(home, run_id)
    view = runs.get_run(home, run_id)
    assert (view.status, view.is_finished) == ("cancelled", True)
    assert not Worker(home, keep_spare=False).work_once()


@pytest.mark.slow  # several processes, one after the other
def test_two_workers_do_one_job_once(home: Workspace, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("a,b\n1,x\n2,y\n")
    job_id = datasets.start_import(home, tmp_path / "few.csv", "few")
    found: list[bool] = []
    workers = [Worker(home, keep_spare=False) for _ in range(2)]
    threads = [Thread(target=lambda worker=worker: found.append(worker.work_once())) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [False, True]
    assert jobs.get_job(home, job_id).status == "succeeded"
    assert datasets.get_dataset(home, "few").versions == [1]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ending_a_command_that_does_the_job_itself_leaves_no_process(
    busy: Callable[..., Workspace], number: signal.Signals
) -> None:
    home = busy()
    run_id = queue_run(home, slow_pipeline(), target="fill")
    runs.cancel_run(home, run_id)
    process = command(home.settings, "run", "slow", "--json")
    found = eventually(
        lambda: runs.list_runs(home, limit=1)[0].id != run_id and runs.list_runs(home, limit=1)[0].id, 60
    )
    training(home, found)
    os.kill(process.pid, number)
    out, _ = process.communicate(timeout=20)
    gone(home)
    if number != signal.SIGKILL:
        assert process.returncode == 1
        assert '"cancelled"' in out
        assert runs.get_run(home, found).status == "cancelled"


@pytest.fixture
def stopped_worker(home: Workspace) -> Workspace:
    with running_worker(home.settings):
        eventually(lambda: children(home), seconds=60)
    return home


def test_a_worker_that_is_told_to_stop_leaves_no_spare_child(stopped_worker: Workspace) -> None:
    gone(stopped_worker)
