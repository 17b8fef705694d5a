"""What of a drawing takes part, once the nodes that are switched off are taken out.

A node that is off is bypassed where something can pass: what arrives at its first input goes on, unchanged, where its
first output of that kind is read. Where nothing can pass, it is left out, and with it everything that needs it. What is
left is an ordinary drawing, so that checks, plans, fingerprints and endpoints know nothing of switches
(docs/decisions/0037-nodes-that-are-off-are-taken-out-first.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.base import Component, Estimator
from components.catalog import component
from components.errors import UnknownComponent
from engine.graph.node import Edge, Node, spec_ports
from engine.graph.pipeline import Pipeline

End = tuple[str, str]
"""A node and one of its output ports."""


@dataclass(frozen=True)
class InEffect:
    """A drawing without what is switched off.

    Parameters
    ----------
    drawn
        With it.
    pipeline
        What runs.
    bypassed
        Bypassed node → its output ports, each with the end that takes its place.
    left_out
        Node without effect → the node that is switched off because of which it is; itself, where that is itself.
    """

    drawn: Pipeline
    pipeline: Pipeline
    bypassed: Mapping[str, Mapping[str, End]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def apart(self) -> frozenset[str]:
        """Every drawn node that does not run because of a switch."""
        return frozenset({*self.bypassed, *self.left_out})

    def needing(self, node_id: str) -> tuple[str, ...]:
        """The nodes that are left out because this one is switched off, and are not off themselves."""
        found = (other for other, cause in self.left_out.items() if cause == node_id)
        return tuple(other for other in found if not self.drawn.by_id[other].disabled)

    def runs_as(self, node_id: str) -> str:
        """The node whose result stands for a node's: for a bypassed one, what passes through it."""
        ends = self.bypassed.get(node_id, {})
        return next(iter(ends.values()))[0] if ends else node_id

    def drawn_wire(self, edge: Edge) -> Edge:
        """The wire that a person drew, along which another one comes: from the bypassed node, where it passes one."""
        arriving = (e for e in self.drawn.into(edge.target) if e.target_port == edge.target_port)
        ends = ((e, self.bypassed.get(e.source, {}).get(e.source_port)) for e in arriving)
        return next((e for e, end in ends if end == (edge.source, edge.source_port)), edge)

    def up_to(self, node_id: str | None) -> Pipeline:
        """What runs, or the part of it that one node needs."""
        target = self.runs_as(node_id) if node_id else ""
        return self.pipeline.slice_to(target) if target in self.pipeline.by_id else self.pipeline


def passes(kind: type[Component[Any]]) -> Mapping[str, str]:
    """The outputs that go on when a component is bypassed, each with the input that takes its place.

    A model that predicts has no rows to let through: its table holds answers.
    """
    found = {}
    for sort in ("table", "model"):
        arriving = [port.name for port in kind.spec.inputs if port.kind == sort and not port.optional]
        leaving = [port.name for port in kind.spec.outputs if port.kind == sort]
        if arriving and leaving and not (sort == "table" and issubclass(kind, Estimator)):
            found[leaving[0]] = arriving[0]
    return found


def in_effect(pipeline: Pipeline) -> InEffect:
    """The drawing without what is switched off; itself, where nothing is."""
    if not any(node.disabled for node in pipeline.nodes):
        return InEffect(pipeline, pipeline)
    return _Switching(pipeline).done()


def _passes(node: Node) -> Mapping[str, str]:
    try:
        return passes(component(node.component))
    except UnknownComponent:
        return {}


@dataclass(frozen=True)
class _Lost:
    """Nothing comes along a wire, because of a node that is switched off."""

    cause: str


