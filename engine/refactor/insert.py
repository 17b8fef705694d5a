"""Nodes put into a drawing, with room for their cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.graph import Edge, Node, Pipeline
from engine.graph.node import first_port

RENAME = "rename_columns"
CAST = "cast"

WIDTH, APART = 210.0, 60.0
"""Of a card, and between two, in pixels."""


def new_node(pipeline: Pipeline, key: str, params: Mapping[str, Any]) -> Node:
    """A node that the pipeline does not have yet."""
    return Node(id=pipeline.free_id(key), component=key, params=dict(params))


def put_behind(pipeline: Pipeline, node_id: str, port: str, node: Node) -> Pipeline:
    """The pipeline with a node between an output and all that it goes to."""
    wires = [edge for edge in pipeline.out_of(node_id) if edge.source_port == port]
    if wires:
        return put_on(pipeline, wires, node)
    wire = Edge(source=node_id, source_port=port, target=node.id, target_port=first_port(node.component, "inputs"))
    x, y = pipeline.layout.get(node_id, (0.0, 0.0))
    return pipeline.model_copy(
        update={
            "nodes": (*pipeline.nodes, node),
            "edges": (*pipeline.edges, wire),
            "layout": {**pipeline.layout, node.id: (x + WIDTH + APART, y)},
        }
    )


def put_on(pipeline: Pipeline, wires: Sequence[Edge], node: Node) -> Pipeline:
    """The pipeline with a node on wires that start at one port."""
    grown = pipeline.insert(node, wires)
    return grown.model_copy(update={"layout": _with_room(grown, wires, node.id)})


def _with_room(grown: Pipeline, wires: Sequence[Edge], node_id: str) -> dict[str, tuple[float, float]]:
    """Where everything stands once what is right of the new card has made way for it."""
    layout = dict(grown.layout)
    start = layout.get(wires[0].source)
    ends = [layout[wire.target] for wire in wires if wire.target in layout]
    if start is None or not ends:
        return layout
    first = min(x for x, _ in ends)
    at = (start[0] + WIDTH + APART, start[1])
    missing = max(0.0, at[0] + WIDTH + APART - first)
    moved = {other: (x + missing, y) if x >= first and other != node_id else (x, y) for other, (x, y) in layout.items()}
    return {**moved, node_id: at}
