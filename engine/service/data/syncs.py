"""Syncs: where a dataset's next versions come from, when, and how each time went."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import Field

from engine.errors import InvalidSetting, MissingThing
from engine.service.data.datasets import ORIGIN
from engine.service.schedules import Schedule, stored_schedule
from engine.service.views import View
from engine.sources import DataSource, can_grow, check_standing, inspect_source, read_source
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.schema import Dataset, Sync, SyncRun, utc_now
from storage.unit_of_work import UnitOfWork

SyncMode = Literal["replace", "append"]
OnSchemaChange = Literal["report", "block"]
MOST_RETRIES = 10
HISTORY = 200


class SyncView(View):
    """Where a dataset's next versions come from, and when.

    Parameters
    ----------
    source_words
        The source in words.
    watermark
        The column by which what is new is told; None takes everything each time.
    next_at
        When it is synced next; None while it is paused, or where only people ask.
    job_id
        Of the sync that is queued or at work.
    """

    dataset: str
    source: dict[str, Any]
    source_words: str
    overrides: dict[str, Any] = Field(default_factory=dict)
    schedule: Schedule
    mode: SyncMode
    watermark: str | None = None
    on_schema_change: OnSchemaChange = "report"
    retries: int = 3
    paused: bool = False
    next_at: datetime | None = None
    job_id: str | None = None


class SyncRunView(View):
    """One time that a dataset was synced.

    Parameters
    ----------
    slot
        When it was due.
    attempt
        1 for the first try.
    retry_at
        When it is tried again.
    """

    id: str
    slot: datetime
    attempt: int
    asked_by: str
    status: str
    job_id: str | None = None
    version: int | None = None
    rows: int | None = None
    message: str | None = None
    findings: list[dict[str, Any]] = Field(default_factory=list)
    error: dict[str, Any] | None = None
    seconds: float | None = None
    retry_at: datetime | None = None
    created_at: datetime
    finished_at: datetime | None = None


class SyncBadge(View):
    """A sync in a word, for the list of datasets."""

    rhythm: str
    paused: bool
    status: str | None = None


def set_sync(  # noqa: PLR0913  a sync is what all of these say
    workspace: Workspace,
    dataset: str,
    source: DataSource,
    schedule: Schedule,
    *,
    overrides: Mapping[str, Any] | None = None,
    mode: SyncMode = "replace",
    watermark: str | None = None,
    on_schema_change: OnSchemaChange = "report",
    retries: int = 3,
    now: datetime | None = None,
) -> SyncView:
    """Give a dataset a sync, or change the one that it has; a new source is looked at.

    Parameters
    ----------
    watermark
        A column that only grows; then only rows beyond its greatest value in the latest version are taken.
    on_schema_change
        Whether changed columns are taken over and told (``report``), or stop it (``block``).
    retries
        How often a failed one is tried again, after 1, 2, 4 … minutes.

    Raises
    ------
    InvalidSetting
        When one of these cannot be.
    NotFound, UnreadableFile, DataError, StorageError
        When there is no such dataset, or the source cannot be read.
    """
    _check_choices(mode, on_schema_change, retries)
    check_standing(workspace, source)
    settings: dict[str, Any] = {
        "source": source.model_dump(mode="json"),
        "overrides": dict(overrides or {}),
        "schedule": schedule.model_dump(mode="json"),
        "mode": mode,
        "watermark": watermark or None,
        "on_schema_change": on_schema_change,
        "retries": retries,
    }
    with workspace.database.read() as uow:
        found = uow.datasets.by_name(dataset)
        before = uow.syncs.of_dataset(found.id)
    same = ("source", "overrides", "watermark")
    if before is None or any(getattr(before, name) != settings[name] for name in same):
        _look_at(workspace, source, settings["overrides"], settings["watermark"])
    next_at = schedule.next_after(now or utc_now())

    def write(uow: UnitOfWork) -> SyncView:
        sync = uow.syncs.of_dataset(found.id, lock=True)
        if sync is None:
            sync = uow.syncs.add(found.id, **settings, next_at=next_at)
        for name, value in settings.items():
            setattr(sync, name, value)
        sync.next_at = None if sync.paused else next_at
        detail = {"source": _words(source), "schedule": schedule.words, "mode": mode}
        uow.audit.record("local", "sync set", f"dataset {dataset}", detail)
        return _view(uow, found, sync)

    return workspace.database.transact(write)


def get_sync(workspace: Workspace, dataset: str) -> SyncView | None:
    """The sync of a dataset, if it has one.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        found = uow.datasets.by_name(dataset)
        sync = uow.syncs.of_dataset(found.id)
        return _view(uow, found, sync) if sync else None


def list_sync_runs(workspace: Workspace, dataset: str, limit: int = HISTORY) -> list[SyncRunView]:
    """How the syncs of a dataset went, the newest first."""
    with workspace.database.read() as uow:
        sync = uow.syncs.of_dataset(uow.datasets.by_name(dataset).id)
        return [_run_view(run) for run in uow.syncs.runs(sync.id, limit=limit)] if sync else []


def sync_badges(workspace: Workspace) -> dict[str, SyncBadge]:
    """Name of a dataset → its sync in a word."""
    with workspace.database.read() as uow:
        return {
            entry.dataset: SyncBadge(
                rhythm=stored_schedule(entry.sync.schedule).short,
                paused=entry.sync.paused,
                status=entry.last.status if entry.last else None,
            )
            for entry in uow.syncs.list()
        }


