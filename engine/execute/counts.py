"""How many rows went through the nodes that were computed inside another node's query."""

from collections.abc import Sequence
from functools import reduce

from engine.backends.backend import Backend
from engine.execute.tables import Tables
from engine.plan import Input, PlannedNode


def count_fused(nodes: Sequence[PlannedNode], tables: Tables, backend: Backend) -> None:
    """Count, in one query, what the rows of the stage itself do not tell.

    Most is known by then: what keeps its rows has as many as came in, and the last filter of a stage as many as the
    stage's own query gave.
    """
    wanted = [(node.id, port) for node in nodes for port in _outputs(node) if tables.rows(node.id, port) is None]
    if not wanted:
        return
    asked = [tables.table(*place) for place in wanted]
    counts = [table.aggregate(**{f"n{i}": table.count()}) for i, table in enumerate(asked)]
    found = backend.row(reduce(lambda left, right: left.cross_join(right), counts))
    for i, (node_id, port) in enumerate(wanted):
        tables.count(Input("", node_id, port), int(found[f"n{i}"]))


def _outputs(node: PlannedNode) -> list[str]:
    return [port.name for port in node.component.spec.outputs[:1] if port.kind == "table"]
