"""How a model works over all: which columns move its answers, which way they pull, and where it fails."""

from collections.abc import Mapping
from typing import Any

from components.base import FIGURES
from components.evaluate.dependence import partial_dependence
from components.evaluate.error_slices import ErrorSlicesParams
from components.evaluate.partial_dependence import PartialDependenceParams
from components.evaluate.slices import error_slices
from components.params import PlainColumns
from components.ports import kind_of
from engine.errors import DataError
from engine.explanation.asked import asked_of
from engine.explanation.outputs import check_explainable, place_of
from engine.service.modelling.opened_models import OpenedModel, open_model
from engine.service.views import View
from engine.work.explain_model import kept_summary
from engine.workspace import Workspace
from storage.repositories.models import Which
from storage.unit_of_work import UnitOfWork

ASKED_CELLS = 12_000
"""How often the model is asked for one column: rows × values."""
MOST_ROWS, POINTS, SINGLE_ROWS = 500, 24, 30
LATEST_JOBS = 50
PLAIN_KINDS = ("numeric", "text", "boolean", "datetime")


class SummaryView(View):
    """What is known of a version so far: the summary, or the job that works it out, or nothing.

    Parameters
    ----------
    summary
        As `engine.explanation.summary.summary` makes it.
    refused
        Why there can be none.
    """

    summary: dict[str, Any] | None = None
    job_id: str | None = None
    refused: str = ""


def find_summary(workspace: Workspace, name: str, version: Which = None) -> SummaryView:
    """How columns move the answers of a model, if that was worked out; else the last job that was to do it.

    Raises
    ------
    NotFound
    """
    opened = open_model(workspace, name, version)
    try:
        check_explainable(opened.model)
    except DataError as error:
        return SummaryView(refused=f"{error.message} {error.hint}")
    kept = kept_summary(workspace.cache, opened.version_id)
    if kept is not None:
        return SummaryView(summary=dict(kept))
    with workspace.database.read() as uow:
        return SummaryView(job_id=_latest_job(uow, opened.version_id))


def start_summary(workspace: Workspace, name: str, version: Which = None) -> str:
    """Queue what works the summary out; one that is under way is followed.

    Returns
    -------
    str
        The job's id.

    Raises
    ------
    NotFound
    DataError
        When the model cannot be explained.
    """
    opened = open_model(workspace, name, version)
    check_explainable(opened.model)

    def write(uow: UnitOfWork) -> str:
        latest = _latest_job(uow, opened.version_id)
        if latest is not None and uow.jobs.get(latest).finished_at is None:
            return latest
        return uow.jobs.enqueue("explain_model", {"model_version_id": opened.version_id}).id

    return workspace.database.transact(write)


def _latest_job(uow: UnitOfWork, version_id: str) -> str | None:
    jobs = uow.jobs.list(kind="explain_model", limit=LATEST_JOBS)
    return next((job.id for job in jobs if job.payload.get("model_version_id") == version_id), None)


def inputs_by_weight(workspace: Workspace, name: str, version: Which = None) -> list[str]:
    """The columns that answers depend on; what moves them most, as far as that is known, comes first."""
    opened = open_model(workspace, name, version)
    names = [field.name for field in opened.scorer.fields]
    kept = kept_summary(workspace.cache, opened.version_id)
    if kept is not None:
        ranked = [each["column"] for each in kept["outputs"][0]["columns"]]
    else:
        ranked = [each["column"] for each in sorted(opened.model.importance, key=lambda it: -it["mean"])]
    return sorted(names, key=lambda it: ranked.index(it) if it in ranked else len(ranked))


def dependence(
    workspace: Workspace, name: str, version: Which, column: str, label: str | None = None
) -> dict[str, Any]:
    """What the model says on average, and of single rows, over the values of one column: a report with one plot.

    Parameters
    ----------
    label
        The class whose probability is told, where there are several.

    Raises
    ------
    NotFound
    DataError, UnfitData
        When the model does not depend on the column, or it has one value only.
    """
    opened = open_model(workspace, name, version)
    check_explainable(opened.model)
    if column not in {field.name for field in opened.scorer.fields}:
        raise DataError(f"The model's answers do not depend on {column!r}.", hint="Choose one of its inputs.")
    with opened.evidence() as evidence:
        model = asked_of(opened.scorer, evidence, min(MOST_ROWS, ASKED_CELLS // POINTS))
    params = PartialDependenceParams.model_validate(
        {"columns": [column], "points": POINTS, "single_rows": SINGLE_ROWS, "positive": _label(opened, label)}
    )
    report = partial_dependence(model, params)
    return {key: value for key, value in report.items() if key != FIGURES}


def failing_slices(
    workspace: Workspace, name: str, version: Which = None, depth: int = 2, least_rows: int = 30
) -> dict[str, Any]:
    """Where the model is wrong more often, or further off, than elsewhere: a report, with the slices under ``slices``.

    Raises
    ------
    NotFound
    DataError, UnfitData
        When there is no truth, or too few rows.
    """
    opened = open_model(workspace, name, version)
    if not opened.model.target:
        raise DataError("Without a target there is no right answer to miss.", hint="Look at a single row instead.")
    names = told_columns(opened)
    with opened.evidence() as evidence:
        told = evidence.predictions(*names)
    params = ErrorSlicesParams(columns=PlainColumns.of(names), depth=depth, least_rows=least_rows)
    report = error_slices(told, params)
    return {**{key: value for key, value in report.items() if key != FIGURES}, "slices": report[FIGURES]}


def told_columns(opened: OpenedModel) -> list[str]:
    """The columns of the table where rows begin that can describe a row: not the target, and nothing nested."""
    with opened.evidence() as evidence:
        kinds = {name: kind_of(evidence.table[name].type()) for name in evidence.columns}
    return [name for name, kind in kinds.items() if kind in PLAIN_KINDS and name != opened.model.target]


def _label(opened: OpenedModel, label: str | None) -> Any:
    classes: Mapping[int, Any] = dict(enumerate(opened.model.classes))
    return classes.get(place_of(opened.model, label)) if classes else None
