"""The values of several columns by their frequency, in one pass over the rows."""

from collections.abc import Sequence

import ibis.expr.types as ir
import pyarrow as pa

from components.portable.frequencies import Order, Ranking

GROUPS = """
SELECT {columns}, place FROM (
    SELECT {columns}, row_number() OVER (PARTITION BY {sets} ORDER BY {order}) AS place
    FROM (
        SELECT {columns}, {marks}, count(*) AS n
        FROM ({rows}) AS given
        GROUP BY GROUPING SETS ({groups})
    ) AS counted
    WHERE {known}
) AS ranked
WHERE place <= {limit}
ORDER BY place
"""
"""In the groups of one column all others are null, so an order by all of them is one by that column."""


def columns(table: ir.Table, rankings: Sequence[Ranking]) -> ir.Table:
    """What is ranked, under names that need no quotes: ``m0``, ``m1``, ..."""
    return table.select([ranking.column.name(f"m{i}") for i, ranking in enumerate(rankings)])


def query(rankings: Sequence[Ranking], order: Order, rows: str) -> str:
    """The ranked values, each in a row of its own, from a query that gives `columns`."""
    names = [f"m{i}" for i in range(len(rankings))]
    by_value = [f"{name} ASC NULLS LAST" for name in names]
    return GROUPS.format(
        rows=rows,
        columns=", ".join(names),
        groups=", ".join(f"({name})" for name in names),
        marks=", ".join(f"grouping({name}) AS g{i}" for i, name in enumerate(names)),
        sets=", ".join(f"g{i}" for i in range(len(names))),
        order=", ".join(["n DESC", *by_value] if order == "frequent" else by_value),
        known=" OR ".join(f"{name} IS NOT NULL" for name in names),
        limit=max(ranking.limit for ranking in rankings),
    )


def values(found: pa.Table, rankings: Sequence[Ranking]) -> list[list[object]]:
    """What each ranking found, in order."""
    listed = (found.column(f"m{i}").drop_null().to_pylist() for i in range(len(rankings)))
    return [some[: ranking.limit] for some, ranking in zip(listed, rankings, strict=True)]
