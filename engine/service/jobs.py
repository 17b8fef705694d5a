"""Follow queued work; do it here when nobody else is about."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread

from engine.jobs import Worker
from engine.service.views import JobView
from engine.workspace import Workspace
from storage.schema import Job
from storage.unit_of_work import UnitOfWork

POLL_SECONDS = 0.1
STOP_SECONDS = 5.0


def get_job(workspace: Workspace, job_id: str) -> JobView:
    """A job as it is now.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return job_view(uow.jobs.get(job_id))


def are_workers_busy(workspace: Workspace) -> bool:
    """Whether something is being done: what waits then waits for that, and not for a worker to be started."""
    with workspace.database.read() as uow:
        return bool(uow.jobs.list(status="running", limit=1))


def wait_for_job(workspace: Workspace, job_id: str, on_change: Callable[[JobView], None] = lambda job: None) -> JobView:
    """Wait until a job has ended.

    If no worker takes it, this process does it: whoever claims it first, in the same kind of child process.

    Raises
    ------
    KeyboardInterrupt
        After the job was cancelled.
    """
    worker = Worker(workspace, keep_spare=False)
    helper = Thread(target=worker.help, args=(job_id,), daemon=True)
    helper.start()
    try:
        return _follow(workspace, job_id, on_change)
    except KeyboardInterrupt:
        cancel_job(workspace, job_id)
        _follow(workspace, job_id, lambda job: None, STOP_SECONDS)
        raise
    finally:
        worker.stop()
        helper.join(timeout=STOP_SECONDS)


def _follow(
    workspace: Workspace, job_id: str, on_change: Callable[[JobView], None], seconds: float = math.inf
) -> JobView:
    deadline = time.monotonic() + seconds
    while True:
        job = get_job(workspace, job_id)
        on_change(job)
        if job.is_finished or time.monotonic() > deadline:
            return job
        time.sleep(POLL_SECONDS)


def cancel_job(workspace: Workspace, job_id: str, wait_seconds: float = 0.0) -> None:
    """Ask for a job to be ended; a queued one ends at once, a running one within two seconds.

    Parameters
    ----------
    wait_seconds
        How long to wait for that, at most.
    """

    def write(uow: UnitOfWork) -> None:
        ended = [job for job in (uow.jobs.request_cancel(job_id),) if job.finished_at]
        uow.runs.follow(ended)
        uow.syncs.follow(ended)
        uow.publications.follow(ended)

    workspace.database.transact(write)
    if wait_seconds:
        _follow(workspace, job_id, lambda job: None, wait_seconds)


def job_view(job: Job) -> JobView:
    """A job for people."""
    end = job.finished_at or datetime.now(UTC)
    seconds = (end - job.started_at).total_seconds() if job.started_at else None
    remaining = None
    if job.status == "running" and seconds and job.progress and job.progress > 0.05:
        remaining = seconds * (1 - job.progress) / job.progress
    return JobView(
        id=job.id,
        kind=job.kind,
        status=job.status,
        waited_seconds=((job.started_at or end) - job.created_at).total_seconds(),
        progress=job.progress,
        message=job.message,
        seconds=seconds,
        remaining_seconds=remaining,
        result=job.result,
        error=job.error,
    )
