"""Features that another model's answers go into: an endpoint has no table in which they would stand."""

import itertools
from collections.abc import Iterable, Iterator, Mapping

from components.base import Model, Split, Unsupervised
from engine.graph import Pipeline
from engine.leakage.leaks import Leak
from engine.leakage.lines import Lines
from engine.schemas import NodeSchemas, computed_from


def unanswered(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Leak]:
    """Models that would learn from a cluster or an anomaly score, which the serving slice cannot compute.

    Whatever else such a model does to the line is sound: it learned from train rows only, and an endpoint goes past it.
    """
    lines, groupings = Lines(pipeline), {node_id for node_id in pipeline.by_id if _is_grouping(schemas, node_id)}
    for node in pipeline.by_id.values() if groupings else ():
        known = schemas.get(node.id)
        if known is None or not isinstance(known.component, Model):
            continue
        line = lines.of(node.id)
        if groupings.isdisjoint(line[:-1]):
            continue
        features = tuple(known.component.params.features)
        behind = {name: source for name in features if (source := _answers(pipeline, schemas, line, name))}
        if behind:
            listed = ", ".join(repr(name) for name in [*behind][:4]) + (" and more" if len(behind) > 4 else "")
            other = pipeline.by_id[next(iter(behind.values()))].label
            yield Leak(
                node.id,
                node.id,
                "model_feeds_model",
                f"{node.label!r} would learn from {listed}, which {other!r} says: an endpoint could not ask both.",
                f"Leave it out of the features, or connect the table that goes into {other!r}.",
                columns=tuple(behind),
            )


def _answers(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], line: tuple[str, ...], feature: str) -> str | None:
    """The model on a line whose answers a feature is computed from."""
    needed = frozenset({feature})
    for following, node_id in itertools.pairwise(reversed(line)):
        known = schemas.get(node_id, NodeSchemas())
        if _is_grouping(schemas, node_id):
            assert isinstance(known.component, Unsupervised)  # noqa: S101  just asked
            if needed & known.component.adds.keys():
                return node_id
        elif node_id != line[0]:
            port = next(edge.source_port for edge in pipeline.into(following) if edge.source == node_id)
            needed = _above(known, port, needed)
    return None


def _above(known: NodeSchemas, port: str, needed: Iterable[str]) -> frozenset[str]:
    """What must come in at a node's first input, in an endpoint, for some columns of an output."""
    component = known.component
    if component is None or component.spec.serving == "training_only" or isinstance(component, Split):
        return frozenset(needed)  # endpoints go past it
    first = next(iter(known.inputs), "")
    return frozenset(name for table, name in computed_from(known, port, needed) if table == first)


def _is_grouping(schemas: Mapping[str, NodeSchemas], node_id: str) -> bool:
    return isinstance(schemas.get(node_id, NodeSchemas()).component, Unsupervised)
