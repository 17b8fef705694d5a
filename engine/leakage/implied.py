"""What a drawing leaves to be understood.

A model made of models takes its rows and its target from the first; a model of texts has their words weighed before.
"""

from typing import Any

from components.base import ROWS_IN, Component, Wrapper
from engine.graph import Edge, Node, Pipeline, component_of
from engine.leakage.lines import is_a

TAKEN_OVER = ("target", "features", "positive", "sample_weight")


def with_implied(pipeline: Pipeline) -> Pipeline:
    """The pipeline with the wires and params that its wrappers take over from the first model at their input.

    Lines, leaks, schemas and plans then see a table that arrives like any other; the drawing itself stays as it is.
    """
    return _with_wrapped(_with_steps(pipeline))


def _with_steps(pipeline: Pipeline) -> Pipeline:
    """The pipeline with the steps that are understood to stand before others."""
    asking = [(node, before) for node in pipeline.nodes if (before := _before(node)) is not None]
    if not asking:
        return pipeline
    drawing = pipeline.redrawing()
    for node, (key, params) in asking:
        edge, step_id = drawing.first_input(node.id), f"{node.id}_{key}"
        if edge is not None and step_id not in drawing.nodes:
            drawing.insert(Node(id=step_id, component=key, params=params, title=f"Words of {node.label}"), [edge])
    return pipeline.model_copy(update=drawing.parts())


def _before(node: Node) -> tuple[str, dict[str, Any]] | None:
    return component_of(node).before(node.params) if is_a(node, Component) else None


def _with_wrapped(pipeline: Pipeline) -> Pipeline:
    wrappers = [node_id for node_id in pipeline.order() if is_a(pipeline.by_id[node_id], Wrapper)]
    if not wrappers:
        return pipeline
    nodes, rows = dict(pipeline.by_id), dict[str, Edge]()
    for node_id in wrappers:
        first = next((edge.source for edge in pipeline.models_into(node_id)), None)
        if first is None:
            continue
        nodes[node_id] = _taking_over(nodes[node_id], nodes[first])
        above = rows.get(first) or pipeline.first_input(first)
        if above is not None and pipeline.first_input(node_id) is None:
            ends = {"target": node_id, "target_port": ROWS_IN.name}
            rows[node_id] = Edge(source=above.source, source_port=above.source_port, **ends)
    changed = tuple(nodes[node.id] if node is pipeline.by_id[node.id] else node for node in pipeline.nodes)
    return pipeline.model_copy(update={"nodes": changed, "edges": (*pipeline.edges, *rows.values())})


def _taking_over(node: Node, first: Node) -> Node:
    given: dict[str, Any] = {name: first.params[name] for name in TAKEN_OVER if first.params.get(name) is not None}
    given.setdefault("features", "all")
    own = {name: value for name, value in node.params.items() if value is not None or name not in TAKEN_OVER}
    return node.model_copy(update={"params": {**given, **own}})
