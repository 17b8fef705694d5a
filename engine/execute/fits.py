"""What learns from the train rows: one aggregation for every group of nodes that do not need each other's results."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

from components.base import Cut, Cuts, LearnedTransform, Split, unbound
from components.ports import ROLE
from engine.backends.backend import Backend
from engine.execute.tables import Tables
from engine.plan import Plan, PlannedNode
from engine.schemas import carried, reads


def fit(node: PlannedNode, plan: Plan, tables: Tables, backend: Backend) -> None:
    """Fit a node, and with it those after it that learn from columns which nothing in between touches."""
    table = tables.inputs(node)[0]
    if isinstance(node.component, Split):
        tables.learn(node.id, _cuts(node.component, table, backend))
        return
    rows = table.filter(table[ROLE] == "train") if ROLE in table.columns else table
    group = [node, *_along(node, plan, tables, frozenset(rows.columns))]
    with _narrow(rows, group, backend) as narrow:
        for member, values in _measure(narrow, group, backend):
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
        is_open = isinstance(node.component, LearnedTransform) and not tables.has_learned(node.id)
        if is_open and _columns(node) <= untouched:
            yield node


@contextmanager
def _narrow(rows: ir.Table, group: Sequence[PlannedNode], backend: Backend) -> Iterator[ir.Table]:
    """The rows to measure. What is measured by subqueries is computed once and held, instead of once for each."""
    if not any(_has_subqueries(_learned(member).measures(_arriving(member))) for member in group):
        yield rows
        return
    wanted = frozenset[str]().union(*map(_columns, group))
    with backend.held(rows.select([name for name in rows.columns if name in wanted])) as held:
        yield held


def _measure(
    rows: ir.Table, group: Sequence[PlannedNode], backend: Backend
) -> Iterator[tuple[PlannedNode, dict[str, Any]]]:
    """One query for all: each member with its own values."""
    scalars: dict[str, ir.Scalar] = {}
    places = []
    for member in group:
        measures = _learned(member).measures(rows)
        names = {name: f"m{len(scalars) + i}" for i, name in enumerate(measures)}
        scalars |= {names[name]: scalar for name, scalar in measures.items()}
        places.append((member, names))
    values = backend.row(rows.aggregate(**scalars)) if scalars else {}
    for member, names in places:
        yield member, {name: values[place] for name, place in names.items()}


def _columns(node: PlannedNode) -> frozenset[str]:
    """The columns that a node learns from."""
    arriving = _arriving(node)
    measures = list(_learned(node).measures(arriving).values())
    if not measures:
        return frozenset()
    measured = arriving.aggregate([scalar.name(f"m{i}") for i, scalar in enumerate(measures)])
    return frozenset(name for _, name in reads(measured, measured.columns))


def _arriving(node: PlannedNode) -> ir.Table:
    return unbound(next(iter(node.known.inputs.values())))


def _has_subqueries(measures: Mapping[str, ir.Scalar]) -> bool:
    return any(scalar.op().find(ops.Subquery, filter=ops.Value) for scalar in measures.values())


def _learned(node: PlannedNode) -> LearnedTransform[Any, Any]:
    assert isinstance(node.component, LearnedTransform)  # noqa: S101  nothing else is put into a group
    return node.component
