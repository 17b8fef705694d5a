"""Figures about groups of rows, where one aggregation can only give figures about all rows."""

import ibis
import ibis.expr.types as ir

from components.portable.numbers import where


def listed(groups: ir.Table, among: ir.Table) -> ir.ArrayScalar:
    """A small table that was computed from another, as a measure over that other: a list of its rows, in no order.

    Each row comes as a struct. Select only the columns that the groups are made of first: DuckDB keeps in memory what
    several queries read.

    Parameters
    ----------
    groups
        A grouping, with a limit that keeps it small.
    among
        The table that is measured.
    """
    rows = ibis.struct({name: groups[name] for name in groups.columns})
    found = groups.aggregate(found=rows.collect()).as_scalar()
    # With a figure of its own the query is an aggregation even where nothing else is measured.
    return where(among.count() >= 0, found)
