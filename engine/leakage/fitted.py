"""What learns from which rows, and where rows get their roles: the guard against leaks, to be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from components.base import Estimator, Learner, Model, Split
from components.ports import ROLE
from engine.graph import Pipeline
from engine.leakage.lines import is_a
from engine.leakage.placement import Placement
from engine.schemas import NodeSchemas

Rows = Literal["train", "all", "roles"]


@dataclass(frozen=True)
class Fitted:
    """What one node learns from.

    Parameters
    ----------
    rows
        Train rows only, all rows because nothing splits them, or none: it gives rows their roles.
    words
        The same as a sentence.
    """

    rows: Rows
    words: str


@dataclass(frozen=True)
class Border:
    """Where rows get their roles.

    Parameters
    ----------
    before
        The node that meets roles first.
    split
        The drawn split that takes effect there; None for an automatic one.
    """

    before: str
    split: str | None
    words: str


def fitted_on(placement: Placement, schemas: Mapping[str, NodeSchemas]) -> dict[str, Fitted]:
    """For each node that learns or splits, what from."""
    return {
        node.id: _fitted(placement, schemas, node.id)
        for node in placement.pipeline.nodes
        if is_a(node, Learner, Model, Split)
    }


def borders(placement: Placement) -> list[Border]:
    """Each place where rows get their roles, as the engine puts it."""
    pipeline = placement.pipeline
    return [
        Border(
            edge.target,
            None if node.id in placement.implicit else node.id,
            _border_words(placement, node.id, edge.target),
        )
        for node in pipeline.nodes
        if is_a(node, Split)
        for edge in pipeline.out_of(node.id)
    ]


def _fitted(placement: Placement, schemas: Mapping[str, NodeSchemas], node_id: str) -> Fitted:
    pipeline = placement.pipeline
    node = pipeline.by_id[node_id]
    if is_a(node, Split):
        moved = placement.moved.get(node_id)
        where = f"before {pipeline.by_id[moved].label}, not where it is drawn" if moved else "here"
        return Fitted("roles", f"Rows get their roles {where}.")
    known = schemas.get(node_id, NodeSchemas())
    if any(ROLE in schema for schema in known.inputs.values()):
        tested = " and is scored on the test rows" if is_a(node, Estimator) else ""
        return Fitted("train", f"Learns from the {_train_rows(pipeline, schemas, node_id)}{tested}.")
    return Fitted("all", "Learns from all rows: nothing splits them on the way here.")


def _train_rows(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], node_id: str) -> str:
    """In a cross-validation, everything on the way is learned anew for each fold."""
    for above in pipeline.ancestors(node_id):
        component = schemas.get(above, NodeSchemas()).component
        if isinstance(component, Split) and (turns := component.turns()):
            return f"train rows of each of {len(turns)} folds anew"
    return "train rows only"


def _border_words(placement: Placement, split: str, before: str) -> str:
    target = placement.pipeline.by_id[before].label
    if split in placement.implicit:
        return (
            f"Before {target}, one row in five is put aside for the test: no split is drawn, so this one is automatic."
        )
    label = placement.pipeline.by_id[split].label
    return f"{label} takes effect before {target}."
