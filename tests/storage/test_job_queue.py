"""A job is done by one worker at a time, and none is forgotten."""

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.synchronize import Barrier

import pytest

from storage.database import Database
from storage.errors import LostLease
from storage.schema import Job, utc_now
from storage.unit_of_work import UnitOfWork
from tests.storage.things import a_run

# Forked, so that six processes start at the same moment and not one import after the other.
SPAWN = multiprocessing.get_context("spawn")


def _claim_all(url: str, worker: str, start: Barrier, taken: "multiprocessing.Queue[list[str]]") -> None:
    database, mine = Database(url), []
    start.wait(30)
    while (job := database.transact(lambda uow: uow.jobs.claim(worker, 60), patience=60)) is not None:
        mine.append(job.id)
        done = (job.id, worker, job.attempt, "succeeded")
        database.transact(lambda uow, done=done: uow.jobs.finish(*done), patience=60)  # type: ignore[misc]
    taken.put(mine)


def _claimed(database: Database, lease_seconds: float = 60, max_attempts: int = 1) -> Job:
    with database.write() as uow:
        uow.jobs.enqueue("run", {}, max_attempts=max_attempts)
        job = uow.jobs.claim("worker", lease_seconds)
        assert job is not None
        return job


@pytest.mark.slow  # several processes, one after the other
def test_six_processes_share_two_hundred_jobs_and_take_none_twice(database: Database, url: str) -> None:
    with database.write() as uow:
        jobs = {uow.jobs.enqueue("run", {"n": n}).id for n in range(200)}
    start, results = SPAWN.Barrier(6), SPAWN.Queue()
    processes = [SPAWN.Process(target=_claim_all, args=(url, f"worker {n}", start, results)) for n in range(6)]
    for process in processes:
        process.start()
    taken = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(10)
    assert sum(map(len, taken)) == 200
    assert set().union(*taken) == jobs
    assert sum(map(bool, taken)) > 1, "one process took them all: nothing was contended"


def test_on_postgresql_a_claim_does_not_wait_for_another_one(new_postgres_database: Callable[[], str]) -> None:
    database = Database(new_postgres_database(), busy_seconds=1)
    with database.write() as uow:
        jobs = [uow.jobs.enqueue("run", {}).id for _ in range(2)]
    with database.write() as one, database.write() as other:
        claimed = [one.jobs.claim("one", 60), other.jobs.claim("other", 60)]
    database.close()
    assert [job.id for job in claimed if job] == jobs


def test_the_oldest_job_goes_first(database: Database) -> None:
    with database.write() as uow:
        jobs = [uow.jobs.enqueue("run", {}).id for _ in range(3)]
        claimed = [uow.jobs.claim("worker", 60) for _ in range(3)]
    assert [job.id for job in claimed if job] == jobs


def test_an_empty_queue_gives_nothing(database: Database) -> None:
    with database.write() as uow:
        assert uow.jobs.claim("worker", 60) is None


def test_a_worker_takes_only_the_kinds_it_asks_for(database: Database) -> None:
    with database.write() as uow:
        uow.jobs.enqueue("import", {})
        run = uow.jobs.enqueue("run", {})
        claimed = uow.jobs.claim("worker", 60, kinds=["run"])
    assert claimed is not None
    assert claimed.id == run.id


def test_a_claim_counts_an_attempt_and_starts_a_lease(database: Database) -> None:
    job = _claimed(database, lease_seconds=60)
    assert (job.status, job.attempt, job.worker) == ("running", 1, "worker")
    assert job.lease_until is not None
    assert timedelta(seconds=55) < job.lease_until - utc_now() < timedelta(seconds=61)


def test_a_heartbeat_extends_the_lease_and_says_whether_to_cancel(database: Database) -> None:
    job = _claimed(database, lease_seconds=0)
    with database.write() as uow:
        assert uow.jobs.heartbeat(job.id, "worker", 1, 60, progress=0.5, message="half") is False
        uow.jobs.request_cancel(job.id)
        assert uow.jobs.heartbeat(job.id, "worker", 1, 60) is True
        assert uow.jobs.reap() == []
        assert (uow.jobs.get(job.id).progress, uow.jobs.get(job.id).message) == (0.5, "half")


def test_a_job_whose_worker_went_silent_has_crashed(database: Database) -> None:
    job = _claimed(database)
    with database.write() as uow:
        assert uow.jobs.reap(utc_now()) == []
        reaped = uow.jobs.reap(utc_now() + timedelta(seconds=61))
    assert [(row.id, row.status, row.error["code"]) for row in reaped if row.error] == [
        (job.id, "crashed", "worker_lost")
    ]


