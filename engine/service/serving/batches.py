"""Datasets that an endpoint answers again and again: at times, or at each new version."""

from datetime import datetime
from typing import Any

from engine.errors import InvalidSetting, MissingThing
from engine.service.schedules import Schedule, stored_schedule
from engine.service.serving.scorings import AskedBy, ScoringView, begin_stored, check_into, scoring_view
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.repositories import BatchEntry
from storage.schema import utc_now
from storage.unit_of_work import UnitOfWork

AT_EACH_VERSION = "at each new version"


class BatchView(View):
    """A dataset that an endpoint answers again and again.

    Parameters
    ----------
    schedule
        None for each new version.
    error
        Why it could not be started the last time.
    """

    id: str
    endpoint: str
    dataset: str
    into: str
    schedule: Schedule | None
    strict: bool | None
    paused: bool
    next_at: datetime | None
    error: dict[str, Any] | None
    last: ScoringView | None = None

    @property
    def words(self) -> str:
        """When, in words."""
        return AT_EACH_VERSION if self.schedule is None else self.schedule.words


def add_batch(
    workspace: Workspace,
    endpoint: str,
    dataset: str,
    into: str,
    schedule: Schedule | None = None,
    *,
    strict: bool | None = None,
    now: datetime | None = None,
) -> BatchView:
    """Let an endpoint answer a dataset again and again, into new versions of another one.

    Parameters
    ----------
    schedule
        When; None for each new latest version from the next one on.

    Raises
    ------
    NotFound, Conflict, InvalidSetting, BadName
    """
    if schedule is not None and schedule.every == "hand":
        raise InvalidSetting(
            "A batch that is started by hand needs no schedule.", hint="Score the dataset once instead.", field="every"
        )

    def write(uow: UnitOfWork) -> BatchView:
        row, found = uow.endpoints.by_name(endpoint), uow.datasets.by_name(dataset)
        check_into(found, into)
        if row.status == "retired":
            raise MissingThing(f"The endpoint {endpoint!r} is retired.", hint="Choose another one.")
        batch = uow.batches.add(
            endpoint_id=row.id,
            dataset_id=found.id,
            into=into,
            schedule=schedule.model_dump(mode="json") if schedule else None,
            strict=strict,
            seen=found.latest or 0,
            next_at=schedule.next_after(now or utc_now()) if schedule else None,
        )
        words = schedule.words if schedule else AT_EACH_VERSION
        uow.audit.record("local", "batch added", f"endpoint {endpoint}", {"of": dataset, "into": into, "when": words})
        return _batch(uow, BatchEntry(batch, endpoint, dataset, found.latest))

    return workspace.database.transact(write)


def list_batches(workspace: Workspace, endpoint: str) -> list[BatchView]:
    """What an endpoint answers again and again, the oldest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return [_batch(uow, entry) for entry in uow.batches.list(uow.endpoints.by_name(endpoint).id)]


def find_batch(workspace: Workspace, endpoint: str, wanted: str) -> BatchView:
    """A batch by its id, or by the dataset that it writes.

    Raises
    ------
    MissingThing
    """
    found = [it for it in list_batches(workspace, endpoint) if wanted in (it.id, it.into)]
    if len(found) != 1:
        known = ", ".join(f"{it.dataset} into {it.into} ({it.id})" for it in list_batches(workspace, endpoint))
        raise MissingThing(
            f"{endpoint} has {'several batches' if found else 'no batch'} {wanted!r}.",
            hint=f"There are: {known}." if known else "Add one first.",
        )
    return found[0]


def pause_batch(workspace: Workspace, batch_id: str) -> None:
    """Let a batch rest; what is at work goes on."""

    def write(uow: UnitOfWork) -> None:
        batch = uow.batches.get(batch_id, lock=True)
        batch.paused, batch.next_at = True, None
        uow.audit.record("local", "batch paused", _named(uow, batch.endpoint_id), {"into": batch.into})

    workspace.database.transact(write)


def resume_batch(workspace: Workspace, batch_id: str, now: datetime | None = None) -> None:
    """Let a batch go on with its next slot, or the next new version; what it rested for is not caught up."""

    def write(uow: UnitOfWork) -> None:
        batch = uow.batches.get(batch_id, lock=True)
        batch.paused, batch.error = False, None
        batch.seen = uow.datasets.get(batch.dataset_id).latest or 0
        batch.next_at = stored_schedule(batch.schedule).next_after(now or utc_now()) if batch.schedule else None
        uow.audit.record("local", "batch resumed", _named(uow, batch.endpoint_id), {"into": batch.into})

    workspace.database.transact(write)


def remove_batch(workspace: Workspace, batch_id: str) -> None:
    """Forget a batch; what it made stays, and what is at work is cancelled."""

    def write(uow: UnitOfWork) -> None:
        batch = uow.batches.get(batch_id, lock=True)
        for job_id in uow.batches.unfinished(batch_id):
            uow.jobs.request_cancel(job_id)
        uow.batches.remove(batch_id)
        uow.audit.record("local", "batch removed", _named(uow, batch.endpoint_id), {"into": batch.into})

    workspace.database.transact(write)


def run_batch(workspace: Workspace, batch_id: str) -> str:
    """Queue a batch now, whatever its schedule says; returns the id of the job.

    Raises
    ------
    Conflict
        When it is at work already.
    """

    def write(uow: UnitOfWork) -> str:
        batch = uow.batches.get(batch_id, lock=True)
        if uow.batches.unfinished(batch_id):
            raise Conflict("This batch is at work already", hint="Wait for it, or cancel it.")
        entry = next(it for it in uow.batches.list(batch.endpoint_id) if it.batch.id == batch_id)
        batch.error = None
        return begin_batch(uow, entry, utc_now(), "hand")

    return workspace.database.transact(write)


def begin_batch(uow: UnitOfWork, entry: BatchEntry, slot: datetime, asked_by: AskedBy) -> str:
    """Queue a batch for a slot; returns the id of the job."""
    batch = entry.batch
    row, dataset = uow.endpoints.get(batch.endpoint_id), uow.datasets.get(batch.dataset_id)
    how = {"strict": batch.strict, "batch_id": batch.id, "slot": slot, "asked_by": asked_by}
    return begin_stored(uow, row, dataset, None, batch.into, **how)


def _named(uow: UnitOfWork, endpoint_id: str) -> str:
    return f"endpoint {uow.endpoints.get(endpoint_id).name}"


def _batch(uow: UnitOfWork, entry: BatchEntry) -> BatchView:
    batch = entry.batch
    last = uow.batches.scorings(batch_id=batch.id, limit=1)
    return BatchView(
        id=batch.id,
        endpoint=entry.endpoint,
        dataset=entry.dataset,
        into=batch.into,
        schedule=stored_schedule(batch.schedule) if batch.schedule else None,
        strict=batch.strict,
        paused=batch.paused,
        next_at=batch.next_at,
        error=batch.error,
        last=scoring_view(last[0]) if last else None,
    )
