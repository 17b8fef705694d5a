"""Syncs: where a dataset's next versions come from, when, and how each time went."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import FINISHED, UNFINISHED, Dataset, Job, Sync, SyncRun, utc_now

AskedBy = Literal["schedule", "retry", "hand"]
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=4)
UNTIRED = ("failed", "crashed")
"""What is worth another try; who cancels does not want one."""
LASTING = frozenset({"schema_changed", "invalid_setting"})
"""Errors that only a person can end."""


class SyncEntry(NamedTuple):
    """A sync with the name of its dataset and how it last went."""

    sync: Sync
    dataset: str
    last: SyncRun | None


class Syncs(Repository):
    def add(self, dataset_id: str, **settings: Any) -> Sync:
        """Give a dataset a sync; `Conflict` when it has one."""
        sync = Sync(dataset_id=dataset_id, **settings)
        return self._insert(sync, Conflict("The dataset is synced already", "Change the sync that it has."))

    def of_dataset(self, dataset_id: str, *, lock: bool = False) -> Sync | None:
        """Return the sync of a dataset, if it has one."""
        query = select(Sync).where(Sync.dataset_id == dataset_id)
        return self._session.scalars(query.with_for_update() if lock else query).first()

    def get(self, sync_id: str, *, lock: bool = False) -> Sync:
        """Return the sync with this id."""
        return self._get(Sync, sync_id, "sync", lock)

    def list(self) -> Sequence[SyncEntry]:
        """Return all syncs with their last run, in one query."""
        newer = aliased(SyncRun)
        last = select(func.max(newer.id)).where(newer.sync_id == Sync.id).scalar_subquery()
        query = (
            select(Sync, Dataset.name, SyncRun)
            .join(Dataset, Dataset.id == Sync.dataset_id)
            .outerjoin(SyncRun, SyncRun.id == last)
            .order_by(Dataset.name)
        )
        return [SyncEntry(*row) for row in self._session.execute(query)]

    def remove(self, sync_id: str) -> None:
        """Forget a sync and its history; the dataset keeps its versions."""
        self._change(delete(Sync).where(Sync.id == sync_id))

    def due(self, now: datetime) -> Sequence[str]:
        """Return the ids of syncs that something is to be done about now: a slot or another try."""
        again = exists().where(SyncRun.sync_id == Sync.id, SyncRun.retry_at <= now)
        query = select(Sync.id).where(Sync.paused.is_(False), or_(Sync.next_at <= now, again), ~_at_work())
        return self._session.scalars(query).all()

    def claim(self, sync_id: str, now: datetime) -> Sync | None:
        """Hold a sync that is due until the unit of work ends; None when someone else was faster."""
        again = exists().where(SyncRun.sync_id == Sync.id, SyncRun.retry_at <= now)
        is_due = (Sync.id == sync_id, Sync.paused.is_(False), or_(Sync.next_at <= now, again))
        sync = self._session.scalars(select(Sync).where(*is_due).with_for_update(skip_locked=True)).first()
        # Asked once the sync is held: what someone else started before is seen now.
        return sync if sync is not None and self.unfinished(sync.id) is None else None

    def start(self, sync: Sync, slot: datetime, asked_by: AskedBy, job: Job, attempt: int = 1) -> SyncRun:
        """Write down that a sync begins; `Conflict` when this attempt at the slot was made already."""
        self.forget_retries(sync.id)
        run = SyncRun(sync_id=sync.id, job_id=job.id, slot=slot, asked_by=asked_by, attempt=attempt)
        return self._insert(run, Conflict("This slot was synced already", "Nothing is to be done."))

    def to_retry(self, sync_id: str, now: datetime) -> SyncRun | None:
        """Return the failed run that is to be tried again now."""
        query = select(SyncRun).where(SyncRun.sync_id == sync_id, SyncRun.retry_at <= now)
        return self._session.scalars(query.order_by(SyncRun.id.desc())).first()

    def forget_retries(self, sync_id: str) -> None:
        """Let nothing be tried again that failed before."""
        waiting = update(SyncRun).where(SyncRun.sync_id == sync_id, SyncRun.retry_at.is_not(None))
        self._change(waiting.values(retry_at=None))

    def unfinished(self, sync_id: str) -> SyncRun | None:
        """Return the run that is queued or at work."""
        query = select(SyncRun).where(SyncRun.sync_id == sync_id, SyncRun.status.in_(UNFINISHED))
        return self._session.scalars(query.limit(1)).first()

    def get_run(self, run_id: str) -> SyncRun:
        """Return the sync run with this id."""
        return self._get(SyncRun, run_id, "sync run")

    def has_run(self, sync_id: str, slot: datetime) -> bool:
        """Whether a slot was begun at all."""
        found = exists().where(SyncRun.sync_id == sync_id, SyncRun.slot == slot)
        return bool(self._session.scalar(select(found)))

    def runs(self, sync_id: str, *, limit: int = 50, offset: int = 0) -> Sequence[SyncRun]:
        """Return how a sync went, the newest first."""
        query = select(SyncRun).where(SyncRun.sync_id == sync_id)
        return self._session.scalars(query.order_by(SyncRun.id.desc()).limit(limit).offset(offset)).all()

    def succeed(self, run_id: str, **told: Any) -> SyncRun:
        """End a run that went well, in one unit of work with its version."""
        run = self.get_run(run_id)
        for name, value in told.items():
            setattr(run, name, value)
        run.status, run.finished_at = "succeeded", utc_now()
        self._session.flush()
        return run

    def follow(self, jobs: Sequence[Job]) -> Sequence[SyncRun]:
        """Carry the fate of jobs that ended, began or were queued again over to their sync runs."""
        fate = {job.id: job for job in jobs}
        runs = self._session.scalars(
            select(SyncRun).where(SyncRun.job_id.in_(fate), SyncRun.status.in_(UNFINISHED))
        ).all()
        for run in runs:
            job = fate[run.job_id or ""]
            run.status, run.error, run.finished_at = job.status, job.error, job.finished_at
            if job.status in FINISHED:
                run.retry_at = self._retry_at(run)
        self._session.flush()
        return runs

    def forget(self, before: datetime) -> int:
        """Delete the runs that ended before a moment; returns how many."""
        return self._change(delete(SyncRun).where(SyncRun.status.in_(FINISHED), SyncRun.finished_at < before))

    def _retry_at(self, run: SyncRun) -> datetime | None:
        if run.status not in UNTIRED or run.asked_by == "hand" or _is_lasting(run.error or {}):
            return None
        sync = self.get(run.sync_id)
        if run.attempt > sync.retries or sync.paused:
            return None
        return (run.finished_at or utc_now()) + back_off(run.attempt)


def back_off(attempt: int) -> timedelta:
    """How long to wait after an attempt has failed: 1, 2, 4 … minutes, at most four hours.

    >>> [str(back_off(attempt)) for attempt in (1, 2, 3, 20)]
    ['0:01:00', '0:02:00', '0:04:00', '4:00:00']
    """
    return min(FIRST_RETRY * (1 << min(attempt - 1, 10)), LAST_RETRY)


def _at_work() -> Any:
    return exists().where(and_(SyncRun.sync_id == Sync.id, SyncRun.status.in_(UNFINISHED)))


def _is_lasting(error: Mapping[str, Any]) -> bool:
    """Whether only a person can end it: a wrong password that is tried again locks the account."""
    return error.get("code") in LASTING or error.get("detail", {}).get("passing") is False
