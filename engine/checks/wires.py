"""Wires: which can be drawn, and which of those that were drawn are wrong. One rule, asked and enforced."""

from collections.abc import Iterator

from components.base import Component
from components.ports import Port
from engine.checks.problems import Fix, Problem
from engine.errors import RefusedEdge
from engine.graph import Edge, Node, Pipeline, spec_ports
from engine.leakage import is_a

MESSAGES = {
    "kind_mismatch": "“{source}” gives a {source_kind} here, but “{target}” takes a {target_kind}.",
    "cycle": "That would make a circle: “{target}” feeds “{source}” already.",
    "taken": "“{target}” has a wire at this input already. Remove that one first.",
    "duplicate": "“{source}” and “{target}” are wired like this already.",
    "self": "A node cannot feed itself.",
    "direction": "A wire goes from an output, at the right of a node, to an input, at the left of another.",
    "no_input": "“{target}” takes nothing: it has no inputs.",
    "no_output": "“{source}” gives nothing: it has no outputs.",
    "unknown": "“{unknown}” is not installed, so nothing new can be wired to it.",
    "no_port": "“{lacking}” has no {side} called “{port}”.",
    "no_node": "There is no such node.",
}
"""Why a wire is refused: the canvas shows the same texts, with the titles of the nodes and the kinds of the ports."""


_TWICE = {
    "taken": "“{target}” takes one wire at this input, but several lead there. The one from “{source}” is too many.",
    "duplicate": "The wire from “{source}” to “{target}” is drawn twice.",
}
"""The same of wires that stand in a drawing."""


def edge_refusal(pipeline: Pipeline, edge: Edge) -> str | None:
    """The key in `MESSAGES` that says why a wire cannot be drawn; None where it can."""
    if edge.source == edge.target:
        return "self"
    if edge.source not in pipeline.by_id or edge.target not in pipeline.by_id:
        return "no_node"
    if not all(_is_known(pipeline.by_id[end]) for end in (edge.source, edge.target)):
        return "unknown"
    source, target = _ends(pipeline, edge)
    if source is None or target is None:
        return _lacking(pipeline, edge)
    if source.kind != target.kind:
        return "kind_mismatch"
    if edge in pipeline.into(edge.target):
        return "duplicate"
    if not target.many and any(other.target_port == edge.target_port for other in pipeline.into(edge.target)):
        return "taken"
    return "cycle" if edge.source in pipeline.descendants(edge.target) else None


def _lacking(pipeline: Pipeline, edge: Edge) -> str:
    """Which side has no port at all; else one of another name is meant."""
    if not spec_ports(pipeline.by_id[edge.source].component, "outputs"):
        return "no_output"
    return "no_port" if spec_ports(pipeline.by_id[edge.target].component, "inputs") else "no_input"


def check_edge(pipeline: Pipeline, edge: Edge) -> None:
    """Refuse a wire that cannot be drawn.

    Raises
    ------
    RefusedEdge
    """
    reason = edge_refusal(pipeline, edge)
    if reason is not None:
        message = MESSAGES[reason].format(**_words(pipeline, edge))
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
    message = _TWICE[reason] if reason in _TWICE else MESSAGES[reason]
    message = message.format(**_words(pipeline, edge))
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


def _words(pipeline: Pipeline, edge: Edge) -> dict[str, str]:
    """What the texts above say of a wire."""
    source, target = _ends(pipeline, edge)
    from_, to = _label(pipeline, edge.source), _label(pipeline, edge.target)
    lacking = (from_, "output", edge.source_port) if source is None else (to, "input", edge.target_port)
    ends = [node for end in (edge.source, edge.target) if (node := pipeline.by_id.get(end))]
    return {
        "source": from_,
        "target": to,
        "source_kind": source.kind if source else "",
        "target_kind": target.kind if target else "",
        "unknown": next((node.label for node in ends if not _is_known(node)), ""),
        **dict(zip(("lacking", "side", "port"), lacking, strict=True)),
    }


def _label(pipeline: Pipeline, node_id: str) -> str:
    node = pipeline.by_id.get(node_id)
    return node.label if node else node_id


def _takes_many(pipeline: Pipeline, edge: Edge) -> bool:
    target = _ends(pipeline, edge)[1]
    return target is None or target.many


def _is_known(node: Node) -> bool:
    return is_a(node, Component)
