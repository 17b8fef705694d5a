"""What is known of the data before anything runs: the profiles of the stored tables, carried along the lines.

The checks themselves ask nothing of a database: whoever calls `review` gives them `Facts`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from components.base import Component, Source, StoredTable
from components.ports import is_reserved
from components.predicates import Predicate
from engine.checks.narrowed import most_meeting, narrowed
from engine.graph import Pipeline
from engine.profile import ColumnProfile, Profile
from engine.schemas import NodeSchemas, carried

Telling = Callable[[str], Mapping[str, float]]
"""For a target: how much of it each other column tells by itself, from 0 to 1."""


def _tells_nothing(target: str) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True)
class TableFacts:
    """What is known of a stored table."""

    profile: Profile
    telling: Telling = field(default=_tells_nothing, compare=False)

    def dates_as_text(self) -> frozenset[str]:
        """Text columns whose values are dates."""
        return frozenset(one.column for one in self.profile.findings if one.code == "dates_as_text" and one.column)


Facts = Callable[[StoredTable], TableFacts | None]
"""Tells what is known of a stored table; None where nothing is."""


@dataclass(frozen=True)
class Origin:
    """Where a column comes from that nothing has changed since.

    Parameters
    ----------
    whole
        Whether all rows of the table are still there.
    most
        How many rows there can be at most; None where it cannot be told.
    """

    table: TableFacts
    column: ColumnProfile
    whole: bool = True
    most: int | None = None

    def at_most(self, count: int) -> int:
        """A count of the whole table's, but no more than there can be rows."""
        return count if self.most is None else min(count, self.most)


Origins = Mapping[str, Origin]
"""By the name of the column."""


def origins(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], facts: Facts) -> dict[str, Origins]:
    """For each node, the columns at its first input that are a stored table's own."""
    leaving: dict[tuple[str, str], Origins] = {}
    arriving: dict[str, Origins] = {}
    for node_id in pipeline.order():
        known = schemas.get(node_id, NodeSchemas())
        edge = pipeline.first_input(node_id)
        arriving[node_id] = leaving.get((edge.source, edge.source_port), {}) if edge else {}
        for port in known.outputs:
            leaving[node_id, port] = _leaving(known, port, arriving[node_id], facts)
    return arriving


def _leaving(known: NodeSchemas, port: str, arriving: Origins, facts: Facts) -> Origins:
    if isinstance(known.component, Source):
        table = known.component.table()
        found = facts(table) if isinstance(table, StoredTable) else None
        if found is None:
            return {}
        profile = found.profile
        plain = [column for column in profile.columns if not is_reserved(column.name)]
        return {column.name: Origin(found, column, most=profile.rows) for column in plain}
    if not arriving or known.component is None:
        return {}
    kept = carried(known, port)
    same = arriving if kept.issuperset(arriving) else {name: it for name, it in arriving.items() if name in kept}
    if known.component.spec.keeps_rows:
        return same
    met = known.outlines[port].met if port in known.outlines else ()
    fewer = {name: _fewer(it, known.component) for name, it in same.items()}
    return _filtered(fewer, met) if met else fewer


def _fewer(origin: Origin, component: Component[Any]) -> Origin:
    """The same behind a node that need not keep every row."""
    most = None if origin.most is None else component.most_left(origin.most)
    return origin if not origin.whole and most == origin.most else replace(origin, whole=False, most=most)


def _filtered(there: Origins, met: Sequence[Predicate]) -> Origins:
    """The same where only rows are left that meet some predicates."""
    for one in [one for one in met if one.column in there]:
        column = there[one.column].column
        most = most_meeting(one, column)
        fewer = {name: replace(it, most=min(most, it.at_most(most))) for name, it in there.items()}
        there = fewer | {one.column: replace(fewer[one.column], column=narrowed(one, column))}
    return there
