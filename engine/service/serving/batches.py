"""Datasets that endpoints answer: once, at times, or at each new version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from engine.errors import PEOPLE_ERRORS, CanvasbackError, InvalidSetting, MissingThing, error_data
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.service.schedules import Schedule, stored_schedule
from engine.service.views import View
from engine.sources import FileSource
from engine.workspace import Workspace
from storage.errors import Conflict, NotFound
from storage.repositories import BatchEntry, ScoringEntry
from storage.repositories.names import check_name
from storage.schema import UNFINISHED, Dataset, DatasetVersion, Endpoint, utc_now
from storage.unit_of_work import UnitOfWork

AskedBy = Literal["hand", "schedule", "version"]
AT_EACH_VERSION = "at each new version"


@dataclass(frozen=True)
class Stored:
    """A version of a dataset, the latest unless a number is given."""

    dataset: str
    version: int | None = None


class ScoringView(View):
    """One time that an endpoint answered a whole dataset or file.

    Parameters
    ----------
    source
        What was answered, in words.
    version
        Of the dataset `into`, once it is there.
    unanswered
        Rows that were kept without an answer.
    progress
        0 to 1, None while unknown.
    """

    id: str
    endpoint: str
    batch_id: str | None
    job_id: str | None
    source: str
    into: str
    model: str
    strict: bool
    asked_by: str
    status: str
    progress: float | None = None
    version: int | None = None
    rows: int | None = None
    unanswered: int | None = None
    error: dict[str, Any] | None = None
    created_at: datetime
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.status not in UNFINISHED


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


def start_scoring(
    workspace: Workspace, endpoint: str, given: Stored | FileSource, into: str, *, strict: bool | None = None
) -> str:
    """Queue the answering of a whole dataset or file into the next version of a dataset.

    Where several versions share the endpoint's traffic, the one with the greatest share answers all rows.

    Parameters
    ----------
    into
        The name of the dataset; made where there is none.
    strict
        Whether a record that cannot be answered ends it, with nothing kept; as the endpoint does, for None.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    NotFound, MissingThing
        When there is no such endpoint or dataset, or nothing answers.
    InvalidSetting, BadName
        When the answers cannot go there.
    """
    if isinstance(given, FileSource) and not given.path.is_file():
        raise MissingThing(f"There is no file {given.called}.", hint="Check the path.", field="input")

    def write(uow: UnitOfWork) -> str:
        row = uow.endpoints.by_name(endpoint)
        if isinstance(given, FileSource):
            check_name(into, "dataset")
            source: dict[str, Any] = {"file": given.model_dump(mode="json")}
            return _begin(uow, row, source, None, into, strict=strict)
        dataset = uow.datasets.by_name(given.dataset)
        _check_into(dataset, into)
        return _begin_stored(uow, row, dataset, given.version, into, strict=strict)

    return workspace.database.transact(write)


def list_scorings(workspace: Workspace, endpoint: str, limit: int = 50) -> list[ScoringView]:
    """What an endpoint has answered as a whole, the newest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return [_scoring(it) for it in uow.batches.scorings(uow.endpoints.by_name(endpoint).id, limit=limit)]


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
        _check_into(found, into)
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
        return _begin_batch(uow, entry, utc_now(), "hand")

    return workspace.database.transact(write)


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
    _begin_batch(uow, entry, slot, "schedule" if batch.schedule else "version")
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


def _begin_batch(uow: UnitOfWork, entry: BatchEntry, slot: datetime, asked_by: AskedBy) -> str:
    batch = entry.batch
    row, dataset = uow.endpoints.get(batch.endpoint_id), uow.datasets.get(batch.dataset_id)
    how = {"strict": batch.strict, "batch_id": batch.id, "slot": slot, "asked_by": asked_by}
    return _begin_stored(uow, row, dataset, None, batch.into, **how)


def _begin_stored(
    uow: UnitOfWork, endpoint: Endpoint, dataset: Dataset, number: int | None, into: str, **how: Any
) -> str:
    version = uow.datasets.version(dataset.id, number)
    return _begin(uow, endpoint, {"dataset": dataset.name, "version": version.number}, version, into, **how)


def _begin(  # noqa: PLR0913  a scoring is what all of these say
    uow: UnitOfWork,
    endpoint: Endpoint,
    source: dict[str, Any],
    version: DatasetVersion | None,
    into: str,
    *,
    strict: bool | None,
    batch_id: str | None = None,
    slot: datetime | None = None,
    asked_by: AskedBy = "hand",
) -> str:
    """Queue one scoring; which model version answers is decided now. Returns the id of the job."""
    answering = [it for it in uow.endpoints.active(endpoint.id) if it.deployment.role == "live"]
    if not answering:
        raise MissingThing(f"Nothing answers the endpoint {endpoint.name!r}.", hint="Publish a model version to it.")
    main = answering[0]
    settings = read_endpoint_settings(endpoint.settings)
    job = uow.jobs.enqueue("score_batch", {})
    scoring = uow.batches.begin(
        job,
        endpoint_id=endpoint.id,
        batch_id=batch_id,
        model_version_id=main.deployment.model_version_id,
        source_version_id=version.id if version else None,
        source=source,
        into=into,
        model=f"{main.model} v{main.version}",
        strict=settings.strict if strict is None else strict,
        asked_by=asked_by,
        slot=slot or utc_now(),
    )
    job.payload = {"scoring_id": scoring.id}
    return job.id


def _check_into(dataset: Dataset, into: str) -> None:
    check_name(into, "dataset")
    if into == dataset.name:
        raise InvalidSetting(
            f"The answers cannot become a version of {into} itself.", hint="Name another dataset.", field="into"
        )


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
        last=_scoring(last[0]) if last else None,
    )


def _scoring(entry: ScoringEntry) -> ScoringView:
    row, job = entry.scoring, entry.job
    ended = "succeeded" if row.finished_at else "failed"
    return ScoringView(
        id=row.id,
        endpoint=entry.endpoint,
        batch_id=row.batch_id,
        job_id=row.job_id,
        source=_source_words(row.source),
        into=row.into,
        model=row.model,
        strict=row.strict,
        asked_by=row.asked_by,
        status=job.status if job is not None else ended,
        progress=job.progress if job is not None else None,
        version=row.version_number,
        rows=row.rows,
        unanswered=row.unanswered,
        error=job.error if job is not None else None,
        created_at=row.created_at,
        finished_at=row.finished_at or (job.finished_at if job is not None else None),
    )


def _source_words(source: Mapping[str, Any]) -> str:
    if "file" in source:
        return str(source["file"].get("filename") or Path(source["file"]["path"]).name)
    return f"{source['dataset']} v{source['version']}"


def split_dataset(reference: str) -> Stored:
    """``NAME`` or ``NAME:VERSION``.

    >>> split_dataset("customers:3")
    Stored(dataset='customers', version=3)

    Raises
    ------
    NotFound
        When what follows the colon is no version.
    """
    name, colon, number = reference.rpartition(":")
    if not colon:
        return Stored(reference)
    if not number.removeprefix("v").isdecimal():
        raise NotFound(f"{number!r} is no version of {name}", hint="Write NAME or NAME:VERSION, such as customers:3.")
    return Stored(name, int(number.removeprefix("v")))
