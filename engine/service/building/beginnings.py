"""How a pipeline begins: empty, with a dataset, drawn for what somebody wants to know, or from a template."""

import logging
from collections.abc import Mapping
from functools import lru_cache

import pyarrow as pa

from components.base import StoredTable
from components.base.estimator import Task
from engine.checks import apply_fix
from engine.drafting import Draft, Goal, Kind, Known, LeftOut, draft
from engine.drafting.answers import Answer, Suggestion, answers, suggestions
from engine.drafting.gaps import gaps_tell
from engine.drafting.times import times
from engine.errors import MissingThing
from engine.graph import Pipeline
from engine.profile import Profile, profile
from engine.service.building.facts import LOOKED_AT, facts_of, first_rows
from engine.service.building.pipelines import drawn, get_draft, import_pipeline, look_through
from engine.service.views import DraftView, View
from engine.templates import Template, template, templates
from engine.workspace import Workspace
from storage.schema import DatasetVersion

__all__ = [
    "Answer", "Goal", "Kind", "LeftOut", "Outlook", "Preview", "Role", "Suggestion", "Task", "Template", "begin_empty",
    "begin_with_dataset", "begin_with_template", "build", "fits", "look_at", "preview", "template", "templates",
]  # fmt: skip

log = logging.getLogger("canvasback.service")

ROUNDS = 5
"""How often what a check still finds is mended."""
KEPT = 16


class Role(View):
    """What a template needs of somebody's own data, and which columns would do; the likeliest is first."""

    key: str
    title: str
    about: str
    columns: list[str]


class Outlook(View):
    """What can be done with a dataset.

    Parameters
    ----------
    suggestions
        The columns that people may most want to predict.
    answers
        Every column: how it is predicted, or why it cannot be.
    times
        Columns that say when a row was, the likeliest first.
    """

    dataset: str
    rows: int
    suggestions: list[Suggestion]
    answers: list[Answer]
    times: list[str]

    def answer(self, column: str) -> Answer:
        """A column as an answer."""
        return next(one for one in self.answers if one.name == column)

    @property
    def numbers(self) -> list[str]:
        """The columns that can be forecast."""
        return [one.name for one in self.answers if "regression" in one.tasks]


class Preview(View):
    """What would be drawn, before it is.

    Parameters
    ----------
    problems
        What a check of the drawing still says; none as a rule.
    """

    pipeline: Pipeline
    summary: str
    left_out: list[LeftOut]
    steps: list[tuple[str, str]]
    problems: list[str]


def look_at(workspace: Workspace, dataset: str) -> Outlook:
    """What can be predicted, forecast and found in a dataset.

    Raises
    ------
    NotFound
    """
    known = _known(workspace, dataset)
    return Outlook(
        dataset=dataset,
        rows=known.profile.rows,
        suggestions=suggestions(known),
        answers=answers(known),
        times=[one.name for one in times(known)],
    )


def preview(workspace: Workspace, dataset: str, goal: Goal, name: str = "untitled") -> Preview:
    """What would be drawn for a goal; nothing is stored.

    Raises
    ------
    NotFound, UnknownColumn, UnfitForTraining
        Where what is wanted cannot be learned from this dataset.
    """
    found = draft(_known(workspace, dataset), goal, name)
    pipeline, problems = _mended(workspace, found.pipeline)
    return Preview(
        pipeline=pipeline,
        summary=found.summary,
        left_out=list(found.left_out),
        steps=_steps(found),
        problems=problems,
    )


def build(workspace: Workspace, dataset: str, goal: Goal, name: str, *, pipeline_id: str | None = None) -> DraftView:
    """Draw a pipeline for a goal.

    Parameters
    ----------
    pipeline_id
        An empty pipeline to draw it in; a new one unless given.

    Raises
    ------
    NotFound, UnknownColumn, UnfitForTraining, NameTaken, BadName
    """
    return _begun(workspace, preview(workspace, dataset, goal, name.strip() or "untitled").pipeline, pipeline_id)


def begin_empty(workspace: Workspace, name: str) -> DraftView:
    """A pipeline without anything.

    Raises
    ------
    NameTaken, BadName
    """
    return import_pipeline(workspace, Pipeline(name=name.strip() or "untitled"), replace=False)


def begin_with_dataset(workspace: Workspace, name: str, dataset: str) -> DraftView:
    """A pipeline that reads a dataset, and nothing else yet.

    Raises
    ------
    NameTaken, BadName
    """
    nodes = {"data": {"component": "dataset", "params": {"dataset": dataset}}}
    document = {"name": name.strip() or "untitled", "nodes": nodes, "layout": {"data": [0, 0]}}
    return import_pipeline(workspace, Pipeline.from_document(document), replace=False)


