"""What a window of the log holds, counted by DuckDB in the bins of the reference: two passes over the rows."""

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
    looks = [_look(one) for one in known]
    first = _row(backend, table, ["count(*)", *(part for look in looks for part in look)])
    rows, place = int(first[0]), 1
    asked: list[str] = []
    edges: list[tuple[Numbers, Numbers] | None] = []
    seen: list[tuple[Any, ...]] = []
    for one, look in zip(known, looks, strict=True):
        seen.append(first[place : place + len(look)])
        place += len(look)
        if isinstance(one, NumberReference):
            drawn = _drawn(one, seen[-1][2])
            every = _edges(one, drawn)
            edges.append((every, drawn))
            asked.append(f"histogram({one.field.value}, {_listed(every)})")
        else:
            edges.append(None)
            asked.append(f"histogram({_code(one)})" if one.counts else "NULL")
    second = _row(backend, table, asked) if asked else ()
    return rows, tuple(_observed(table, backend, rows, *each) for each in zip(known, seen, edges, second, strict=True))


def _look(one: FieldReference) -> list[str]:
    value = one.field.value
    if isinstance(one, CategoryReference):
        return [f"count({value})"]
    finite = f"CASE WHEN isfinite({value}) THEN {value} END"
    return [f"count({value})", f"avg({finite})", f"quantile_cont({finite}, {[*DRAWN, *QUANTILES]})"]


def _drawn(one: NumberReference, quantiles: Sequence[float] | None) -> Numbers:
    """The bars reach over nearly all of both sides."""
    finite = one.values[np.isfinite(one.values)]
    ends = list(np.quantile(finite, DRAWN)) if len(finite) else []
    ends += list(quantiles[:2]) if quantiles else []
    if not ends or min(ends) == max(ends):
        return np.array(sorted(set(ends)), dtype=np.float64)
    few = one.distinct
    if 1 < len(few) <= DRAWN_BINS // 2 and quantiles and np.isin(quantiles[:2], few).all():
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


def _listed(edges: Numbers) -> str:
    # As texts: a number written with a point would be a DECIMAL, and lose its last digits on the way to a DOUBLE.
    return f"[{', '.join(repr(str(edge)) for edge in edges.tolist())}]::DOUBLE[]"


def _code(one: CategoryReference) -> str:
    # An enum's code is several times quicker than looking a text up in a list.
    return f"enum_code(try_cast({one.field.value} AS ENUM({', '.join(map(text, one.counts))})))"


def _row(backend: Backend, table: ir.Table, asked: Sequence[str]) -> tuple[Any, ...]:
    named = ", ".join(f"{each} AS a{at}" for at, each in enumerate(asked))
    found = backend.around(table, lambda sql: f"SELECT {named} FROM ({sql}) AS logged")
    return tuple(column[0].as_py() for column in found.columns)


def _observed(
    table: ir.Table,
    backend: Backend,
    rows: int,
    one: FieldReference,
    seen: tuple[Any, ...],
    edges: tuple[Numbers, Numbers] | None,
    counted: Any,
) -> Observed:
    filled = int(seen[0])
    pairs = dict(counted or ())
    if isinstance(one, NumberReference):
        assert edges is not None  # noqa: S101  numbers have edges
        every, drawn = edges
        counts = np.array([pairs.get(edge, 0) for edge in every.tolist()], dtype=np.int64)
        counts = np.append(counts, filled - counts.sum())
        quantiles = tuple(seen[2][2:]) if seen[2] else ()
        return ObservedNumbers(rows, filled, seen[1], quantiles, every, counts, drawn)
    counts = np.array([pairs.get(code, 0) for code in range(len(one.counts))], dtype=np.int64)
    new_rows = filled - int(counts.sum())
    new, new_count = _new(table, backend, one) if new_rows else ((), 0)
    return ObservedCategories(rows, filled, counts, new, new_rows, new_count)


def _new(table: ir.Table, backend: Backend, one: CategoryReference) -> tuple[tuple[tuple[str, int], ...], int]:
    """The categories that the reference has not."""
    unknown = f"{_code(one)} IS NULL" if one.counts else "true"

    def query(sql: str) -> str:
        grouped = (
            f"SELECT {one.field.value} AS category, count(*) AS number FROM ({sql}) AS logged "
            f"WHERE {one.field.value} IS NOT NULL AND {unknown} GROUP BY 1"
        )
        return f"SELECT *, count(*) OVER () AS every FROM ({grouped}) ORDER BY number DESC, category LIMIT {MOST_NEW}"

    found = list(_lines(backend.around(table, query)))
    return tuple((category, number) for category, number, _ in found), found[0][2] if found else 0


def _lines(table: Any) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
