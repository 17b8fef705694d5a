"""What learns from the train rows: one aggregation for every group of nodes that do not need each other's results."""

from collections.abc import Iterator, Sequence
from typing import Any

import ibis.expr.types as ir

from components.base import Cut, Cuts, LearnedFromRows, LearnedTransform, Split, unbound
from components.portable.frequencies import ranked, scalars
from components.ports import ROLE
from engine.backends.backend import Backend
from engine.execute.tables import Tables
from engine.plan import Plan, PlannedNode
from engine.schemas import carried, reads
from engine.train.room import Room
from engine.train.transforms import learn_rows


def fit(node: PlannedNode, plan: Plan, tables: Tables, backend: Backend, room: Room) -> None:
    """Fit a node, and with it those after it that learn from columns which nothing in between touches."""
    table = tables.inputs(node)[0]
    if isinstance(node.component, Split):
        tables.learn(node.id, _cuts(node.component, table, backend))
        return
    rows = table.filter(table[ROLE] == "train") if ROLE in table.columns else table
    if isinstance(node.component, LearnedFromRows):
        tables.learn(node.id, learn_rows(node.component, rows, backend, room))
        return
    group = [node, *_along(node, plan, tables, frozenset(rows.columns))]
    for member, values in _measure(rows, group, backend):
        tables.learn(member.id, _learned(member).measured(values))


def _cuts(split: Split[Any], table: ir.Table, backend: Backend) -> Cuts:
    found = split.cuts(table)
    return Cuts() if found is None else Cuts(strata=tuple(Cut(**row) for row in backend.collect(found).to_pylist()))


def _along(node: PlannedNode, plan: Plan, tables: Tables, untouched: frozenset[str]) -> Iterator[PlannedNode]:
    """The nodes further down the line that can be fitted on the same rows."""
    while True:
        untouched &= carried(node.known, "table")
        after = [reader for reader in plan.readers[node.id] if reader.keeps_rows and reader.inputs[0].node == node.id]
        if len(after) != 1 or isinstance(after[0].component, Split):
            return
        node = after[0]
        measures = isinstance(node.component, LearnedTransform) and not isinstance(node.component, LearnedFromRows)
        if measures and not tables.has_learned(node.id) and _columns(node) <= untouched:
            yield node


def _measure(
    rows: ir.Table, group: Sequence[PlannedNode], backend: Backend
) -> Iterator[tuple[PlannedNode, dict[str, Any]]]:
    """All at once: each member with its own values."""
    measures = {(member.id, name): m for member in group for name, m in _learned(member).measures(rows).items()}
    values = backend.measured(rows, measures)
    for member in group:
        yield member, {name: value for (of, name), value in values.items() if of == member.id}


def _columns(node: PlannedNode) -> frozenset[str]:
    """The columns that a node learns from."""
    arriving = _arriving(node)
    measures = _learned(node).measures(arriving)
    counts = [ranking.column.count() for ranking in ranked(measures).values()]
    asked = [scalar.name(f"m{i}") for i, scalar in enumerate([*scalars(measures).values(), *counts])]
    if not asked:
        return frozenset()
    measured = arriving.aggregate(asked)
    return frozenset(name for _, name in reads(measured, measured.columns))


def _arriving(node: PlannedNode) -> ir.Table:
    return unbound(next(iter(node.known.inputs.values())))


def _learned(node: PlannedNode) -> LearnedTransform[Any, Any]:
    assert isinstance(node.component, LearnedTransform)  # noqa: S101  nothing else is put into a group
    return node.component
