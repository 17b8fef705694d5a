"""The times at which datasets are synced: each slot once, whoever looks."""

from datetime import datetime

from engine.service.data.syncs import begin_sync
from engine.service.schedules import stored_schedule
from storage.database import Database
from storage.errors import Conflict
from storage.schema import Sync
from storage.unit_of_work import UnitOfWork


def fire_syncs(database: Database, now: datetime) -> int:
    """Queue the syncs that are due; how many this process has queued.

    Slots that were missed are caught up by one sync: that of the last of them. While a sync is at work, its next slot
    waits for it.
    """
    with database.read() as uow:
        due = uow.syncs.due(now)
    started = 0
    for sync_id in due:
        try:
            started += database.transact(lambda uow, sync_id=sync_id: _fire(uow, sync_id, now))  # type: ignore[misc]
        except Conflict:  # somebody was faster
            continue
    return started


def _fire(uow: UnitOfWork, sync_id: str, now: datetime) -> bool:
    sync = uow.syncs.claim(sync_id, now)
    if sync is None:
        return False
    if sync.next_at is not None and sync.next_at <= now:
        return _fire_slot(uow, sync, sync.next_at, now)
    failed = uow.syncs.to_retry(sync_id, now)
    if failed is None:
        return False
    begin_sync(uow, sync, failed.slot, "retry", failed.attempt + 1)
    return True


def _fire_slot(uow: UnitOfWork, sync: Sync, due: datetime, now: datetime) -> bool:
    schedule = stored_schedule(sync.schedule)
    slot = max(due, schedule.latest_until(now) or due)
    sync.next_at = schedule.next_after(now)
    if uow.syncs.has_run(sync.id, slot):  # the clock was set back: this slot was synced then
        return False
    begin_sync(uow, sync, slot, "schedule")
    return True