class _Switching:
    """Follows every wire back to what feeds it in fact."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.drawn = pipeline
        self.off = {node.id: _passes(node) for node in pipeline.by_id.values() if node.disabled}
        self.left_out: dict[str, str] = {}
        self.fed = {edge: self._feeding((edge.source, edge.source_port)) for edge in pipeline.edges}

    def done(self) -> InEffect:
        """The result."""
        self._leave_out()
        found = {node_id: self._passing(node_id) for node_id in self.off}
        for node_id, ends in found.items():
            if not ends:
                self.left_out.setdefault(node_id, self._cause(node_id))
        gone = self.off.keys() | self.left_out.keys()
        parts = {
            "nodes": tuple(node for node in self.drawn.nodes if node.id not in gone),
            "edges": tuple(self._edges(gone)),
        }
        bypassed = {node_id: ends for node_id, ends in found.items() if ends}
        order = {node.id: self.left_out[node.id] for node in self.drawn.nodes if node.id in self.left_out}
        return InEffect(self.drawn, self.drawn.model_copy(update=parts), bypassed, order)

    def _feeding(self, end: End) -> End | _Lost:
        """Where what comes out of an end is made, behind every bypassed node."""
        seen = set[End]()
        while end[0] in self.off:
            node_id, port = end
            into = self.off[node_id].get(port)
            edge = next((edge for edge in self.drawn.into(node_id) if edge.target_port == into), None)
            if edge is None or end in seen:  # nothing passes here, or only in a circle
                return _Lost(node_id)
            seen.add(end)
            end = (edge.source, edge.source_port)
        return end

    def _leave_out(self) -> None:
        """Leave out what needs something lost, and then what needs that."""
        pending = list(dict.fromkeys(edge.target for edge, end in self.fed.items() if isinstance(end, _Lost)))
        readers: dict[str, list[str]] = {}
        for edge, end in self.fed.items():
            if not isinstance(end, _Lost):
                readers.setdefault(end[0], []).append(edge.target)
        while pending:
            node_id = pending.pop()
            if node_id in self.left_out or node_id in self.off or node_id not in self.drawn.by_id:
                continue
            cause = self._starved(self.drawn.by_id[node_id])
            if cause is not None:
                self.left_out[node_id] = cause
                pending.extend(readers.get(node_id, ()))

    def _starved(self, node: Node) -> str | None:
        """The switched-off node without which this one lacks what it needs; None where it can do without."""
        arriving = self.drawn.into(node.id)
        ports = spec_ports(node.component, "inputs")
        needed = {port.name for port in ports if not port.optional}
        # Of optional inputs, one is enough; but it must be there, if one was.
        groups = [[edge for edge in arriving if edge.target_port == name] for name in sorted(needed)]
        groups += [] if needed else [list(arriving)]
        for edges in groups:
            causes = [self._lost(edge) for edge in edges]
            if causes and all(causes):
                return causes[0]
        return None

    def _lost(self, edge: Edge) -> str | None:
        end = self.fed[edge]
        return end.cause if isinstance(end, _Lost) else self.left_out.get(end[0])

    def _passing(self, node_id: str) -> dict[str, End]:
        ends = {port: self._feeding((node_id, port)) for port in self.off[node_id]}
        alive = {port: end for port, end in ends.items() if not isinstance(end, _Lost)}
        return {port: end for port, end in alive.items() if end[0] in self.drawn.by_id and end[0] not in self.left_out}

    def _cause(self, node_id: str) -> str:
        """Why nothing passes through a node: another one before it is off, or itself."""
        ends = [self._feeding((node_id, port)) for port in self.off[node_id]]
        causes = [end.cause if isinstance(end, _Lost) else self.left_out.get(end[0], node_id) for end in ends]
        return causes[0] if causes else node_id

    def _edges(self, gone: set[str]) -> Iterator[Edge]:
        """Every wire between what is left, starting at what feeds it; the same wire twice counts once."""
        drawn = set(self.drawn.edges)
        passed = set[Edge]()
        for edge in self.drawn.edges:
            end = self.fed[edge]
            if edge.target in gone or isinstance(end, _Lost) or end[0] in gone:
                continue
            if end == (edge.source, edge.source_port):
                yield edge
                continue
            other = Edge(source=end[0], source_port=end[1], target=edge.target, target_port=edge.target_port)
            if other not in drawn and other not in passed:
                passed.add(other)
                yield other
