"""Data for looking at a table: a page of rows, counts of values, a histogram."""

import math
from collections.abc import Sequence
from typing import Any

from engine.errors import DataError
from engine.profile.plain import plain
from engine.profile.profiled import Count, Histogram
from engine.profile.source import Tabular, identifier, opened
from engine.profile.texts import most_frequent

_MAX_ROWS = 10_000


def preview(
    table: Tabular, offset: int = 0, limit: int = 100, columns: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Return a page of rows as JSON values; reserved columns are left out."""
    with opened(table, columns) as source:
        chosen = ", ".join(map(identifier, source.columns))
        page = f"LIMIT {min(max(limit, 0), _MAX_ROWS):d} OFFSET {max(offset, 0):d}"
        found = source.connection.execute(f"SELECT {chosen} FROM {source.relation} {page}").fetchall()  # noqa: S608
        return [dict(zip(source.columns, map(plain, row), strict=True)) for row in found]


def value_counts(table: Tabular, column: str, limit: int = 20) -> tuple[Count, ...]:
    """Count a column's most frequent values."""
    with opened(table, [column]) as source:
        return most_frequent(source, source.relation, column, min(max(limit, 1), _MAX_ROWS))


def histogram(table: Tabular, column: str, bins: int = 20) -> Histogram:
    """Count a numeric column's values in bins of equal width.

    Raises
    ------
    DataError
        Where the column holds no numbers.
    """
    with opened(table, [column]) as source:
        number = f"try_cast({identifier(column)} AS DOUBLE)"
        finite = f"FROM {source.relation} WHERE isfinite({number})"
        low, high, filled = source.one(f"SELECT min({number}), max({number}), count(*) {finite}")
        if not filled:
            raise DataError(f"{column} holds no numbers.", hint="Choose a numeric column.", field=column)
        width = (high - low) / max(bins, 1)
        if not width or not math.isfinite(width):
            return Histogram(edges=(low, high), counts=(filled,))
        index = f"least({bins - 1:d}, greatest(0, floor(({number} - {low!r}) / {width!r})))::INTEGER"
        counts = dict(source.connection.execute(f"SELECT {index}, count(*) {finite} GROUP BY 1").fetchall())
    edges = (*(low + width * i for i in range(bins)), high)
    return Histogram(edges=edges, counts=tuple(counts.get(i, 0) for i in range(bins)))
