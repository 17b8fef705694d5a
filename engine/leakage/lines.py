"""The line of a node: the way its rows take."""

from components.base import Component
from components.catalog import component
from components.errors import UnknownComponent
from engine.graph import Node, Pipeline, makes_new_rows


def line(pipeline: Pipeline, node_id: str) -> tuple[str, ...]:
    """The nodes from the origin of a node's rows to the node itself."""
    return Lines(pipeline).of(node_id)


def origin(pipeline: Pipeline, node_id: str) -> tuple[str, str]:
    """The node and the output port where a node's line begins; itself when nothing comes in."""
    path = line(pipeline, node_id)
    edge = pipeline.first_input(path[1]) if len(path) > 1 else None
    return (edge.source, edge.source_port) if edge else (node_id, "table")


class Lines:
    """The lines of one pipeline; what two have in common is walked once."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, node_id: str) -> tuple[str, ...]:
        """The nodes from the origin of a node's rows to the node itself."""
        if node_id in self._known:
            return self._known[node_id]
        way, here, seen = [node_id], node_id, {node_id}
        start: tuple[str, ...] = ()
        while not start and (edge := self.pipeline.first_input(here)):
            if edge.source in seen:
                return tuple(reversed(way))  # on a circle every node has a line of its own
            if makes_new_rows(self.pipeline.by_id[edge.source], edge.source_port):
                start = (edge.source,)
            elif not (start := self._known.get(edge.source, ())):
                here = edge.source
                way.append(here)
                seen.add(here)
        for above in reversed(way):
            start = self._known[above] = (*start, above)
        return start


def is_a(node: Node, *families: type[Component]) -> bool:  # type: ignore[type-arg]
    """Whether a node's component belongs to one of some families; an unknown component belongs to none."""
    try:
        return issubclass(component(node.component), families)
    except UnknownComponent:
        return False
