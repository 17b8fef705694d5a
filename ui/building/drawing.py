"""Between what the canvas draws and what the engine runs: the same graph, with positions or without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidPipeline
from engine.graph import Node, Pipeline
from engine.graph.parameters import read_parameters
from engine.graph.placing import placed

if TYPE_CHECKING:
    from ui.canvas import Graph
    from ui.canvas.messages import GraphEdge, GraphNode, GraphParameter


def as_graph(pipeline: Pipeline) -> dict[str, Any]:
    """A pipeline as the canvas wants it; nodes without a place stand right of what feeds them."""
    layout = placed(pipeline, {}).layout
    return {
        "nodes": [
            {
                "id": node.id,
                "component": node.component,
                "title": node.title,
                "params": node.params,
                "position": list(layout[node.id]),
                **({"disabled": True} if node.disabled else {}),
            }
            for node in pipeline.nodes
        ],
        "edges": [edge.model_dump() for edge in pipeline.edges],
        "params": {name: one.model_dump(mode="json") for name, one in pipeline.params.items()},
    }


def as_pipeline(graph: Graph, before: Pipeline) -> Pipeline:
    """What the canvas drew as a pipeline; its name stays as it was.

    Raises
    ------
    InvalidPipeline
        When two nodes have one id, an edge hangs in the air, or a parameter's default does not fit it.
    """
    ids = [node.id for node in graph.nodes]
    _check_unique(ids)
    _check_ends(graph.edges, set(ids))
    params = before.params if graph.params is None else read_parameters(_declared(graph.params))
    # Through the format it is stored in: what cannot be read is not stored.
    return Pipeline.from_document(
        {
            "name": before.name,
            "params": {name: one.as_document() for name, one in params.items()},
            "nodes": {node.id: _body(node, before.by_id.get(node.id)) for node in graph.nodes},
            "edges": [f"{it.source}.{it.source_port} -> {it.target}.{it.target_port}" for it in graph.edges],
            "layout": {node.id: node.position for node in graph.nodes},
        }
    )


def as_options(
    datasets: Iterable[Any], samples: Iterable[str], connections: Iterable[Any] = ()
) -> dict[str, list[Mapping[str, str]]]:
    """What the forms of the canvas offer to choose from."""
    return {
        "datasets": [
            {"value": it.name, "label": it.name, "about": f"v{it.version}, {it.rows or 0:,} rows"} for it in datasets
        ],
        "connections": [{"value": it.name, "label": it.name, "about": it.kind} for it in connections],
        "samples": [{"value": name, "label": name.replace("_", " ").capitalize()} for name in samples],
    }


def _body(node: GraphNode, before: Node | None) -> dict[str, Any]:
    return {
        "component": node.component,
        "title": node.title or None,
        "params": _kept(dict(node.params), before),
        "disabled": node.disabled,
    }


def _kept(params: dict[str, Any], before: Node | None) -> dict[str, Any]:
    """The params as they were written, where the browser changed nothing: it does not tell 1.0 from 1."""
    is_same = before is not None and _is_same(params, before.params)
    return before.params if before is not None and is_same else params


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_is_same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _declared(params: Mapping[str, GraphParameter]) -> dict[str, Any]:
    return {name: one.model_dump() for name, one in params.items()}


def _check_unique(ids: list[str]) -> None:
    twice = next((node_id for node_id in ids if ids.count(node_id) > 1), None) if len(set(ids)) < len(ids) else None
    if twice:
        raise InvalidPipeline(f"Two nodes are called {twice!r}.", node_id=twice)


def _check_ends(edges: Iterable[GraphEdge], ids: set[str]) -> None:
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in ids:
                raise InvalidPipeline(f"A connection names {end!r}, which is no node.", node_id=end)
