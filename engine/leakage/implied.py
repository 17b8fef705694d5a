"""What a drawing leaves to be understood: a model made of models takes its rows and its target from the first."""

from typing import Any

from components.base import ROWS_IN, Wrapper
from engine.graph import Edge, Node, Pipeline
from engine.leakage.lines import is_a

TAKEN_OVER = ("target", "features", "positive")


def with_implied(pipeline: Pipeline) -> Pipeline:
    """The pipeline with the wires and params that its wrappers take over from the first model at their input.

    Lines, leaks, schemas and plans then see a table that arrives like any other; the drawing itself stays as it is.
    """
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
