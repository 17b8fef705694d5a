"""Models that cannot be made one: they predict different things, or learn from different rows."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.base import Estimator, Wrapper
from engine.checks.problems import Fix, Problem
from engine.graph import Edge, Node, Pipeline
from engine.schemas import NodeSchemas

TASKS = {"classification": "classes", "regression": "numbers"}


def member_problems(drawn: Pipeline, placed: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    """What keeps the models at one node apart.

    Parameters
    ----------
    placed
        The drawing with its splits placed.
    """
    for node in placed.nodes:
        edges = placed.models_into(node.id)
        known = [(edge, schemas.get(edge.source, NodeSchemas()).component) for edge in edges]
        models = [(edge, found) for edge, found in known if isinstance(found, Estimator)]
        wrapper = schemas.get(node.id, NodeSchemas()).component
        if isinstance(wrapper, Wrapper) and len(models) == len(edges):
            first, *others = models
            has_rows = drawn.first_input(node.id) is not None
            own = drawn.by_id[node.id].params
            has_features, has_weight = (own.get(name) is not None for name in ("features", "sample_weight"))
            for other in others:
                yield from _apart(placed, node, first, other, has_rows=has_rows, has_features=has_features)
                if not has_weight and first[1].weight != other[1].weight:
                    yield _weighed_apart(placed, node, first, other)


_Model = tuple[Edge, Estimator[Any]]


def _apart(
    placed: Pipeline, node: Node, first: _Model, other: _Model, *, has_rows: bool, has_features: bool
) -> Iterator[Problem]:
    (edge, one), (cut, two) = first, other
    a, b = (_name(placed, each) for each in (edge, cut))
    fix = Fix("remove_wire", f"Disconnect {b}", node.id, cut=cut)
    if one.task != two.task:
        message = f"{node.label}: {a} predicts {TASKS[one.task]}, but {b} predicts {TASKS[two.task]}."
        yield Problem("two_tasks", message, node=node.id, field="model", hint=f"Disconnect {b}.", fix=fix)
    elif one.params.target != two.params.target:
        message = f"{node.label}: {a} predicts {one.params.target!r}, but {b} predicts {two.params.target!r}."
        hint = f"Give both the same target, or disconnect {b}."
        yield Problem("two_targets", message, node=node.id, field="model", hint=hint, fix=fix)
    elif not has_rows and _rows(placed, edge) != _rows(placed, cut):
        message = f"{node.label}: {a} and {b} learn from different tables."
        hint = f"Connect the table that {node.label} is to learn from to its own table input, or disconnect {b}."
        yield Problem("two_tables", message, node=node.id, field="model", hint=hint, fix=fix)
    elif not has_features and set(one.params.features) != set(two.params.features):
        message = f"{node.label}: {a} and {b} learn from different columns."
        hint = f"Choose the features of {node.label} itself, or give both the same."
        yield Problem("two_features", message, node=node.id, field="features", hint=hint)


def _weighed_apart(placed: Pipeline, node: Node, first: _Model, other: _Model) -> Problem:
    said = [
        f"{_name(placed, edge)} counts rows by {model.weight!r}"
        if model.weight
        else f"{_name(placed, edge)} counts all rows the same"
        for edge, model in (first, other)
    ]
    message = f"{node.label}: {said[0]}, but {said[1]}."
    hint = f"Choose the sample weight of {node.label} itself, which then counts for all of its models."
    return Problem("two_weights", message, node=node.id, field="sample_weight", hint=hint)


def _name(placed: Pipeline, edge: Edge) -> str:
    """What a person calls a model, told apart from others of the same kind."""
    label = placed.by_id[edge.source].label
    return repr(label) if label == edge.source else f"{label!r} ({edge.source})"


def _rows(placed: Pipeline, edge: Edge) -> tuple[str, str] | None:
    above = placed.first_input(edge.source)
    return (above.source, above.source_port) if above else None
