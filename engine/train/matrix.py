"""Which columns of a table fill which part of the matrix a model learns from."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from components.ports import kind_of
from components.prepare.packed import FIELD
from engine.backends.backend import Backend, Precision
from engine.errors import LimitReached, UnfitForTraining
from engine.train.fill import Filling

Matrix = Any
"""ndarray of shape (n_rows, width), row by row, or the same as `scipy.sparse.csr_matrix`."""

SPARSE_PAYS = 4
"""A sparse matrix is slower to work with, so it must be so many times smaller."""
ROOM = 1.3
"""What is needed around a matrix while it is filled, relative to its size."""


class Feature(BaseModel):
    """One column of the table and what it becomes.

    Parameters
    ----------
    categories
        For a one-hot column, the categories learned from the train rows; one matrix column each.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Literal["numeric", "boolean", "one_hot"]
    categories: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many matrix columns it fills."""
        return len(self.categories) if self.kind == "one_hot" else 1


class MatrixSpec(BaseModel):
    """Which columns fill which part of the matrix, and how its numbers are kept."""

    model_config = ConfigDict(frozen=True)

    features: tuple[Feature, ...]
    precision: Precision = "float64"
    is_sparse: bool = False

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return sum(feature.width for feature in self.features)

    @property
    def row_bytes(self) -> int:
        """What one row takes; in a sparse matrix, a number and its place for each feature."""
        number = np.dtype(self.precision).itemsize
        return len(self.features) * (number + 4) + 8 if self.is_sparse else self.width * number

    def memory_mb(self, rows: int) -> float:
        """What the matrix of so many rows takes while it is filled."""
        return rows * self.row_bytes * ROOM / 1e6

    def slices(self) -> Iterator[tuple[Feature, slice]]:
        """Each feature with its place in the matrix."""
        start = 0
        for feature in self.features:
            yield feature, slice(start, start + feature.width)
            start += feature.width

    def number_places(self) -> tuple[int, ...]:
        """Where the numbers are, among flags and categories."""
        return tuple(place.start for feature, place in self.slices() if feature.kind == "numeric")

    def column_names(self) -> list[str]:
        """A name per matrix column: ``age``, ``Contract=One year``."""
        return [
            name
            for f in self.features
            for name in ([f"{f.name}={c}" for c in f.categories] if f.kind == "one_hot" else [f.name])
        ]

    def sparse_where_it_pays(self) -> "MatrixSpec":
        """The same matrix, sparse if that is much smaller."""
        sparse = self.model_copy(update={"is_sparse": True})
        return sparse if sparse.row_bytes * SPARSE_PAYS <= self.row_bytes else self

    def filling(self, rows: int) -> Filling:
        """An empty matrix for so many rows, to be filled batch by batch."""
        places = [(f.name, place, f.categories if f.kind == "one_hot" else None) for f, place in self.slices()]
        return Filling(rows, self.width, places, self.precision, is_sparse=self.is_sparse)

    def fill(self, table: pa.RecordBatch | pa.Table, *, takes_missing: bool = True) -> Matrix:
        """The matrix of some rows.

        Returns
        -------
        Matrix
            Missing numbers are NaN; a missing or unknown category is all zeros.

        Raises
        ------
        UnfitForTraining
            For infinite values, and for missing ones that the model cannot take.
        """
        filling = self.filling(table.num_rows)
        filling.add(table)
        filling.check(takes_missing=takes_missing)
        return filling.matrix()


def learn_spec(
    table: ir.Table,
    features: Sequence[str],
    backend: Backend,
    known: Mapping[str, tuple[str, ...]] | None = None,
    precision: Precision = "float64",
) -> MatrixSpec:
    """The spec for these feature columns.

    Parameters
    ----------
    known
        The categories of packed columns that an encoder learned; those of any other are taken from the rows.
    """
    kinds: dict[str, Any] = {name: kind_of(table[name].type()) for name in features}
    categories = dict(known or {})
    unknown = [name for name, kind in kinds.items() if kind == "one_hot" and name not in categories]
    if unknown:
        seen = [table[name][FIELD].collect(distinct=True).name(f"c{i}") for i, name in enumerate(unknown)]
        row = backend.row(table.aggregate(seen))
        for i, name in enumerate(unknown):
            categories[name] = tuple(sorted(value for value in row[f"c{i}"] or () if value is not None))
    made = tuple(
        Feature(name=name, kind=kind, categories=categories[name] if kind == "one_hot" else ())
        for name, kind in kinds.items()
    )
    return MatrixSpec(features=made, precision=precision)


def check_signs(matrix: Matrix, spec: MatrixSpec) -> None:
    """Refuse negative values, for a model that cannot take them.

    Raises
    ------
    UnfitForTraining
        Naming the columns and how many values.
    """
    below = np.asarray((matrix < 0).sum(axis=0)).ravel()
    negative = {feature.name: int(below[place].sum()) for feature, place in spec.slices() if below[place].any()}
    if negative:
        listed = ", ".join(f"{name!r} ({count:,})" for name, count in list(negative.items())[:5])
        raise UnfitForTraining(
            f"This model cannot take negative values; there are some in {listed}.",
            hint="Leave these columns out, scale them to a range from 0 to 1 first, or choose another model.",
            field=next(iter(negative)),
        )


def check_size(rows: int, spec: MatrixSpec, memory_mb: float) -> None:
    """Refuse a matrix that cannot fit, before it is begun.

    Raises
    ------
    LimitReached
        With what would make it smaller.
    """
    needed = spec.memory_mb(rows)
    if needed <= memory_mb:
        return
    widest = max(spec.features, key=lambda feature: feature.width)
    fewer = (
        f"keep fewer categories of {widest.name!r} (it fills {widest.width:,} columns), " if widest.width > 1 else ""
    )
    sparse = spec.model_copy(update={"is_sparse": True})
    packed = (
        "choose a model that takes a sparse matrix (logistic regression, LightGBM), "
        if not spec.is_sparse and sparse.memory_mb(rows) <= memory_mb
        else ""
    )
    smaller = "" if spec.precision == "float32" else "choose a model that computes in float32 (a random forest), "
    raise LimitReached(
        f"The model would need a matrix of {rows:,} rows and {spec.width:,} columns ({needed / ROOM:,.0f} MB), "
        f"and {needed:,.0f} MB while it is filled, but the run has room for {memory_mb:,.0f} MB.",
        hint=f"Sample rows ({rows * memory_mb / needed:,.0f} would fit), {fewer}choose fewer features, "
        f"{packed}{smaller}raise the memory limit by {needed - memory_mb:,.0f} MB, "
        "or train XGBoost on a Spark cluster.",
        field="features",
    )
