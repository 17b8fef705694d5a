"""A drawing that is being changed."""

from collections.abc import Iterable, Mapping

from engine.graph.node import Edge, Node, first_port, rows_port, spec_ports


class Redrawing:
    """Nodes and edges that change one by one, each change as quick in a large drawing as in a small one.

    Parameters
    ----------
    nodes
        Of two with one id, the first counts.
    """

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge], layout: Mapping[str, tuple[float, float]]) -> None:
        self.nodes: dict[str, Node] = {}
        self._twins: list[Node] = []
        for node in nodes:
            if self.nodes.setdefault(node.id, node) is not node:
                self._twins.append(node)
        self.layout = dict(layout)
        self._edges: dict[int, Edge] = {}
        self._into: dict[str, dict[int, Edge]] = {}
        self._out_of: dict[str, dict[int, Edge]] = {}
        self._drawn = 0
        for edge in edges:
            self._draw(edge)

    def parts(self) -> dict[str, object]:
        """The changed fields of the pipeline."""
        nodes, edges = (*self.nodes.values(), *self._twins), tuple(self._edges.values())
        return {"nodes": nodes, "edges": edges, "layout": self.layout}

    def out_of(self, node_id: str) -> list[Edge]:
        """Edges that start at a node."""
        return [*self._out_of.get(node_id, {}).values()]

    def first_input(self, node_id: str) -> Edge | None:
        """The wire that brings a node's rows."""
        port = rows_port(self.nodes[node_id])
        arriving = (edge for edge in self._into.get(node_id, {}).values() if edge.target_port == port)
        return next((edge for edge in arriving if edge.source in self.nodes), None)

    def without(self, node_id: str) -> None:
        """Take a node out and join its neighbours where one table goes in and out."""
        key = self.nodes.pop(node_id).component
        self._twins = [node for node in self._twins if node.id != node_id]
        arriving, leaving = self._into.get(node_id, {}), self._out_of.get(node_id, {})
        first = next((e for e in arriving.values() if e.target_port == first_port(key, "inputs")), None)
        tables = {port.name for port in spec_ports(key, "outputs") if port.kind == "table"}
        bridged = [edge for edge in leaving.values() if first and edge.source_port in tables]
        for number in [*arriving, *leaving]:
            self._rub_out(number)
        for edge in bridged:
            self._draw(_from(first.source, first.source_port, edge) if first else edge)

    def insert(self, node: Node, edges: Iterable[Edge]) -> None:
        """Put a table-to-table node into wires that all start at one port."""
        first, *others = edges
        inputs, outputs = first_port(node.component, "inputs"), first_port(node.component, "outputs")
        self._cut(first, *others)
        self.nodes[node.id] = node
        self.layout[node.id] = _between(self.layout, first)
        self._draw(Edge(source=first.source, source_port=first.source_port, target=node.id, target_port=inputs))
        for edge in (first, *others):
            self._draw(_from(node.id, outputs, edge))

    def rewire(self, edge: Edge, source: str) -> None:
        """Let a wire start at the table of another node."""
        self._cut(edge)
        self._draw(_from(source, first_port(self.nodes[source].component, "outputs"), edge))

    def _draw(self, edge: Edge) -> None:
        self._drawn += 1
        self._edges[self._drawn] = edge
        self._into.setdefault(edge.target, {})[self._drawn] = edge
        self._out_of.setdefault(edge.source, {})[self._drawn] = edge

    def _cut(self, *edges: Edge) -> None:
        for edge in edges:
            for number in [n for n, other in self._into.get(edge.target, {}).items() if other == edge]:
                self._rub_out(number)

    def _rub_out(self, number: int) -> None:
        edge = self._edges.pop(number, None)
        if edge is not None:  # a wire from a node to itself comes twice
            del self._into[edge.target][number], self._out_of[edge.source][number]


def _from(source: str, port: str, edge: Edge) -> Edge:
    return Edge(source=source, source_port=port, target=edge.target, target_port=edge.target_port)


def _between(layout: Mapping[str, tuple[float, float]], edge: Edge) -> tuple[float, float]:
    start, end = layout.get(edge.source, (0.0, 0.0)), layout.get(edge.target, (480.0, 0.0))
    return ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 40)
