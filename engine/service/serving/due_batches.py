"""Batches whose time has come, or whose dataset has a new version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.errors import PEOPLE_ERRORS, CanvasbackError, error_data
from engine.service.schedules import stored_schedule
from engine.service.serving.batches import begin_batch
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.repositories import BatchEntry
from storage.unit_of_work import UnitOfWork


def fire_batches(workspace: Workspace, now: datetime) -> int:
    """Queue the batches that are due; how many this process has queued.

    Slots that were missed are caught up by one: the last of them. While a batch is at work, its next slot and the next
    version wait for it.
    """
    with workspace.database.read() as uow:
        due = uow.batches.due(now)
    return sum(_fire(workspace, entry.batch.id, now) for entry in due)


def _fire(workspace: Workspace, batch_id: str, now: datetime) -> bool:
    try:
        return workspace.database.transact(lambda uow: _fire_held(uow, batch_id, now))
    except Conflict:  # somebody was faster
        return False
    except PEOPLE_ERRORS as error:
        told = error_data(error)
        return workspace.database.transact(lambda uow: _note_error(uow, batch_id, now, told))


def _fire_held(uow: UnitOfWork, batch_id: str, now: datetime) -> bool:
    entry = uow.batches.claim(batch_id, now)
    if entry is None:
        return False
    batch = entry.batch
    slot = _slot(entry, now)
    _move_on(entry, now)
    if uow.batches.has_slot(batch.id, slot):  # the clock was set back: this slot was answered then
        return False
    if batch.schedule is None:
        _refuse_circle(uow, entry)
    batch.error = None
    begin_batch(uow, entry, slot, "schedule" if batch.schedule else "version")
    return True


def _slot(entry: BatchEntry, now: datetime) -> datetime:
    if entry.batch.schedule is None or entry.batch.next_at is None:
        return now
    return max(entry.batch.next_at, stored_schedule(entry.batch.schedule).latest_until(now) or entry.batch.next_at)


def _move_on(entry: BatchEntry, now: datetime) -> None:
    batch = entry.batch
    batch.seen = entry.latest or batch.seen
    batch.next_at = stored_schedule(batch.schedule).next_after(now) if batch.schedule else None


def _note_error(uow: UnitOfWork, batch_id: str, now: datetime, told: Mapping[str, Any]) -> bool:
    """Keep why a batch could not be started; it is tried again at its next slot, or the next version."""
    entry = uow.batches.claim(batch_id, now)
    if entry is not None:
        _move_on(entry, now)
        entry.batch.error = dict(told)
    return False


def _refuse_circle(uow: UnitOfWork, entry: BatchEntry) -> None:
    dataset = uow.datasets.get(entry.batch.dataset_id)
    version = uow.datasets.version(dataset.id, entry.latest)
    if uow.batches.came_out_of(version.id, entry.batch):
        raise CanvasbackError(
            f"v{entry.latest} of {entry.dataset} came out of {entry.batch.into}: the batch would start itself "
            "for ever.",
            hint="Give it a schedule, or start it by hand where that is meant.",
        )
