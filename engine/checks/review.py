"""A pipeline looked through."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.base import Model, Split
from components.errors import ColumnMissing, UnknownComponent
from engine.checks.balance import balance_problems
from engine.checks.data import data_problems
from engine.checks.emptied import emptied_problems
from engine.checks.facts import Facts, origins
from engine.checks.features import feature_fix, leak_fix, model_problems
from engine.checks.gone import Earlier, Surroundings, gone_fix, no_earlier
from engine.checks.learnable import learnable_problems
from engine.checks.libraries import library_problems, setting_problems
from engine.checks.members import member_problems
from engine.checks.parameters import parameter_problems, told_once
from engine.checks.portable import backend_problems
from engine.checks.problems import Problem
from engine.checks.reports import report_problems
from engine.checks.switches import as_drawn, switch_problems
from engine.checks.wires import wire_problems
from engine.graph import InEffect, Node, Pipeline, component_of, in_effect
from engine.leakage import Placement, answers_in_features, is_a, leaks, place_splits, unanswered
from engine.schemas import NodeSchemas, TableSchemas, infer


@dataclass(frozen=True)
class Review:
    """A pipeline looked through: what of it takes part, where its splits stand, its schemas and its problems."""

    effect: InEffect
    placement: Placement
    schemas: Mapping[str, NodeSchemas]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the pipeline from running."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def review(
    pipeline: Pipeline,
    stored: TableSchemas,
    backend: str = "duckdb",
    facts: Facts | None = None,
    earlier: Earlier = no_earlier,
) -> Review:
    """Look the whole pipeline through, for the engine that it is to run on.

    Parameters
    ----------
    facts
        What is known of the stored data; without, only the drawing itself is judged.
    earlier
        The columns of a dataset's version before: a column that has another name now is found by its place.
    """
    effect = in_effect(pipeline)
    pipeline = effect.pipeline
    placement = place_splits(pipeline)
    schemas = infer(placement.pipeline, stored)
    arriving = origins(placement.pipeline, schemas, facts) if facts else {}
    found = (
        *switch_problems(effect),
        *_structure(effect),
        *parameter_problems(pipeline),
        *setting_problems(pipeline, schemas),
        *wire_problems(pipeline),
        *_schema_errors(placement, Surroundings(placement.pipeline, schemas, stored, earlier)),
        *_leaks(placement.pipeline, schemas),
        *emptied_problems(pipeline, schemas, arriving),
        *model_problems(pipeline, schemas, arriving),
        *learnable_problems(pipeline, placement, schemas, arriving),
        *data_problems(pipeline, placement, schemas, arriving),
        *member_problems(pipeline, placement.pipeline, schemas),
        *report_problems(placement.pipeline, schemas),
        *([] if placement.pipeline.cycles() else balance_problems(placement.pipeline, schemas)),
        *_idle_splits(pipeline),
        *backend_problems(placement.pipeline, schemas, backend),
    )
    # Of two problems with one id, the first is told.
    told = {problem.id: as_drawn(effect, problem) for problem in reversed(told_once(found))}
    return Review(effect, placement, schemas, tuple(told.values())[::-1])


def problems(pipeline: Pipeline, stored: TableSchemas, backend: str = "duckdb") -> tuple[Problem, ...]:
    """Everything wrong with a pipeline; empty for a sound one."""
    return review(pipeline, stored, backend).problems


def _structure(effect: InEffect) -> Iterator[Problem]:
    pipeline = effect.pipeline
    if all(node.is_only_drawn for node in effect.drawn.nodes):
        yield Problem("empty_pipeline", "The pipeline is empty.", hint="Drag a dataset onto the canvas.")
    counted: set[str] = set()
    for node in pipeline.nodes:
        if node.id in counted:
            yield Problem("duplicate_node", f"Two nodes are called {node.id!r}.", node=node.id, hint="Rename one.")
        counted.add(node.id)
        try:
            spec = component_of(node).spec
        except UnknownComponent as error:
            hint = _remedy(error.hint)
            yield Problem(error.code, error.message, node=node.id, hint=hint)
        else:
            yield from library_problems(node, spec)
    for cycle in pipeline.cycles():
        names = ", ".join(pipeline.by_id[node_id].label for node_id in cycle[:5])
        yield Problem(
            "cycle", f"These nodes feed each other in a circle: {names}.", node=cycle[0], hint="Remove a wire."
        )


def _remedy(hint: str) -> str:
    """What to do about a node whose component is not there; a name that is nearly right says more than a list."""
    known = f"{hint} " if hint and not hint.startswith("See ") else ""
    return f"{known}Install the package that brings it, or replace this node; its settings are kept."


def _schema_errors(placement: Placement, around: Surroundings) -> Iterator[Problem]:
    for node in placement.pipeline.nodes:
        known = around.schemas.get(node.id, NodeSchemas())
        for error in known.errors:
            if error.code != "unknown_component":
                hint = error.hint or "Look at this node's settings."
                if node.id in placement.moved and error.code == ColumnMissing.code:
                    hint = _moved_hint(placement, node)
                fix = feature_fix(node, known, error) or gone_fix(node, error, around)
                yield Problem(error.code, error.message, node=node.id, field=error.field, hint=hint, fix=fix)


def _moved_hint(placement: Placement, split: Node) -> str:
    learned = placement.pipeline.by_id[placement.moved[split.id]]
    return (
        f"Rows get their roles before {learned.label}, which learns from train rows only; "
        "what the split needs must be there by then. Draw it earlier, or what it needs before it."
    )


def _leaks(placed: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    if placed.cycles():
        return
    for leak in (*leaks(placed), *answers_in_features(placed, schemas), *unanswered(placed, schemas)):
        fix = leak_fix(placed.by_id[leak.node], leak)
        field = "features" if leak.columns else None
        yield Problem(leak.code, leak.message, node=leak.node, field=field, hint=leak.hint, fix=fix, model=leak.model)


def _idle_splits(pipeline: Pipeline) -> Iterator[Problem]:
    for node in pipeline.nodes:
        if is_a(node, Split) and not any(
            is_a(pipeline.by_id[below], Model) for below in pipeline.descendants(node.id) if below in pipeline.by_id
        ):
            yield Problem(
                "idle_split", f"{node.label} has no model after it.", "info", node.id, hint="Connect a model below it."
            )
