"""Triggers: pipelines that start when a dataset gets a new latest version."""

from datetime import datetime
from typing import Any

from engine.errors import PEOPLE_ERRORS, CanvasbackError, error_data
from engine.graph import Pipeline
from engine.service.running.runs import start_run
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import Conflict, NotFound
from storage.repositories import TriggerEntry
from storage.unit_of_work import UnitOfWork


class TriggerView(View):
    """A pipeline that starts when a dataset gets a new latest version.

    Parameters
    ----------
    seen
        The version that it was last started for.
    error
        Why it could not be started for that version.
    """

    dataset: str
    pipeline_id: str
    pipeline: str
    seen: int
    run_id: str | None = None
    run: int | None = None
    run_status: str | None = None
    error: dict[str, Any] | None = None
    fired_at: datetime | None = None


def add_trigger(workspace: Workspace, dataset: str, pipeline: str) -> None:
    """Let a pipeline start at each new latest version of a dataset, from the next one on.

    Raises
    ------
    NotFound, Conflict
    """

    def write(uow: UnitOfWork) -> None:
        uow.triggers.add(uow.datasets.by_name(dataset).id, uow.pipelines.by_name(pipeline).id)
        uow.audit.record("local", "trigger added", f"dataset {dataset}", {"pipeline": pipeline})

    workspace.database.transact(write)


def remove_trigger(workspace: Workspace, dataset: str, pipeline: str) -> None:
    """Let it start no more.

    Raises
    ------
    NotFound
    """

    def write(uow: UnitOfWork) -> None:
        if not uow.triggers.remove(uow.datasets.by_name(dataset).id, uow.pipelines.by_name(pipeline).id):
            raise NotFound(f"{pipeline} is not started by {dataset}")
        uow.audit.record("local", "trigger removed", f"dataset {dataset}", {"pipeline": pipeline})

    workspace.database.transact(write)


def list_triggers(workspace: Workspace, dataset: str) -> list[TriggerView]:
    """The pipelines that start when a dataset gets a new latest version."""
    with workspace.database.read() as uow:
        entries = uow.triggers.list(uow.datasets.by_name(dataset).id)
    return [
        TriggerView(
            dataset=dataset,
            pipeline_id=entry.trigger.pipeline_id,
            pipeline=entry.pipeline,
            seen=entry.trigger.seen,
            run_id=entry.trigger.run_id,
            run=entry.run_number,
            run_status=entry.run_status,
            error=entry.trigger.error,
            fired_at=entry.trigger.fired_at,
        )
        for entry in entries
    ]


def fire_triggers(workspace: Workspace) -> int:
    """Start the pipelines whose dataset has another latest version than they have seen; how many were started.

    A pipeline that is queued or at work is waited for, unless it reads that very version.
    """
    with workspace.database.read() as uow:
        due = uow.triggers.due()
    return sum(_fire(workspace, entry) for entry in due)


def _fire(workspace: Workspace, entry: TriggerEntry) -> bool:
    """Start one pipeline, in one transaction with the note that it was; whether this process did."""
    trigger, latest = entry.trigger, entry.latest or 0

    def note(uow: UnitOfWork, **told: Any) -> None:
        uow.triggers.claim(trigger.id, trigger.seen, latest)
        row = uow.triggers.get(trigger.id)
        for name, value in told.items():
            setattr(row, name, value)

    def started(uow: UnitOfWork, run_id: str) -> None:
        note(uow, run_id=run_id)
        uow.audit.record("trigger", "run started", f"pipeline {entry.pipeline}", {"dataset": entry.dataset})

    try:
        waiting = _waits_for(workspace, entry)
        if waiting == "it is done":
            workspace.database.transact(note)
            return False
        if waiting:
            return False
        _refuse_circle(workspace, entry)
        drawn = saved_drawing(workspace, trigger.pipeline_id)
        start_run(workspace, trigger.pipeline_id, drawn, made_by="trigger", together_with=started)
    except Conflict:
        return False
    except PEOPLE_ERRORS as error:
        told = error_data(error)
        try:
            workspace.database.transact(lambda uow: note(uow, error=told))
        except Conflict:
            return False
        return False
    return True


def _waits_for(workspace: Workspace, entry: TriggerEntry) -> str:
    """What keeps a pipeline from being started: a run that has not ended; empty where nothing does."""
    with workspace.database.read() as uow:
        version = uow.datasets.version(entry.trigger.dataset_id, entry.latest)
        for status in ("queued", "running"):
            for run in uow.runs.list(pipeline_id=entry.trigger.pipeline_id, status=status, limit=10):
                reads = {row.dataset_version_id for row in uow.runs.inputs(run.id)}
                return "it is done" if version.id in reads else f"run {run.number}"
    return ""


def _refuse_circle(workspace: Workspace, entry: TriggerEntry) -> None:
    """A pipeline must not be started by what came out of itself.

    Raises
    ------
    CanvasbackError
    """
    with workspace.database.read() as uow:
        version = uow.datasets.version(entry.trigger.dataset_id, entry.latest)
        is_circle = entry.trigger.pipeline_id in uow.triggers.made_by(version)
    if is_circle:
        raise CanvasbackError(
            f"v{entry.latest} of {entry.dataset} came out of this pipeline, by itself or by others: it would "
            "start itself for ever.",
            hint="Run it by hand where that is meant.",
        )


def saved_drawing(workspace: Workspace, pipeline_id: str) -> Pipeline:
    """What was saved last, as a run saves what it does; the draft where nothing was."""
    with workspace.database.read() as uow:
        name = uow.pipelines.get(pipeline_id).name
        saved = uow.pipelines.versions(pipeline_id, limit=1)
        graph = uow.pipelines.get_version(saved[0].id).graph if saved else uow.pipelines.draft(pipeline_id).graph
    return Pipeline.from_document({**graph, "name": name})