def begin_with_template(
    workspace: Workspace,
    key: str,
    name: str,
    *,
    dataset: str | None = None,
    columns: Mapping[str, str] | None = None,
    pipeline_id: str | None = None,
) -> DraftView:
    """A template's pipeline, on its sample data or on somebody's own.

    Parameters
    ----------
    columns
        Which column of the dataset has which role.

    Raises
    ------
    MissingThing, NotFound, UnknownColumn, UnfitForTraining, NameTaken, BadName
    """
    chosen, asked, name = template(key), columns or {}, name.strip() or "untitled"
    if dataset is None:
        return _begun(workspace, chosen.pipeline(name), pipeline_id)
    lacking = [role.title for key, role in chosen.roles.items() if key not in asked and not role.optional]
    if lacking:
        raise MissingThing(f"It is not chosen yet: {', '.join(lacking)}.", hint="Choose a column for each.")
    if chosen.goal:
        return build(workspace, dataset, chosen.wanted(asked), name, pipeline_id=pipeline_id)
    return _begun(workspace, _mended(workspace, chosen.pipeline(name, dataset, asked))[0], pipeline_id)


def fits(workspace: Workspace, key: str, dataset: str) -> list[Role]:
    """Which columns of a dataset could have the roles of a template, those that are called alike first."""
    known = _known(workspace, dataset)
    likely = [one.answer.name for one in suggestions(known)]
    learnable = {one.name for one in answers(known) if one.task}
    found = []
    for role_key, role in template(key).roles.items():
        names = [one.name for one in known.columns.values() if one.kind in role.kinds]
        rank: dict[str, int] = {}
        if role_key == "target":
            names, rank = [name for name in names if name in learnable], {one: at for at, one in enumerate(likely)}
        names.sort(key=lambda name: (name.lower() != role.column.lower(), rank.get(name, len(rank))))
        found.append(Role(key=role_key, title=role.title, about=role.about, columns=names))
    return found


def _begun(workspace: Workspace, pipeline: Pipeline, pipeline_id: str | None) -> DraftView:
    if pipeline_id is None:
        return import_pipeline(workspace, pipeline, replace=False)
    before = drawn(get_draft(workspace, pipeline_id))
    if before.nodes:
        raise MissingThing(
            f"{before.name} is not empty any more.", hint="Begin a new pipeline, so that nothing of it is lost."
        )
    return import_pipeline(workspace, pipeline.model_copy(update={"name": before.name}))


def _mended(workspace: Workspace, pipeline: Pipeline) -> tuple[Pipeline, list[str]]:
    """A drawing without what a check can mend, and what is left to say."""
    found = look_through(workspace, pipeline).problems
    for _ in range(ROUNDS):
        fix = next((one.fix for one in found if one.fix), None)
        if fix is None:
            break
        log.warning("a drawing was mended: %s", [one.code for one in found])
        pipeline = apply_fix(pipeline, fix)
        found = look_through(workspace, pipeline).problems
    return pipeline, [f"{one.message} {one.hint}".strip() for one in found]


def _steps(found: Draft) -> list[tuple[str, str]]:
    """Each node's title and the reason for it, in their order."""
    nodes = found.pipeline.by_id
    return [
        (node.label, str(nodes[why].params["text"]))
        for node in found.pipeline.nodes
        if (why := f"why_{node.id}"[:64]) in nodes
    ]


def _known(workspace: Workspace, dataset: str) -> Known:
    stored = StoredTable(dataset, "latest")
    version, facts = workspace.version_of(stored), facts_of(workspace)(stored)

    def by_gaps(target: str) -> Mapping[str, float]:
        return gaps_tell(_sample(workspace, version), target)

    if facts is None:
        return Known(dataset, _measured(_Asked(workspace, version)), gaps_tell=by_gaps)
    return Known(dataset, facts.profile, tells=facts.telling, gaps_tell=by_gaps)


def _sample(workspace: Workspace, version: DatasetVersion) -> pa.Table:
    return first_rows(workspace.files_of(version), LOOKED_AT)


class _Asked:
    """A dataset version, which never changes: what was measured once holds."""

    def __init__(self, workspace: Workspace, version: DatasetVersion) -> None:
        self.workspace, self.version = workspace, version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other.version.id == self.version.id

    def __hash__(self) -> int:
        return hash(self.version.id)


@lru_cache(maxsize=KEPT)
def _measured(asked: _Asked) -> Profile:
    """The profile of a version that was imported without one."""
    return profile(asked.workspace.files_of(asked.version))
