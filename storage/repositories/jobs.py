"""The queue: jobs, leases and attempts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, case, delete, func, null, select, update

from storage.errors import LostLease
from storage.repositories.base import Repository
from storage.schema import FINISHED, Job, JobStatus, utc_now

WORKER_LOST = {
    "code": "worker_lost",
    "message": "The process that did this work ended without a word.",
    "hint": "Run it again; what was finished is reused.",
}


class Jobs(Repository):
    def enqueue(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        max_attempts: int = 1,
        memory_mb: int | None = None,
        timeout_seconds: float | None = None,
    ) -> Job:
        """Put a job at the end of the queue."""
        job = Job(kind=kind, payload=payload, max_attempts=max_attempts, memory_mb=memory_mb)
        job.timeout_seconds = timeout_seconds
        self._session.add(job)
        self._session.flush()
        return job

    def get(self, job_id: str) -> Job:
        """Return the job with this id."""
        return self._get(Job, job_id, "job")

    def list(
        self, *, status: JobStatus | None = None, kind: str | None = None, limit: int = 50, offset: int = 0
    ) -> Sequence[Job]:
        """Return jobs, newest first."""
        query = select(Job).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit).offset(offset)
        if status is not None:
            query = query.where(Job.status == status)
        if kind is not None:
            query = query.where(Job.kind == kind)
        return self._session.scalars(query).all()

    def claim(
        self, worker: str, lease_seconds: float, *, kinds: Sequence[str] | None = None, job_id: str | None = None
    ) -> Job | None:
        """Take the oldest queued job, so that no other worker gets it, and count an attempt.

        Parameters
        ----------
        worker : a name that no other process has.
        lease_seconds : without a heartbeat for so long, the job is taken to have crashed.
        kinds, job_id : take only a job of these kinds, or only this job.
        """
        oldest = select(Job.id).where(Job.status == "queued")
        if kinds is not None:
            oldest = oldest.where(Job.kind.in_(kinds))
        if job_id is not None:
            oldest = oldest.where(Job.id == job_id)
        oldest = oldest.order_by(Job.created_at, Job.id).limit(1).with_for_update(skip_locked=True)
        now = utc_now()
        taken = update(Job).where(Job.id == oldest.scalar_subquery(), Job.status == "queued")
        return self._updated(
            taken.values(
                status="running",
                worker=worker,
                attempt=Job.attempt + 1,
                lease_until=now + timedelta(seconds=lease_seconds),
                heartbeat_at=now,
                started_at=now,
                progress=null(),
                message=null(),
            )
        )

    def heartbeat(
        self,
        job_id: str,
        worker: str,
        attempt: int,
        lease_seconds: float,
        *,
        progress: float | None = None,
        message: str | None = None,
    ) -> bool:
        """Extend the lease and report progress (0 to 1).

        Returns
        -------
        bool
            whether someone asked to cancel.

        Raises
        ------
        LostLease
            if this attempt is no longer the one that counts: stop, and write nothing more.
        """
        now = utc_now()
        news = {"progress": progress, "message": message}
        job = self._updated(
            self._mine(job_id, worker, attempt).values(
                heartbeat_at=now,
                lease_until=now + timedelta(seconds=lease_seconds),
                **{name: value for name, value in news.items() if value is not None},
            )
        )
        if job is None:
            raise _lost(job_id, attempt)
        return job.cancel_requested

    def finish(
        self,
        job_id: str,
        worker: str,
        attempt: int,
        status: JobStatus,
        *,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> Job:
        """End a job; in the same unit of work as its results, so that a late attempt leaves none.

        Raises
        ------
        LostLease
            if the job was reaped, given to another worker, or has ended.
        """
        if status not in FINISHED:
            raise ValueError(f"{status} is not the end of a job")
        job = self._updated(
            self._mine(job_id, worker, attempt).values(
                status=status, result=result, error=error, finished_at=utc_now(), lease_until=null()
            )
        )
        if job is None:
            raise _lost(job_id, attempt)
        return job

    def owned(self, job_id: str, worker: str, attempt: int) -> Job:
        """Return the job, held by this attempt until the unit of work ends, or raise `LostLease`."""
        mine = (Job.id == job_id, Job.worker == worker, Job.attempt == attempt, Job.status == "running")
        job = self._session.scalars(select(Job).where(*mine).with_for_update()).first()
        if job is None:
            raise _lost(job_id, attempt)
        return job

    def reap(self, now: datetime | None = None) -> Sequence[Job]:
        """End the jobs whose lease has run out: queue them again while attempts are left, else they crashed.

        A job that someone asked to cancel is cancelled. Pass what is returned to `Runs.follow`.
        """
        now = now or utc_now()
        again = Job.attempt < Job.max_attempts
        crashed = (
            update(Job)
            .where(Job.status == "running", Job.lease_until < now)
            .values(
                status=case((Job.cancel_requested, "cancelled"), (again, "queued"), else_="crashed"),
                finished_at=case((again & ~Job.cancel_requested, null()), else_=now),
                error=WORKER_LOST,
                worker=null(),
                lease_until=null(),
            )
        )
        return self._session.scalars(crashed.returning(Job), execution_options=_FRESH).all()

    def request_cancel(self, job_id: str) -> Job:
        """Cancel a queued job at once; ask the worker of a running one. An ended job stays as it ended.

        Pass what is returned to `Runs.follow`.
        """
        job = self._get(Job, job_id, "job", lock=True)
        if job.status == "running":
            job.cancel_requested = True
        if job.status == "queued":
            job.status, job.cancel_requested, job.finished_at = "cancelled", True, utc_now()
        self._session.flush()
        return job

    def request_stop(self, job_id: str, part: str) -> bool:
        """Ask a job that is at work to end a part of it early, and to go on with what that has found by then.

        Returns
        -------
        bool
            Whether it is at work at all.
        """
        job = self._get(Job, job_id, "job", lock=True)
        if job.status != "running":
            return False
        job.payload = {**job.payload, "stop": sorted({*job.payload.get("stop", []), part})}
        self._session.flush()
        return True

    def forget(self, before: datetime) -> int:
        """Delete the jobs that ended before a moment; returns how many. Their runs stay."""
        return self._change(delete(Job).where(Job.status.in_(FINISHED), Job.finished_at < before))

    def amounts(self) -> dict[tuple[str, str], int]:
        """Return how many jobs of each kind and status there are."""
        query = select(Job.kind, Job.status, func.count()).group_by(Job.kind, Job.status)
        return {(kind, status): amount for kind, status, amount in self._session.execute(query)}

    def artifacts(self) -> frozenset[str]:
        """Return the hashes of what jobs have made that is kept as long as they are, such as reports."""
        results = self._session.scalars(select(Job.result).where(Job.status == "succeeded"))
        return frozenset(str(result["artifact"]) for result in results if result and "artifact" in result)

    def _mine(self, job_id: str, worker: str, attempt: int) -> Update:
        return update(Job).where(
            Job.id == job_id, Job.worker == worker, Job.attempt == attempt, Job.status == "running"
        )

    def _updated(self, statement: Update) -> Job | None:
        return self._session.scalars(statement.returning(Job), execution_options=_FRESH).first()


_FRESH = {"synchronize_session": False, "populate_existing": True}


def _lost(job_id: str, attempt: int) -> LostLease:
    return LostLease(
        f"Attempt {attempt} of job {job_id} no longer counts", hint="Stop; another attempt has taken over."
    )
