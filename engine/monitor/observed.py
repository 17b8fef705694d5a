"""What a window of the log holds, counted in the bins of the reference.

DuckDB reads, and counts categories; numbers are sorted by NumPy, some columns at a time. DuckDB's own quantiles and
histograms of a million numbers take fifteen times as long, and hold the values of all columns at once.
"""

# ruff: noqa: S608  (names and texts are quoted, and all else is our own)

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np

from engine.backends.backend import Backend
from engine.monitor.fields import text
from engine.monitor.reference import CategoryReference, Counts, FieldReference, NumberReference, Numbers

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DRAWN_BINS = 24
DRAWN = (0.005, 0.995)
"""What lies beyond these quantiles is drawn in the outermost bars: one wild value must not flatten all others."""
MOST_NEW = 20
CELLS = 16_000_000
"""So many numbers are read and sorted at once; one column at least."""


@dataclass(frozen=True)
class ObservedNumbers:
    """A field of numbers in a window.

    Parameters
    ----------
    filled
        Rows that have a value.
    quantiles
        At `QUANTILES`.
    edges, counts
        Rows up to each edge and beyond the one before; the last count is what lies beyond all.
    drawn
        Edges of the bars of a picture.
    """

    rows: int
    filled: int
    mean: float | None
    quantiles: tuple[float, ...]
    edges: Numbers
    counts: Counts
    drawn: Numbers

    def below(self, edges: Numbers) -> Counts:
        """How many values lie up to each of some of the edges."""
        summed = np.concatenate([[0], np.cumsum(self.counts)])
        return np.asarray(summed[np.searchsorted(self.edges, edges, side="right")], dtype=np.int64)

    def binned(self, edges: Numbers) -> Counts:
        """As `NumberReference.binned`."""
        return np.diff(np.concatenate([[0], self.below(edges), [self.filled]]))


@dataclass(frozen=True)
class ObservedCategories:
    """A field of categories in a window.

    Parameters
    ----------
    counts
        For each category of the reference, in its order.
    new
        Categories that the reference has not, the most frequent ones with their rows; `new_rows` are those of all.
    """

    rows: int
    filled: int
    counts: Counts
    new: tuple[tuple[str, int], ...]
    new_rows: int
    new_count: int


Observed = ObservedNumbers | ObservedCategories


def observe(table: ir.Table, known: Sequence[FieldReference], backend: Backend) -> tuple[int, tuple[Observed, ...]]:
    """Count the rows of a window, and every field's values."""
    rows = backend.rows(table)
    numbers = [one for one in known if isinstance(one, NumberReference)]
    at_once = max(1, CELLS // max(rows, 1))
    seen: dict[str, Observed] = {}
    for start in range(0, len(numbers), at_once):
        seen |= _numbers(table, numbers[start : start + at_once], backend)
    for one in known:
        if isinstance(one, CategoryReference):
            seen[one.field.name] = _categories(table, one, backend, rows)
    return rows, tuple(seen[one.field.name] for one in known)


def _numbers(table: ir.Table, some: Sequence[NumberReference], backend: Backend) -> dict[str, Observed]:
    named = ", ".join(f"{one.field.value} AS v{at}" for at, one in enumerate(some))
    found = backend.around(table, lambda sql: f"SELECT {named} FROM ({sql}) AS logged")
    return {one.field.name: _observed(one, found.column(at)) for at, one in enumerate(some)}


def _observed(one: NumberReference, column: Any) -> ObservedNumbers:
    values = np.sort(np.asarray(column.drop_null().to_numpy(), dtype=np.float64))
    finite = values[np.isfinite(values)]
    drawn = _drawn(one, finite)
    edges = _edges(one, drawn)
    below = np.searchsorted(values, edges, side="right")
    return ObservedNumbers(
        rows=len(column),
        filled=len(values),
        mean=float(finite.mean()) if len(finite) else None,
        quantiles=tuple(at_shares(finite, QUANTILES)),
        edges=edges,
        counts=np.diff(np.concatenate([[0], below, [len(values)]])),
        drawn=drawn,
    )


def at_shares(values: Numbers, shares: Sequence[float]) -> list[float]:
    """Quantiles of sorted values, between two of them in a straight line; none of none.

    >>> at_shares(np.array([1.0, 2.0, 4.0]), [0.0, 0.25, 0.75, 1.0])
    [1.0, 1.5, 3.0, 4.0]
    """
    if not len(values):
        return []
    places = np.asarray(shares) * (len(values) - 1)
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, len(values) - 1)
    return [float(it) for it in values[low] + (values[high] - values[low]) * (places - low)]


def _drawn(one: NumberReference, finite: Numbers) -> Numbers:
    """The bars reach over nearly all of both sides."""
    reach = at_shares(finite, DRAWN)
    ends = at_shares(one.values[np.isfinite(one.values)], DRAWN) + reach
    if not ends or min(ends) == max(ends):
        return np.array(sorted(set(ends)), dtype=np.float64)
    few = one.distinct
    if 1 < len(few) <= DRAWN_BINS // 2 and reach and np.isin(reach, few).all():
        return _between(few)
    return np.linspace(min(ends), max(ends), DRAWN_BINS + 1)


def _between(values: Numbers) -> Numbers:
    """Edges that give each of a few values a bar of its own."""
    half = np.diff(values).min() / 2
    return np.concatenate([[values[0] - half], (values[:-1] + values[1:]) / 2, [values[-1] + half]])


def _edges(one: NumberReference, drawn: Numbers) -> Numbers:
    """All that is asked of a field at once: each value of the reference, and the number just below it.

    Between two neighbouring values of the reference the distance of the two distribution functions is greatest at one
    of the ends, so that counts at these places give Kolmogorov and Smirnov's distance exactly.
    """
    finite = one.distinct[np.isfinite(one.distinct)]
    return np.unique(np.concatenate([finite, np.nextafter(finite, -np.inf), drawn]))


def _categories(table: ir.Table, one: CategoryReference, backend: Backend, rows: int) -> ObservedCategories:
    """Known categories, the most frequent new ones, and in a line without a category the rows and number of all."""
    value, listed = one.field.value, ", ".join(map(text, one.counts))

    def query(sql: str) -> str:
        return (
            f"WITH counted AS MATERIALIZED (SELECT {value} AS category, count(*) AS number FROM ({sql}) AS logged "
            f"WHERE {value} IS NOT NULL GROUP BY 1), "
            f"known AS (SELECT unnest([{listed}]::VARCHAR[]) AS category) "
            "SELECT category, number, 0 AS every FROM counted SEMI JOIN known USING (category) UNION ALL "
            "(SELECT category, number, 0 FROM counted ANTI JOIN known USING (category) "
            f"ORDER BY number DESC, category LIMIT {MOST_NEW}) UNION ALL "
            "SELECT NULL, coalesce(sum(number), 0)::BIGINT, count(*) FROM counted"
        )

    found = {category: (number, every) for category, number, every in _lines(backend.around(table, query))}
    filled, every = found.pop(None)
    counts = np.array([found.get(category, (0, 0))[0] for category in one.counts], dtype=np.int64)
    new = [(category, number) for category, (number, _) in found.items() if category not in one.counts]
    return ObservedCategories(
        rows=rows,
        filled=filled,
        counts=counts,
        new=tuple(sorted(new, key=lambda it: (-it[1], it[0]))),
        new_rows=filled - int(counts.sum()),
        new_count=every - (len(found) - len(new)),
    )


def _lines(table: Any) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
