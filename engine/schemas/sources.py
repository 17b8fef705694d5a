"""Which columns of a pipeline's sources a column at some node is computed from, and which nodes lie between."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from components.base import Source
from engine.graph import Pipeline
from engine.schemas.known import NodeSchemas
from engine.schemas.lineage import computed_from


@dataclass(frozen=True)
class ColumnSources:
    """Where a column comes from.

    Parameters
    ----------
    columns
        Source node and column.
    nodes
        Those that compute it, or hand it on, on the way.
    """

    columns: frozenset[tuple[str, str]]
    nodes: frozenset[str]


def column_sources(
    pipeline: Pipeline, known: Mapping[str, NodeSchemas], place: tuple[str, str], names: Iterable[str]
) -> ColumnSources:
    """Follow columns at an output back to the sources.

    What decides only about rows, such as a filter's condition, does not count.

    Parameters
    ----------
    known
        The schemas of the very same (settled) pipeline.
    place
        A node and its output port.
    """
    columns: set[tuple[str, str]] = set()
    nodes: set[str] = set()
    pending, done = [(*place, name) for name in names], set[tuple[str, str, str]]()
    while pending:
        here = pending.pop()
        node_id, port, name = here
        if here in done or node_id not in known:
            continue
        done.add(here)
        found = known[node_id]
        if isinstance(found.component, Source):
            columns.add((node_id, name))
            continue
        nodes.add(node_id)
        for given, column in computed_from(found, port, (name,), rows=False):
            pending += [
                (edge.source, edge.source_port, column) for edge in pipeline.into(node_id) if edge.target_port == given
            ]
    return ColumnSources(frozenset(columns), frozenset(nodes))
