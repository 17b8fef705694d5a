"""Pipelines: drafts that live on the server, versions, and what is wrong with them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from ibis.expr.schema import Schema
from pydantic import Field, SkipValidation

from components.base import Learner, StoredTable
from components.ports import kind_of, visible
from engine.checks import Problem, Review, apply_fix, review
from engine.errors import PEOPLE_ERRORS, MissingThing
from engine.graph import Pipeline
from engine.schemas import NodeSchemas, renamed
from engine.service.building.facts import facts_of
from engine.service.building.switched import Part, facts_apart
from engine.service.tables import type_words
from engine.service.views import DraftView, PipelineView, View
from engine.workspace import Workspace
from storage.schema import Draft
from storage.unit_of_work import UnitOfWork

Columns = SkipValidation[tuple[Mapping[str, str], ...]]
"""Name, kind and type of each column; the same at every port where the same table passes."""

KEPT_COLUMNS = 4_096
KEPT_DRAWINGS = 16


class NodeFacts(View):
    """What the canvas shows of a node without running it."""

    summary: str
    note: str | None = None
    part: Part = "on"
    fitted: str | None = None
    serving: str = ""
    inputs: Mapping[str, Columns] = Field(default_factory=dict)
    outputs: Mapping[str, Columns] = Field(default_factory=dict)
    renamed: Mapping[str, dict[str, str]] = Field(default_factory=dict)
    """By output, the columns that have another name than at the input: new name → old name."""


class PipelineReview(View):
    """Facts per node and the list of problems."""

    facts: dict[str, NodeFacts]
    problems: list[dict[str, Any]]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The problems that keep the pipeline from running."""
        return [problem for problem in self.problems if problem["severity"] == "error"]


def list_pipelines(workspace: Workspace, search: str = "", limit: int = 200) -> list[PipelineView]:
    """Pipelines, the last edited first."""
    with workspace.database.read() as uow:
        return [
            PipelineView(
                id=entry.pipeline.id,
                name=entry.pipeline.name,
                version=entry.number,
                last_run_id=entry.run_id,
                last_run_status=entry.run_status,
                updated_at=entry.pipeline.updated_at,
            )
            for entry in uow.pipelines.list(search=search, limit=limit)
        ]


def create_pipeline(workspace: Workspace, name: str) -> DraftView:
    """A new, empty pipeline.

    Raises
    ------
    NameTaken, BadName
    """
    return import_pipeline(workspace, Pipeline(name=name.strip() or "untitled"), replace=False)


def import_pipeline(workspace: Workspace, pipeline: Pipeline, *, replace: bool = True) -> DraftView:
    """Make a pipeline's draft this one; a new pipeline when there is none of that name."""

    def write(uow: UnitOfWork) -> Draft:
        found = uow.pipelines.find(pipeline.name) if replace else None
        if found is None:
            return uow.pipelines.draft(uow.pipelines.add(pipeline.name, pipeline.as_document()).id)
        return uow.pipelines.replace(found.id, pipeline.as_document())

    return _draft_view(workspace.database.transact(write), pipeline.name)


def get_draft(workspace: Workspace, pipeline_id: str) -> DraftView:
    """The draft of a pipeline.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        pipeline = uow.pipelines.get(pipeline_id)
        return _draft_view(uow.pipelines.draft(pipeline_id), pipeline.name)


def find_draft(workspace: Workspace, name: str) -> DraftView:
    """The draft of the pipeline with a name.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        pipeline = uow.pipelines.by_name(name)
        return _draft_view(uow.pipelines.draft(pipeline.id), pipeline.name)


def drawn(draft: DraftView) -> Pipeline:
    """The draft as a pipeline; its name is the pipeline's own."""
    return _read(_Drawn(draft.pipeline_id, draft.name, draft.rev, draft.updated_at, draft.document))


@dataclass(frozen=True)
class _Drawn:
    """A draft, known by its revision: reading hundreds of nodes takes longer than all else that an edit needs."""

    pipeline_id: str
    name: str
    rev: int
    updated_at: datetime | None
    document: dict[str, Any] = field(compare=False, repr=False)


@lru_cache(maxsize=KEPT_DRAWINGS)
def _read(drawn: _Drawn) -> Pipeline:
    return Pipeline.from_document({**drawn.document, "name": drawn.name})


def apply_edit(
    workspace: Workspace, pipeline_id: str, pipeline: Pipeline, *, base: int, cid: str, seq: int
) -> tuple[str, DraftView]:
    """Store what a browser drew, if nobody else has drawn since.

    Returns
    -------
    str
        ``ok``, ``dup`` (stored already) or ``conflict`` (someone else was first; nothing is stored).
    DraftView
        The draft as it is now.
    """
    document = pipeline.as_document()
    edit = workspace.database.transact(lambda uow: uow.pipelines.apply_edit(pipeline_id, document, base, cid, seq))
    return edit.outcome, _draft_view(edit.draft, pipeline.name)


def review_pipeline(workspace: Workspace, pipeline: Pipeline) -> PipelineReview:
    """Everything the canvas shows without running anything."""
    looked = look_through(workspace, pipeline)
    facts = {node.id: _facts(looked, node.id) for node in pipeline.nodes}
    return PipelineReview(facts=facts, problems=[problem.as_data() for problem in looked.problems])