def test_a_crashed_job_is_queued_again_while_it_has_attempts(database: Database) -> None:
    job = _claimed(database, lease_seconds=-1, max_attempts=2)
    with database.write() as uow:
        assert [row.status for row in uow.jobs.reap()] == ["queued"]
        again = uow.jobs.claim("other", -1)
        assert again is not None
        assert (again.id, again.attempt) == (job.id, 2)
        assert [row.status for row in uow.jobs.reap()] == ["crashed"]


def test_a_job_is_reaped_once(database: Database) -> None:
    _claimed(database, lease_seconds=-1)
    with database.write() as uow:
        assert (len(uow.jobs.reap()), len(uow.jobs.reap())) == (1, 0)


def test_a_job_that_was_to_be_cancelled_is_cancelled_when_reaped(database: Database) -> None:
    job = _claimed(database, lease_seconds=-1, max_attempts=5)
    with database.write() as uow:
        uow.jobs.request_cancel(job.id)
        assert [row.status for row in uow.jobs.reap()] == ["cancelled"]


@pytest.mark.parametrize("late", ["heartbeat", "finish", "owned"])
def test_a_worker_that_wakes_too_late_may_write_nothing(database: Database, late: str) -> None:
    job = _claimed(database, lease_seconds=-1, max_attempts=2)
    with database.write() as uow:
        uow.jobs.reap()
        uow.jobs.claim("worker", 60)
    more = {"heartbeat": (60,), "finish": ("succeeded",), "owned": ()}[late]
    with pytest.raises(LostLease), database.write() as uow:
        getattr(uow.jobs, late)(job.id, "worker", 1, *more)


def test_results_of_a_late_worker_are_refused_with_its_finish(database: Database) -> None:
    job = _claimed(database, lease_seconds=-1)
    with database.write() as uow:
        run = a_run(uow, job=job)
        uow.runs.follow(uow.jobs.reap())

    def finish(uow: UnitOfWork) -> None:
        uow.runs.finish(run.id, "succeeded")
        uow.jobs.finish(job.id, "worker", 1, "succeeded")

    with pytest.raises(LostLease):
        database.transact(finish)
    with database.read() as uow:
        assert uow.runs.get(run.id).status == "crashed"


def test_a_job_ends_once(database: Database) -> None:
    job = _claimed(database)
    with database.write() as uow:
        assert uow.jobs.finish(job.id, "worker", 1, "succeeded", result={"rows": 3}).result == {"rows": 3}
    with pytest.raises(LostLease), database.write() as uow:
        uow.jobs.finish(job.id, "worker", 1, "failed")


def test_a_queued_job_is_cancelled_at_once(database: Database) -> None:
    with database.write() as uow:
        job = uow.jobs.enqueue("run", {})
        assert uow.jobs.request_cancel(job.id).status == "cancelled"
        assert uow.jobs.claim("worker", 60) is None


def test_cancelling_an_ended_job_changes_nothing(database: Database) -> None:
    job = _claimed(database)
    with database.write() as uow:
        uow.jobs.finish(job.id, "worker", 1, "succeeded")
        assert uow.jobs.request_cancel(job.id).status == "succeeded"


def test_a_run_crashes_with_its_job_and_finished_nodes_stay_finished(database: Database) -> None:
    job = _claimed(database, lease_seconds=-1)
    with database.write() as uow:
        run = uow.runs.start(a_run(uow, job=job).id)
        uow.runs.record_node(run.id, "a", component="dataset", position=0, status="succeeded", rows_out=3)
        uow.runs.record_node(run.id, "b", component="filter", position=1, status="running")
        assert [row.id for row in uow.runs.follow(uow.jobs.reap())] == [run.id]
    with database.read() as uow:
        assert uow.runs.get(run.id).status == "crashed"
        assert [node.status for node in uow.runs.nodes(run.id)] == ["succeeded", "crashed"]


def test_a_run_whose_job_is_tried_again_is_queued_again(database: Database) -> None:
    job = _claimed(database, lease_seconds=-1, max_attempts=2)
    with database.write() as uow:
        run = uow.runs.start(a_run(uow, job=job).id)
        uow.runs.follow(uow.jobs.reap())
        assert uow.runs.get(run.id).status == "queued"


def test_forgotten_jobs_leave_their_runs(database: Database) -> None:
    job = _claimed(database)
    with database.write() as uow:
        run = a_run(uow, job=job)
        uow.jobs.finish(job.id, "worker", 1, "succeeded")
        assert uow.jobs.forget(utc_now() + timedelta(seconds=1)) == 1
    with database.read() as uow:
        assert uow.runs.get(run.id).job_id is None
