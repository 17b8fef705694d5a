"""Fill a matrix from Arrow, batch by batch, without a detour."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.backends.backend import Precision, codes
from engine.errors import UnfitForTraining

BLOCK_ROWS = 8_192
"""Rows written at a time: so few that their part of the matrix stays in the processor's cache."""

Place = tuple[str, slice, tuple[str, ...] | None]
"""A column, where it goes, and its categories if it is a one-hot column."""


class Filling:
    """A matrix on its way.

    Parameters
    ----------
    rows
        Most rows that will come.
    width
        Columns of the matrix.
    """

    def __init__(
        self, rows: int, width: int, places: Sequence[Place], precision: Precision, *, is_sparse: bool = False
    ) -> None:
        self._places = places
        self._missing: dict[str, int] = {}
        self._infinite: dict[str, int] = {}
        self._into: _Dense | _Sparse = (_Sparse if is_sparse else _Dense)(rows, width, len(places), precision)

    def add(self, table: pa.RecordBatch | pa.Table) -> None:
        """The next rows; one-hot columns packed, or as codes already."""
        for start in range(0, table.num_rows, BLOCK_ROWS):
            self._add_block(table.slice(start, BLOCK_ROWS))

    def _add_block(self, block: pa.RecordBatch | pa.Table) -> None:
        with self._into.rows(block.num_rows) as into:
            for nth, (name, place, categories) in enumerate(self._places):
                column = block.column(name)
                if categories is not None:
                    into.categories(nth, place.start, _positions(column, categories))
                    continue
                values = as_numbers(column, into.dtype)
                self._look_at(name, values)
                into.numbers(nth, place.start, values)

    def _look_at(self, name: str, values: npt.NDArray[Any]) -> None:
        """Count what a model might not take."""
        finite = np.isfinite(values)
        if not finite.all():
            missing = int(np.isnan(values).sum())
            self._missing[name] = self._missing.get(name, 0) + missing
            self._infinite[name] = self._infinite.get(name, 0) + int((~finite).sum()) - missing

    def check(self, *, takes_missing: bool, learned_from: int = 0) -> None:
        """Refuse values the model cannot take.

        Parameters
        ----------
        learned_from
            How many rows these are, where a model is to learn from them.

        Raises
        ------
        UnfitForTraining
            Naming the columns and how many values.
        """
        empty = next((name for name, missing in self._missing.items() if missing == learned_from), None)
        if empty is not None and not takes_missing and learned_from:
            raise UnfitForTraining(
                f"Column {empty!r} has no value in any of the {learned_from:,} rows to learn from.",
                hint="Leave it out of the features, or check the filters before.",
                field=empty,
            )
        check_values(self._missing, self._infinite, takes_missing=takes_missing)

    def matrix(self) -> Any:
        """What was filled so far."""
        return self._into.matrix()


def check_values(missing: Mapping[str, int], infinite: Mapping[str, int], *, takes_missing: bool) -> None:
    """Refuse values that a model cannot take, counted by column.

    Raises
    ------
    UnfitForTraining
        Naming the columns and how many values.
    """
    name, count = next(((name, count) for name, count in infinite.items() if count), ("", 0))
    if count:
        raise UnfitForTraining(
            f"Column {name!r} has {count:,} infinite values.",
            hint="Replace them with a formula, or filter those rows.",
            field=name,
        )
    gaps = {name: count for name, count in missing.items() if count}
    if gaps and not takes_missing:
        listed = ", ".join(f"{name!r} ({count:,})" for name, count in list(gaps.items())[:5])
        raise UnfitForTraining(
            f"This model cannot take missing values; there are some in {listed}.",
            hint="Impute them first, or choose a model that takes them: histogram gradient boosting, or an isolation "
            "forest for outliers.",
            field=next(iter(gaps)),
        )


class _Dense:
    """Row by row; pages that no row reaches are never touched."""

    def __init__(self, rows: int, width: int, columns: int, precision: Precision) -> None:
        self.dtype = np.dtype(precision)
        self._values = np.zeros((rows, width), self.dtype)
        self._at = self._end = 0

    def rows(self, count: int) -> "_Dense":
        self._end = self._at + count
        self._block = self._values[self._at : self._end]
        return self

    def numbers(self, nth: int, start: int, values: npt.NDArray[Any]) -> None:
        self._block[:, start] = values

    def categories(self, nth: int, start: int, positions: npt.NDArray[np.int32]) -> None:
        (rows,) = np.nonzero(positions >= 0)
        self._block[rows, positions[rows] + start] = 1

    def matrix(self) -> npt.NDArray[Any]:
        return self._values[: self._at]

    def __enter__(self) -> "_Dense":
        return self

    def __exit__(self, *raised: object) -> None:
        self._at = self._end


class _Sparse:
    """At most one number per feature and row."""

    def __init__(self, rows: int, width: int, columns: int, precision: Precision) -> None:
        self.dtype = np.dtype(precision)
        self._width = width
        self._columns = columns
        self._values = np.empty(rows * columns, self.dtype)
        self._indices = np.empty(rows * columns, np.int32)
        # As narrow as SciPy keeps them, so that it takes them as they are.
        self._ends = np.zeros(rows + 1, np.int32 if rows * columns < 2**31 else np.int64)
        self._rows = self._at = 0

    def rows(self, count: int) -> "_Sparse":
        self._block = np.ones((count, self._columns), self.dtype)
        self._where = np.full((count, self._columns), -1, np.int32)
        return self

    def numbers(self, nth: int, start: int, values: npt.NDArray[Any]) -> None:
        self._block[:, nth] = values
        self._where[:, nth] = start

    def categories(self, nth: int, start: int, positions: npt.NDArray[np.int32]) -> None:
        self._where[:, nth] = np.where(positions >= 0, positions + start, -1)

    def matrix(self) -> Any:
        from scipy.sparse import csr_matrix

        parts = (self._values[: self._at], self._indices[: self._at], self._ends[: self._rows + 1])
        return csr_matrix(parts, shape=(self._rows, self._width))

    def __enter__(self) -> "_Sparse":
        return self

    def __exit__(self, *raised: object) -> None:
        there = self._where >= 0
        count = int(there.sum())
        self._values[self._at : self._at + count] = self._block[there]
        self._indices[self._at : self._at + count] = self._where[there]
        rows = self._rows + len(there)
        self._ends[self._rows + 1 : rows + 1] = self._at + there.sum(axis=1).cumsum()
        self._rows, self._at = rows, self._at + count


def _positions(column: pa.Array | pa.ChunkedArray, categories: Sequence[str]) -> npt.NDArray[np.int32]:
    found = codes(column, categories) if pa.types.is_struct(column.type) else column
    positions: npt.NDArray[np.int32] = pc.fill_null(found, -1).to_numpy(zero_copy_only=False)
    return positions


def as_numbers(
    column: pa.Array | pa.ChunkedArray, dtype: npt.DTypeLike = np.float64
) -> npt.NDArray[np.float64 | np.float32]:
    """A column as floats of shape (n_rows,); nulls become NaN."""
    kind = pa.from_numpy_dtype(dtype)
    numbers = column if column.type == kind else pc.cast(column, kind, safe=False)
    found: npt.NDArray[np.float64 | np.float32] = numbers.to_numpy(zero_copy_only=False)
    return found
