"""Wires: which can be drawn, and which of those that were drawn are wrong. One rule, asked and enforced."""

from collections.abc import Iterator

from components.base import Component
from components.ports import Port
from engine.checks.problems import Fix, Problem
from engine.errors import RefusedEdge
from engine.graph import Edge, Node, Pipeline, spec_ports
from engine.leakage import is_a

MESSAGES = {
    "kind_mismatch": "This output gives a {source}, but this input takes a {target}.",
    "cycle": "That would make a circle: a node cannot feed itself.",
    "taken": "This input already has a connection. Remove that one first.",
    "duplicate": "These two are already connected.",
    "self": "A node cannot be connected to itself.",
    "direction": "Connect an output (right side) to an input (left side).",
    "no_port": "There is no such port.",
    "no_node": "There is no such node.",
}
"""Why a wire is refused; the canvas shows the same texts."""


def edge_refusal(pipeline: Pipeline, edge: Edge) -> str | None:
    """The key in `MESSAGES` that says why a wire cannot be drawn; None where it can."""
    if edge.source == edge.target:
        return "self"
    if edge.source not in pipeline.by_id or edge.target not in pipeline.by_id:
        return "no_node"
    source, target = _ends(pipeline, edge)
    if source is None or target is None:
        return "no_port"
    if source.kind != target.kind:
        return "kind_mismatch"
    if edge in pipeline.into(edge.target):
        return "duplicate"
    if not target.many and any(other.target_port == edge.target_port for other in pipeline.into(edge.target)):
        return "taken"
    return "cycle" if edge.source in pipeline.descendants(edge.target) else None


def check_edge(pipeline: Pipeline, edge: Edge) -> None:
    """Refuse a wire that cannot be drawn.

    Raises
    ------
    RefusedEdge
    """
    reason = edge_refusal(pipeline, edge)
    if reason is not None:
        message = _refusal(pipeline, edge, reason)
        raise RefusedEdge(message, node_id=edge.target, field=edge.target_port, detail={"reason": reason})


def can_edge(pipeline: Pipeline, edge: Edge) -> bool:
    """Whether a wire can be drawn."""
    return edge_refusal(pipeline, edge) is None


def wire_problems(pipeline: Pipeline) -> Iterator[Problem]:
    drawn: set[tuple[str, str]] = set()
    known: set[Edge] = set()
    for edge in pipeline.edges:
        reason = _wrong_wire(pipeline, edge)
        if reason is None and edge in known:
            reason = "duplicate"
        elif reason is None and (edge.target, edge.target_port) in drawn and not _takes_many(pipeline, edge):
            reason = "taken"
        known.add(edge)
        drawn.add((edge.target, edge.target_port))
        if reason:
            yield _wire_problem(pipeline, edge, reason)
    for node in pipeline.nodes:
        yield from _missing_inputs(pipeline, node)


def _wrong_wire(pipeline: Pipeline, edge: Edge) -> str | None:
    """What is wrong with a drawn wire by itself; circles and unknown components are told once, elsewhere."""
    if edge.source not in pipeline.by_id or edge.target not in pipeline.by_id:
        return "no_node"
    if not all(_is_known(pipeline.by_id[end]) for end in (edge.source, edge.target)) or edge.source == edge.target:
        return None
    source, target = _ends(pipeline, edge)
    if source is None or target is None:
        return "no_port"
    return None if source.kind == target.kind else "kind_mismatch"


def _wire_problem(pipeline: Pipeline, edge: Edge, reason: str) -> Problem:
    where = f"{edge.source}.{edge.source_port} -> {edge.target}.{edge.target_port}"
    message = f"{where}: {_refusal(pipeline, edge, reason)}"
    node = edge.target if edge.target in pipeline.by_id else edge.source if edge.source in pipeline.by_id else None
    fix = Fix("remove_wire", "Remove the wire", node or edge.target, cut=edge)
    field = edge.target_port if node == edge.target else edge.source_port
    return Problem(reason, message, node=node, field=field, hint="Remove the wire.", fix=fix)


def _missing_inputs(pipeline: Pipeline, node: Node) -> Iterator[Problem]:
    arriving = {edge.target_port for edge in pipeline.into(node.id)}
    ports = spec_ports(node.component, "inputs")
    for port in ports:
        if not port.optional and port.name not in arriving:
            what = "table" if port.kind == "table" else "model"
            named = f" {port.name!r}" if len(ports) > 1 else ""
            yield Problem(
                "missing_input",
                f"{node.label}: the input{named} is not connected.",
                node=node.id,
                hint=f"Connect a {what} to it.",
            )
    if ports and all(port.optional for port in ports) and not arriving:
        kinds = " or a ".join(dict.fromkeys(port.kind for port in ports))
        yield Problem(
            "missing_input", f"{node.label}: no input is connected.", node=node.id, hint=f"Connect a {kinds} to it."
        )


def _port(pipeline: Pipeline, node_id: str, side: str, name: str) -> Port | None:
    node = pipeline.by_id.get(node_id)
    ports = spec_ports(node.component, side) if node else ()
    return next((port for port in ports if port.name == name), None)


def _ends(pipeline: Pipeline, edge: Edge) -> tuple[Port | None, Port | None]:
    return (
        _port(pipeline, edge.source, "outputs", edge.source_port),
        _port(pipeline, edge.target, "inputs", edge.target_port),
    )


def _refusal(pipeline: Pipeline, edge: Edge, reason: str) -> str:
    source, target = _ends(pipeline, edge)
    return MESSAGES[reason].format(source=source and source.kind, target=target and target.kind)


def _takes_many(pipeline: Pipeline, edge: Edge) -> bool:
    target = _ends(pipeline, edge)[1]
    return target is None or target.many


def _is_known(node: Node) -> bool:
    return is_a(node, Component)
