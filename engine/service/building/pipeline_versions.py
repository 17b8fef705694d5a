"""The versions of a pipeline: what changed, how they did, back to one, on from one under another name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from statistics import median
from typing import Any

from pydantic import Field

from engine.errors import MissingThing
from engine.graph import Pipeline, diff
from engine.service.building.drawn_changes import DrawnDiffView, change_words, describe_diff
from engine.service.building.pipelines import drawn, get_draft, get_version, save_version
from engine.service.scores import better, main_metric
from engine.service.views import DraftView, View
from engine.workspace import Workspace
from storage.repositories import VersionEntry, VersionRun
from storage.unit_of_work import UnitOfWork

DRAFT, ORIGIN = "draft", "origin"
"""What can be compared besides a version: the drawing as it is now, and the version it was duplicated from."""
LONGEST_LABEL, LONGEST_NOTE = 80, 2_000
MAKERS = {"local": "on a screen", "cli": "on the command line", "trigger": "by a trigger"}
FIRST = "the first one"


class BestScoreView(View):
    """The best that a version's models reached in their main metric."""

    metric: str
    value: float
    model: str
    model_version: int


class PipelineVersionView(View):
    """A version, and how its runs did.

    Parameters
    ----------
    runs
        How many there were; `last_run` is the id of the latest one.
    median_seconds, best_seconds
        Of the runs that succeeded and computed something, rather than to reuse everything.
    models
        Name → versions that its runs trained or reused.
    """

    version: int
    label: str = ""
    note: str = ""
    made_by: str = "local"
    created_at: datetime
    sha256: str
    runs: int = 0
    last_run: str | None = None
    last_number: int | None = None
    last_status: str | None = None
    median_seconds: float | None = None
    best_seconds: float | None = None
    best_score: BestScoreView | None = None
    models: dict[str, list[int]] = Field(default_factory=dict)


class OriginView(View):
    """The version that a pipeline was duplicated from, or a pipeline that was duplicated from this one."""

    pipeline_id: str
    name: str
    version: int
    is_deleted: bool = False


def list_versions(workspace: Workspace, pipeline_id: str) -> list[PipelineVersionView]:
    """Saved versions with what their runs came to, newest first."""
    with workspace.database.read() as uow:
        found = uow.pipelines.versions(pipeline_id)
        runs = _by_version(uow.runs.of_pipeline(pipeline_id))
        models: dict[str, list[dict[str, Any]]] = {}
        for version_id, model in uow.runs.models_of_pipeline(pipeline_id):
            models.setdefault(version_id, []).append(model)
    return [_view(entry, runs.get(entry.id, ()), models.get(entry.id, ())) for entry in found]


def find_version(workspace: Workspace, pipeline_id: str, side: str) -> PipelineVersionView:
    """One version, named ``v3`` or ``3``.

    Raises
    ------
    NotFound, MissingThing
    """
    number = _number(side)
    with workspace.database.read() as uow:
        uow.pipelines.version(pipeline_id, number)
    return next(view for view in list_versions(workspace, pipeline_id) if view.version == number)


def changes_since(workspace: Workspace, pipeline_id: str, number: int) -> str:
    """What a version changed, beside the one before it, in a few words."""
    with workspace.database.read() as uow:
        version = uow.pipelines.version(pipeline_id, number)
        if number == 1:
            return FIRST
        before = uow.pipelines.version(pipeline_id, number - 1)
    return _changed(_Drawings(before.id, version.id, before.graph, version.graph))


def unsaved_changes(workspace: Workspace, pipeline_id: str) -> str | None:
    """What the draft changed since the latest version; None where there is no version."""
    with workspace.database.read() as uow:
        if not uow.pipelines.versions(pipeline_id, limit=1):
            return None
        latest, draft = uow.pipelines.version(pipeline_id), uow.pipelines.draft(pipeline_id)
    return _changed(_Drawings(latest.id, f"{pipeline_id} {draft.rev}", latest.graph, draft.graph))


def describe_version(workspace: Workspace, pipeline_id: str, number: int, *, label: str, note: str) -> None:
    """Give a version a label and a note.

    Raises
    ------
    NotFound
    """
    words = {"label": label.strip()[:LONGEST_LABEL], "note": note.strip()[:LONGEST_NOTE]}
    workspace.database.transact(lambda uow: uow.pipelines.describe_version(pipeline_id, number, **words))


def save_named(workspace: Workspace, pipeline_id: str, label: str = "", note: str = "", made_by: str = "local") -> int:
    """Keep the draft as a version with a label and a note; a version that is this very draft gets them, too.

    Returns
    -------
    int
        The version's number.
    """
    number = save_version(workspace, pipeline_id, made_by=made_by)
    if label.strip() or note.strip():
        with workspace.database.read() as uow:
            known = uow.pipelines.version(pipeline_id, number)
        words = {"label": label.strip() or known.label, "note": note.strip() or known.note}
        describe_version(workspace, pipeline_id, number, **words)
    return number


def restore_version(workspace: Workspace, pipeline_id: str, number: int, made_by: str = "local") -> int:
    """Make a saved version the draft again; what was there is kept as a version first.

    Returns
    -------
    int
        The number of the version that keeps what was there.

    Raises
    ------
    NotFound
    """
    document = get_version(workspace, pipeline_id, number).as_document()
    kept = save_version(workspace, pipeline_id, f"Before restoring v{number}", made_by=made_by)
    workspace.database.transact(lambda uow: uow.pipelines.replace(pipeline_id, document))
    return kept


