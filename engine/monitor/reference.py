"""What a window is compared with: at most ten thousand rows, and the bins that they fix once and for all.

Bins are those of the reference, never of the window: otherwise two windows could not be compared with each other.
"""

# ruff: noqa: S608  (names and texts are quoted, and all else is our own)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from engine.backends.backend import Backend
from engine.monitor.fields import Watched

MOST_ROWS = 10_000
BINS = 10
MOST_CATEGORIES = 50
"""Of more, the rarest are one bin."""
Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class NumberReference:
    """The numbers of a field.

    Parameters
    ----------
    values
        Those that are there, sorted.
    missing
        How many are not.
    """

    field: Watched
    values: Numbers
    missing: int

    @property
    def rows(self) -> int:
        return len(self.values) + self.missing

    @cached_property
    def distinct(self) -> Numbers:
        """Each value once."""
        return np.unique(self.values)

    @cached_property
    def cuts(self) -> Numbers:
        """Upper ends of the bins but the last: deciles that are values of the field, or every value of a few."""
        if len(self.distinct) <= BINS:
            return self.distinct[:-1]
        return np.unique(np.quantile(self.values, np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf"))

    def binned(self, edges: Numbers) -> Counts:
        """How many values lie up to each edge and beyond the one before; the last count is what lies beyond all."""
        below = np.searchsorted(self.values, edges, side="right")
        return np.diff(np.concatenate([[0], below, [len(self.values)]]))


@dataclass(frozen=True)
class CategoryReference:
    """The categories of a field.

    Parameters
    ----------
    counts
        Value → how often, the most frequent first.
    """

    field: Watched
    counts: Mapping[str, int]
    missing: int

    @property
    def rows(self) -> int:
        return sum(self.counts.values()) + self.missing

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Categories with a bin of their own; what was seen once may be one of many, so it has none."""
        return tuple(value for value, rows in self.counts.items() if rows > 1)[:MOST_CATEGORIES]

    @property
    def seen_once(self) -> int:
        """How many categories have one row: by Good and Turing, so much of the next rows will be new."""
        return sum(rows == 1 for rows in self.counts.values())


FieldReference = NumberReference | CategoryReference


def references(table: ir.Table, fields: Sequence[Watched], backend: Backend) -> tuple[FieldReference, ...]:
    """Read the reference of each field.

    Parameters
    ----------
    table
        At most `MOST_ROWS` rows.
    """
    if not fields:
        return ()
    named = ", ".join(f"{field.value} AS v{at}" for at, field in enumerate(fields))
    found = backend.around(table, lambda sql: f"SELECT {named} FROM ({sql}) AS reference")
    return tuple(_reference(field, found.column(at)) for at, field in enumerate(fields))


def _reference(field: Watched, column: Any) -> FieldReference:
    missing = column.null_count
    if field.is_number:
        values = column.drop_null().to_numpy()
        return NumberReference(field, np.sort(np.asarray(values, dtype=np.float64)), missing)
    counted = column.drop_null().value_counts().to_pylist()
    ordered = sorted(counted, key=lambda one: (-one["counts"], one["values"]))
    return CategoryReference(field, {one["values"]: one["counts"] for one in ordered}, missing)