def fix_problem(workspace: Workspace, pipeline_id: str, problem_id: str, fix_id: str) -> DraftView:
    """Mend one problem of a draft.

    Raises
    ------
    MissingThing
        When the problem is gone already.
    """
    draft = get_draft(workspace, pipeline_id)
    pipeline = drawn(draft)
    fix = next(
        (
            p.fix
            for p in look_through(workspace, pipeline).problems
            if p.id == problem_id and p.fix and p.fix.id == fix_id
        ),
        None,
    )
    if fix is None:
        raise MissingThing("This problem is gone already.")
    mended = apply_fix(pipeline, fix, workspace.schema_of).as_document()
    return _draft_view(
        workspace.database.transact(lambda uow: uow.pipelines.replace(pipeline_id, mended)), pipeline.name
    )


def save_version(workspace: Workspace, pipeline_id: str, note: str = "", *, made_by: str = "local") -> int:
    """Keep the draft as a version; an unchanged draft makes no new one.

    Returns
    -------
    int
        The version's number.
    """
    pipeline = drawn(get_draft(workspace, pipeline_id))

    def write(uow: UnitOfWork) -> int:
        words = {"note": note, "made_by": made_by}
        return uow.pipelines.version_of(pipeline_id, pipeline.as_document(), digest(pipeline), **words).number

    return workspace.database.transact(write)


def get_version(workspace: Workspace, pipeline_id: str, number: int | None = None) -> Pipeline:
    """A saved version as a pipeline.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        name = uow.pipelines.get(pipeline_id).name
        return Pipeline.from_document({**uow.pipelines.version(pipeline_id, number).graph, "name": name})


def rename_pipeline(workspace: Workspace, pipeline_id: str, name: str) -> None:
    """Give a pipeline another name."""
    workspace.database.transact(lambda uow: uow.pipelines.rename(pipeline_id, name.strip()))


def delete_pipeline(workspace: Workspace, pipeline_id: str) -> None:
    """Put a pipeline away; its runs and models stay traceable, and `restore_pipeline` brings it back."""

    def write(uow: UnitOfWork) -> None:
        pipeline = uow.pipelines.delete(pipeline_id)
        uow.audit.record("local", "pipeline deleted", f"pipeline {pipeline.name}")

    workspace.database.transact(write)


def restore_pipeline(workspace: Workspace, pipeline_id: str) -> None:
    """Bring a deleted pipeline back."""
    workspace.database.transact(lambda uow: uow.pipelines.restore(pipeline_id))


def digest(pipeline: Pipeline) -> str:
    """What tells two versions apart: the drawing with its layout."""
    layout = repr(sorted(pipeline.layout.items()))
    return hashlib.sha256((pipeline.digest_source() + layout).encode()).hexdigest()


def look_through(workspace: Workspace, pipeline: Pipeline) -> Review:
    """The review itself, for what builds on it."""
    return review(pipeline.filled_in(), workspace.schema_of, facts=facts_of(workspace), earlier=_earlier(workspace))


def _earlier(workspace: Workspace) -> Callable[[StoredTable], Schema | None]:
    def schema(table: StoredTable) -> Schema | None:
        try:
            number = workspace.version_of(table).number
            return workspace.schema_of(StoredTable(table.dataset, number - 1)) if number > 1 else None
        except PEOPLE_ERRORS:  # not kept any more
            return None

    return schema


def _facts(looked: Review, node_id: str) -> NodeFacts:
    if node_id in looked.effect.apart:
        told = facts_apart(looked, node_id)
        columns = {side: {port: _columns(it) for port, it in told[side].items()} for side in ("inputs", "outputs")}
        return NodeFacts(**{**told, **columns})
    known: NodeSchemas = looked.schemas.get(node_id, NodeSchemas())
    moved = looked.placement.moved
    before = {split for split, learned in moved.items() if split == node_id}
    note = None
    if before:
        learned = looked.placement.pipeline.by_id[moved[node_id]]
        note = f"Rows get their roles before {learned.label}, so that it learns from train rows only."
    component = known.component
    return NodeFacts(
        summary=component.params.words() if component else "",
        note=note,
        fitted=_fitted(known) if isinstance(component, Learner) else None,
        serving=component.spec.serving if component else "",
        inputs={port: _columns(schema) for port, schema in known.inputs.items()},
        outputs={port: _columns(schema) for port, schema in known.outputs.items()},
        renamed={port: names for port in known.outputs if (names := renamed(known, port))},
    )


def _fitted(known: NodeSchemas) -> str:
    has_roles = any("__cb_role" in schema for schema in known.inputs.values())
    learns = "Learns from the train rows only" if has_roles else "Learns from all rows"
    described = known.component.describe() if known.component else ""
    return f"{learns}. {described}" if described else learns


@lru_cache(maxsize=KEPT_COLUMNS)
def _columns(schema: Schema) -> Columns:
    return tuple(
        {"name": name, "kind": kind_of(dtype), "type": type_words(dtype)} for name, dtype in visible(schema).items()
    )


def _draft_view(draft: Draft, name: str) -> DraftView:
    return DraftView(
        pipeline_id=draft.pipeline_id,
        name=name,
        rev=draft.rev,
        by=draft.by,
        ack=draft.ack,
        document=draft.graph,
        updated_at=draft.updated_at,
    )


def problem_list(workspace: Workspace, pipeline: Pipeline) -> list[dict[str, Any]]:
    """The problems alone, for the command line."""
    return [_as_data(problem) for problem in look_through(workspace, pipeline).problems]


def _as_data(problem: Problem) -> dict[str, Any]:
    data = problem.as_data()
    kept = ("code", "node", "field", "severity", "message", "hint")
    return {**{name: data[name] for name in kept}, "fix": data["fix"] and data["fix"]["label"]}