def duplicate(workspace: Workspace, pipeline_id: str, name: str, side: str = DRAFT) -> DraftView:
    """Make another pipeline from a version, or from the draft, which is saved as one; it remembers where it came from.

    Raises
    ------
    NotFound, NameTaken, BadName
    """
    number = save_version(workspace, pipeline_id) if side == DRAFT else _number(side)

    def write(uow: UnitOfWork) -> str:
        version = uow.pipelines.version(pipeline_id, number)
        document = {**version.graph, "name": name.strip()}
        return uow.pipelines.add(name.strip(), document, origin=version).id

    return get_draft(workspace, workspace.database.transact(write))


def origin_of(workspace: Workspace, pipeline_id: str) -> OriginView | None:
    """Where a pipeline came from, if it was duplicated."""
    with workspace.database.read() as uow:
        pipeline = uow.pipelines.get(pipeline_id)
        if pipeline.origin_id is None or pipeline.origin_number is None:
            return None
        origin = uow.pipelines.get(pipeline.origin_id)
    is_deleted = origin.deleted_at is not None
    return OriginView(pipeline_id=origin.id, name=origin.name, version=pipeline.origin_number, is_deleted=is_deleted)


def branches_of(workspace: Workspace, pipeline_id: str) -> list[OriginView]:
    """The pipelines that were duplicated from this one, with the version of this one they began with."""
    with workspace.database.read() as uow:
        found = uow.pipelines.branches(pipeline_id)
    return [OriginView(pipeline_id=it.id, name=it.name, version=it.origin_number or 0) for it in found]


def compare_versions(workspace: Workspace, pipeline_id: str, before: str, after: str) -> DrawnDiffView:
    """What became of a drawing from one side to the other.

    Parameters
    ----------
    before, after
        ``v3`` or ``3``, ``draft``, or ``origin`` for the version that the pipeline was duplicated from.

    Raises
    ------
    NotFound, MissingThing
    """
    left, right = read_side(workspace, pipeline_id, before), read_side(workspace, pipeline_id, after)
    return describe_diff(left, right, (side_name(before), side_name(after)))


def read_side(workspace: Workspace, pipeline_id: str, side: str) -> Pipeline:
    """One side of a comparison as a pipeline.

    Raises
    ------
    NotFound, MissingThing
    """
    if side == DRAFT:
        return drawn(get_draft(workspace, pipeline_id))
    if side != ORIGIN:
        return get_version(workspace, pipeline_id, _number(side))
    origin = origin_of(workspace, pipeline_id)
    if origin is None:
        raise MissingThing("This pipeline was not duplicated from another one.", hint="Choose a version.")
    return get_version(workspace, origin.pipeline_id, origin.version)


def side_name(side: str) -> str:
    """What people call a side.

    >>> side_name("3"), side_name("v3"), side_name("draft")
    ('v3', 'v3', 'draft')
    """
    return side if side in (DRAFT, ORIGIN) else f"v{_number(side)}"


def maker_words(made_by: str) -> str:
    """Who made a version, for people."""
    return MAKERS.get(made_by, f"by {made_by}")


def _number(side: str) -> int:
    found = re.fullmatch(r"v?(\d{1,9})", side)
    if found is None:
        raise MissingThing(f"There is no version {side[:40]!r}.", hint="Name one such as v3, or the draft.")
    return int(found[1])


@dataclass(frozen=True)
class _Drawings:
    """Two drawings under names that never stand for others, so that what changed is worked out once."""

    before_id: str
    after_id: str
    before: Mapping[str, Any] = field(compare=False)
    after: Mapping[str, Any] = field(compare=False)


@lru_cache(maxsize=256)
def _changed(drawings: _Drawings) -> str:
    sides = (drawings.before, drawings.after)
    before, after = (Pipeline.from_document({**graph, "name": "_"}) for graph in sides)
    return change_words(diff(before, after))


def _by_version(runs: Sequence[VersionRun]) -> dict[str, list[VersionRun]]:
    found: dict[str, list[VersionRun]] = {}
    for run in runs:
        found.setdefault(run.pipeline_version_id, []).append(run)
    return found


def _view(entry: VersionEntry, runs: Sequence[VersionRun], models: Sequence[Mapping[str, Any]]) -> PipelineVersionView:
    last = runs[0] if runs else None
    times = [run.seconds for run in runs if run.status == "succeeded" and run.computed and run.seconds is not None]
    made: dict[str, list[int]] = {}
    for model in models:
        made[model["model"]] = sorted({*made.get(model["model"], ()), int(model["version"])})
    return PipelineVersionView(
        version=entry.number,
        label=entry.label,
        note=entry.note,
        made_by=entry.made_by,
        created_at=entry.created_at,
        sha256=entry.sha256,
        runs=len(runs),
        last_run=last.id if last else None,
        last_number=last.number if last else None,
        last_status=last.status if last else None,
        median_seconds=median(times) if times else None,
        best_seconds=min(times, default=None),
        best_score=_best(models),
        models=made,
    )


def _best(models: Sequence[Mapping[str, Any]]) -> BestScoreView | None:
    """By the metric that says most about the first of them: scores of different kinds have no best one."""
    scored = [model for model in models if model.get("metrics")]
    metric = main_metric(scored[0]["metrics"]) if scored else None
    if metric is None:
        return None
    sign = -1 if better(metric) == "lower" else 1
    best = max((it for it in scored if metric in it["metrics"]), key=lambda it: sign * float(it["metrics"][metric]))
    value = float(best["metrics"][metric])
    return BestScoreView(metric=metric, value=value, model=best["model"], model_version=int(best["version"]))
