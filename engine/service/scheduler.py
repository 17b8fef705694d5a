"""What happens by itself: syncs whose time has come, and pipelines whose data are new.

Every worker has a scheduler, and all of them may look at the same moment: each slot, each further try and each trigger
is taken in one transaction, and whoever comes second finds it taken.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from engine.errors import PEOPLE_ERRORS
from engine.service.schedules import stored_schedule
from engine.service.syncs import begin_sync
from engine.service.triggers import fire_triggers
from engine.workspace import Workspace
from storage.database import Database
from storage.errors import Conflict
from storage.schema import Sync, utc_now
from storage.unit_of_work import UnitOfWork

TICK_SECONDS = 3.0
Clock = Callable[[], datetime]

log = logging.getLogger("canvasback.scheduler")


class Scheduler:
    """Looks every few seconds whether something is due, until told to stop.

    Parameters
    ----------
    clock
        What time it is; the waiting in between does not depend on it.
    """

    def __init__(self, workspace: Workspace, clock: Clock = utc_now) -> None:
        self._workspace = workspace
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Look in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(TICK_SECONDS)

    def tick(self) -> int:
        """Start what is due; how much this scheduler has started.

        Raises
        ------
        StorageError
            When the metadata cannot be reached.
        """
        return fire_syncs(self._workspace.database, self._clock()) + fire_triggers(self._workspace)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.tick()
            except PEOPLE_ERRORS as error:
                log.warning("what is due is looked at later: %s", error.message)
            except Exception:
                log.exception("what is due could not be started")
            self._stop.wait(TICK_SECONDS)


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
