"""Nodes put into a drawing, with room for their cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.base.canvas import WIDEST, CanvasOnly
from components.catalog import catalog
from engine.graph import Edge, Node, Pipeline
from engine.graph.node import first_port
from engine.graph.placing import placed
from engine.schemas import read_params

RENAME = "rename_columns"
CAST = "cast"

WIDTH, APART = 210.0, 60.0
"""Of a card, and between two, in pixels."""
ABOVE, BELOW = 60.0, 190.0
"""How far from a card's top what belongs to its row stands, in pixels: a note below it does."""

Point = tuple[float, float]


def new_node(pipeline: Pipeline, key: str, params: Mapping[str, Any]) -> Node:
    """A node that the pipeline does not have yet."""
    return Node(id=pipeline.free_id(key), component=key, params=dict(params))


def put_behind(pipeline: Pipeline, node_id: str, port: str, node: Node) -> Pipeline:
    """The pipeline with a node between an output and all that it goes to."""
    pipeline = placed(pipeline, {})
    wires = [edge for edge in pipeline.out_of(node_id) if edge.source_port == port]
    if wires:
        return put_on(pipeline, wires, node)
    wire = Edge(source=node_id, source_port=port, target=node.id, target_port=first_port(node.component, "inputs"))
    x, y = pipeline.layout[node_id]
    return pipeline.model_copy(
        update={
            "nodes": (*pipeline.nodes, node),
            "edges": (*pipeline.edges, wire),
            "layout": {**pipeline.layout, node.id: (x + WIDTH + APART, y)},
        }
    )


def put_on(pipeline: Pipeline, wires: Sequence[Edge], node: Node) -> Pipeline:
    """The pipeline with a node on wires that start at one port."""
    grown = placed(pipeline, {}).insert(node, wires)
    ends = [grown.layout[wire.target] for wire in wires]
    return _with_room(grown, grown.layout[wires[0].source], ends, node.id)


def _with_room(grown: Pipeline, start: Point, ends: Sequence[Point], node_id: str) -> Pipeline:
    """The drawing once what is right of the new card has made way for it; frames around the row grow with it.

    Where a line of nodes goes on in another row, only the row that the card stands in makes way.
    """
    is_folded = any(x < start[0] + WIDTH for x, _ in ends) or _goes_back(grown, node_id, start)
    first = min((x for x, _ in ends if x >= start[0] + WIDTH), default=start[0] + WIDTH + APART)
    at = (start[0] + WIDTH + APART, start[1])
    missing = max(0.0, at[0] + WIDTH + APART - first)
    layout = {
        other: (x + missing, y) if x >= first and (not is_folded or -ABOVE <= y - start[1] <= BELOW) else (x, y)
        for other, (x, y) in grown.layout.items()
    }
    nodes = tuple(_widened(node, grown.layout.get(node.id), start, missing) for node in grown.nodes)
    return grown.model_copy(update={"nodes": nodes, "layout": {**layout, node_id: at}})


def _goes_back(grown: Pipeline, node_id: str, start: Point) -> bool:
    return any(grown.layout[below][0] < start[0] for below in grown.descendants(node_id) if below in grown.layout)


def _widened(node: Node, place: Point | None, start: Point, missing: float) -> Node:
    """A frame that the row stands in, so much wider."""
    kind = catalog().get(node.component)
    if place is None or kind is None or not issubclass(kind, CanvasOnly) or kind.family != "frame":
        return node
    params = read_params(node).params
    is_around = place[0] <= start[0] <= place[0] + params.width and place[1] <= start[1] <= place[1] + params.height
    width = min(WIDEST, params.width + round(missing))
    return node.model_copy(update={"params": {**node.params, "width": width}}) if is_around else node
