"""From table columns to the matrix a model learns from, batch by batch."""

from collections.abc import Iterator, Sequence
from typing import Literal

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict

from components.ports import kind_of
from components.prepare.packed import expand
from engine.errors import LimitReached, UnfitForTraining

Matrix = npt.NDArray[np.float64]


class Feature(BaseModel):
    """One column of the table and what it becomes.

    Parameters
    ----------
    categories
        For a one-hot column, the categories seen in the train rows; one matrix column each.
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
    """Which columns fill which part of the matrix."""

    model_config = ConfigDict(frozen=True)

    features: tuple[Feature, ...]

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return sum(feature.width for feature in self.features)

    def slices(self) -> Iterator[tuple[Feature, slice]]:
        """Each feature with its place in the matrix."""
        start = 0
        for feature in self.features:
            yield feature, slice(start, start + feature.width)
            start += feature.width

    def column_names(self) -> list[str]:
        """A name per matrix column: ``age``, ``Contract=One year``."""
        return [
            name
            for f in self.features
            for name in ([f"{f.name}={c}" for c in f.categories] if f.kind == "one_hot" else [f.name])
        ]

    def fill(self, table: pa.RecordBatch | pa.Table) -> Matrix:
        """The matrix of some rows.

        Returns
        -------
        ndarray of shape (n_rows, width), float64
            Missing numbers are NaN; a missing or unknown category is all zeros.
        """
        matrix = np.empty((table.num_rows, self.width), dtype=np.float64)
        for feature, place in self.slices():
            column = table.column(feature.name)
            if feature.kind == "one_hot":
                matrix[:, place] = expand(column, feature.categories)
            else:
                matrix[:, place.start] = as_numbers(column)
        return matrix


def learn_spec(table: ir.Table, features: Sequence[str]) -> MatrixSpec:
    """The spec for these feature columns, categories taken from the rows of ``table``."""
    kinds = {name: kind_of(table[name].type()) for name in features}
    packed = [name for name, kind in kinds.items() if kind == "one_hot"]
    seen: dict[str, tuple[str, ...]] = {}
    if packed:
        found = table.aggregate(
            [table[name]["one_hot"].collect(distinct=True).name(f"c{i}") for i, name in enumerate(packed)]
        )
        row = found.to_pyarrow().to_pylist()[0]
        seen = {
            name: tuple(sorted(value for value in row[f"c{i}"] or () if value is not None))
            for i, name in enumerate(packed)
        }
    return MatrixSpec(
        features=tuple(Feature(name=name, kind=kind, categories=seen.get(name, ())) for name, kind in kinds.items())
    )


def check_size(rows: int, width: int, memory_mb: int) -> None:
    """Refuse a matrix that cannot fit.

    Raises
    ------
    LimitReached
        With what would make it smaller.
    """
    needed = rows * width * 8 / 1e6
    if needed * 1.5 > memory_mb:
        raise LimitReached(
            f"The model would need a matrix of {rows:,} rows and {width:,} columns ({needed:,.0f} MB), "
            f"but the run may use {memory_mb:,} MB.",
            hint="Sample rows, keep fewer categories, choose fewer features, or raise the memory limit.",
        )


def check_finite(matrix: Matrix, spec: MatrixSpec, *, takes_missing: bool) -> None:
    """Refuse values the model cannot take.

    Raises
    ------
    UnfitForTraining
        Naming the columns and how many values.
    """
    for feature, place in spec.slices():
        values = matrix[:, place]
        infinite = int(np.isinf(values).sum())
        if infinite:
            raise UnfitForTraining(
                f"Column {feature.name!r} has {infinite:,} infinite values.",
                hint="Replace them with a formula, or filter those rows.",
                field=feature.name,
            )
    if takes_missing:
        return
    missing = {f.name: int(np.isnan(matrix[:, place]).sum()) for f, place in spec.slices()}
    missing = {name: count for name, count in missing.items() if count}
    if missing:
        listed = ", ".join(f"{name!r} ({count:,})" for name, count in list(missing.items())[:5])
        raise UnfitForTraining(
            f"This model cannot take missing values; there are some in {listed}.",
            hint="Impute them first, or choose a histogram gradient boosting model, which takes them.",
            field=next(iter(missing)),
        )


def as_numbers(column: pa.Array | pa.ChunkedArray) -> Matrix:
    """A column as floats of shape (n_rows,); nulls become NaN."""
    numbers: Matrix = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers
