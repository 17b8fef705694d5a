"""Which nodes of a drawing are those of another one under new ids: told by component, params, place and neighbours."""

from collections.abc import Iterator, Mapping
from math import hypot
from typing import Any

from engine.graph.node import Node
from engine.graph.pipeline import Pipeline

NEAR = 240.0
"""Pixels that a node may have moved and still be taken for the same one."""
ALIKE = 0.5
"""Share of params that must be equal."""


def renamed(before: Pipeline, after: Pipeline) -> dict[str, str]:
    """Ids that are gone, each with the id that the same node has now.

    The likeliest pairs are taken first; a node that has no likely counterpart came or went.
    """
    pairs = sorted(_likely(before, after), key=lambda pair: (-pair[0], pair[1], pair[2], pair[3]))
    found: dict[str, str] = {}
    for _, _, old, new in pairs:
        if old not in found and new not in found.values():
            found[old] = new
    return found


def with_ids(pipeline: Pipeline, names: Mapping[str, str]) -> Pipeline:
    """The same drawing with some nodes under other ids."""
    if not names:
        return pipeline
    return pipeline.model_copy(
        update={
            "nodes": tuple(n.model_copy(update={"id": names.get(n.id, n.id)}) for n in pipeline.nodes),
            "edges": tuple(
                edge.model_copy(
                    update={
                        "source": names.get(edge.source, edge.source),
                        "target": names.get(edge.target, edge.target),
                    }
                )
                for edge in pipeline.edges
            ),
            "layout": {names.get(node_id, node_id): place for node_id, place in pipeline.layout.items()},
        }
    )


def _likely(before: Pipeline, after: Pipeline) -> Iterator[tuple[float, float, str, str]]:
    """Likeness, distance and ids of every pair that may be one node."""
    come: dict[str, list[Node]] = {}
    for node in after.by_id.values():
        if node.id not in before.by_id:
            come.setdefault(node.component, []).append(node)
    for node in before.by_id.values():
        for other in come.get(node.component, ()) if node.id not in after.by_id else ():
            likeness, apart = _likeness(node, other), _apart(before, node, after, other)
            here, there = _neighbours(before, node), _neighbours(after, other)
            is_in_its_place = bool(here) and here == there
            if is_in_its_place or (likeness >= ALIKE and (apart <= NEAR or here & there)):
                yield likeness, apart, node.id, other.id


def _likeness(node: Node, other: Node) -> float:
    names = {*node.params, *other.params}
    equal = sum(same(node.params.get(name), other.params.get(name)) for name in names)
    return equal / len(names) if names else 1.0


def _apart(before: Pipeline, node: Node, after: Pipeline, other: Node) -> float:
    here, there = before.layout.get(node.id), after.layout.get(other.id)
    return hypot(here[0] - there[0], here[1] - there[1]) if here and there else float("inf")


def _neighbours(pipeline: Pipeline, node: Node) -> frozenset[tuple[str, str]]:
    above = (("from", edge.source) for edge in pipeline.into(node.id))
    below = (("to", edge.target) for edge in pipeline.out_of(node.id))
    return frozenset([*above, *below])


def same(value: Any, other: Any) -> bool:
    """Whether two values of params are the same: true is not 1, but 1 is 1.0."""
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)
