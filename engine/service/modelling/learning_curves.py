"""Learning curves of models: asked for with one click, worked out by a job, kept with the model's report."""

from typing import Any

from engine.errors import DataError
from engine.service.views import ModelView
from engine.work.learning_curve import KEPT
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork

JOB = "learning_curve"
TASKS = ("classification", "regression")
RECENT = 200
"""Among so many of the latest jobs of this kind the one of a model is looked for."""


def can_have_curve(model: ModelView) -> bool:
    """Whether there is something to learn that can be scored."""
    return model.task in TASKS


def curve_of(model: ModelView) -> dict[str, Any] | None:
    """A model's learning curve, as a report; None where nobody has asked for it."""
    found: dict[str, Any] | None = model.report.get(KEPT)
    return found


def start_curve(workspace: Workspace, version_id: str) -> str:
    """Queue the learning curve of a model version; one that is under way is followed.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    NotFound
    DataError
        For a model without a target.
    """

    def write(uow: UnitOfWork) -> str:
        version = uow.models.get_version(version_id)
        if version.task not in TASKS:
            raise DataError(
                "A model without a target has no score, so it has no learning curve.",
                hint="Open a model that predicts something.",
            )
        running = _job(uow, version_id)
        if running is not None and running.finished_at is None:
            return str(running.id)
        limits = uow.runs.get(version.run_id).limits or {}
        payload = {"model_version_id": version_id}
        job = uow.jobs.enqueue(
            JOB, payload, memory_mb=limits.get("memory_mb"), timeout_seconds=limits.get("timeout_seconds")
        )
        return str(job.id)

    return workspace.database.transact(write)


def curve_job(workspace: Workspace, version_id: str) -> str | None:
    """The latest job that draws this learning curve, whether it has ended or not."""
    with workspace.database.read() as uow:
        found = _job(uow, version_id)
        return None if found is None else str(found.id)


def _job(uow: UnitOfWork, version_id: str) -> Any:
    jobs = uow.jobs.list(kind=JOB, limit=RECENT)
    return next((job for job in jobs if job.payload.get("model_version_id") == version_id), None)