def sync_now(workspace: Workspace, dataset: str) -> str:
    """Queue a sync, whatever the schedule says, of a paused one too.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    MissingThing
        When the dataset has no sync.
    Conflict
        When it is being synced already.
    """

    def write(uow: UnitOfWork) -> str:
        sync = _sync_of(uow, dataset)
        if uow.syncs.unfinished(sync.id) is not None:
            raise Conflict(f"{dataset} is being synced already", hint="Wait for it, or cancel it.")
        return begin_sync(uow, sync, utc_now(), "hand")

    return workspace.database.transact(write)


def begin_sync(
    uow: UnitOfWork, sync: Sync, slot: datetime, asked_by: Literal["schedule", "retry", "hand"], attempt: int = 1
) -> str:
    """Queue one run of a sync that this unit of work holds; returns the id of its job."""
    job = uow.jobs.enqueue("sync_dataset", {})
    run = uow.syncs.start(sync, slot, asked_by, job, attempt)
    job.payload = {"sync_run_id": run.id}
    return job.id


def pause_sync(workspace: Workspace, dataset: str) -> None:
    """Let a sync rest: no slot, and no further try."""

    def write(uow: UnitOfWork) -> None:
        sync = _sync_of(uow, dataset)
        sync.paused, sync.next_at = True, None
        uow.syncs.forget_retries(sync.id)
        uow.audit.record("local", "sync paused", f"dataset {dataset}")

    workspace.database.transact(write)


def resume_sync(workspace: Workspace, dataset: str, now: datetime | None = None) -> None:
    """Let a sync go on with its next slot; what it rested for is not caught up."""

    def write(uow: UnitOfWork) -> None:
        sync = _sync_of(uow, dataset)
        sync.paused = False
        sync.next_at = stored_schedule(sync.schedule).next_after(now or utc_now())
        uow.audit.record("local", "sync resumed", f"dataset {dataset}")

    workspace.database.transact(write)


def remove_sync(workspace: Workspace, dataset: str) -> None:
    """Forget a sync and its history; the dataset keeps its versions. One that is at work is cancelled."""

    def write(uow: UnitOfWork) -> None:
        sync = _sync_of(uow, dataset)
        running = uow.syncs.unfinished(sync.id)
        if running is not None and running.job_id is not None:
            uow.jobs.request_cancel(running.job_id)
        uow.syncs.remove(sync.id)
        uow.audit.record("local", "sync removed", f"dataset {dataset}")

    workspace.database.transact(write)


def suggested_source(workspace: Workspace, dataset: str) -> tuple[DataSource, dict[str, Any]] | None:
    """The source that the latest version came from and how it was read; None where it cannot be read again.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        found = uow.datasets.by_name(dataset)
        origin = uow.datasets.version(found.id).source.get(ORIGIN) if found.latest else None
    if not origin:
        return None
    return read_source(origin["source"]), dict(origin["overrides"])


def growing_columns(columns: list[dict[str, Any]]) -> list[str]:
    """The columns that can tell what is new."""
    return [column["name"] for column in columns if can_grow(column["type"])]


def _check_choices(mode: str, on_schema_change: str, retries: int) -> None:
    for field, value, choices in (
        ("mode", mode, get_args(SyncMode)),
        ("on_schema_change", on_schema_change, get_args(OnSchemaChange)),
    ):
        if value not in choices:
            raise InvalidSetting(f"{value!r} is no {field}.", hint=f"Choose one of {', '.join(choices)}.", field=field)
    if not 0 <= retries <= MOST_RETRIES:
        raise InvalidSetting(
            "That is not how often a sync can be tried again.", hint=f"Choose 0 to {MOST_RETRIES}.", field="retries"
        )


def _look_at(workspace: Workspace, source: DataSource, overrides: Mapping[str, Any], watermark: str | None) -> None:
    seen = inspect_source(workspace, source, overrides)
    kinds = {column.name: column.type for column in seen.columns}
    if watermark and watermark not in kinds:
        raise InvalidSetting(
            f"The source has no column {watermark}.",
            hint=f"Choose one of {', '.join(name for name, kind in kinds.items() if can_grow(kind))[:300]}.",
            field="watermark",
        )
    if watermark and not can_grow(kinds[watermark]):
        raise InvalidSetting(
            f"The column {watermark} is {kinds[watermark]}, and does not tell what is new.",
            hint="Choose a number, a date or a time that only grows.",
            field="watermark",
        )


def _sync_of(uow: UnitOfWork, dataset: str) -> Sync:
    sync = uow.syncs.of_dataset(uow.datasets.by_name(dataset).id, lock=True)
    if sync is None:
        raise MissingThing(f"{dataset} is not synced.", hint="Set up a sync first.")
    return sync


def _words(source: DataSource) -> str:
    return ", ".join(f"{name} {value}" for name, value in source.told.items())


def _view(uow: UnitOfWork, dataset: Dataset, sync: Sync) -> SyncView:
    running = uow.syncs.unfinished(sync.id)
    return SyncView(
        dataset=dataset.name,
        source=sync.source,
        source_words=_words(read_source(sync.source)),
        overrides=sync.overrides,
        schedule=stored_schedule(sync.schedule),
        mode=sync.mode,
        watermark=sync.watermark,
        on_schema_change=sync.on_schema_change,
        retries=sync.retries,
        paused=sync.paused,
        next_at=sync.next_at,
        job_id=running.job_id if running else None,
    )


def _run_view(run: SyncRun) -> SyncRunView:
    same = ("id", "slot", "attempt", "asked_by", "status", "job_id", "rows", "message", "findings", "error", "seconds")
    told = {name: getattr(run, name) for name in (*same, "retry_at", "created_at", "finished_at")}
    return SyncRunView(version=run.version_number, **told)
