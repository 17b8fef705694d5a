"""Scale each row to length 1."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add
from typing import Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.outline import Outline, added
from components.params import NumericColumns, Params
from components.portable.numbers import as_float, decimal, divide, finite
from components.prepare.scaled import SMALLEST

Norm = Literal["l1", "l2", "max"]


class NormalizeRowsParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numbers that make up a row; leave the column that you want to predict out."""
    norm: Norm = "l2"
    """What becomes 1: the sum of the absolute values (l1), the Euclidean length (l2), or the largest one (max)."""


class NormalizeRows(Transform[NormalizeRowsParams]):
    """Divides the numbers of each row by the row's length, so that only their proportions remain.

    A missing value counts as nothing and stays missing; a row of zeros stays as it is.

    When: rows are profiles, such as counts of words, and their size is no matter. Serving: replayed row by row.
    Source: Manning, Raghavan & Schütze, *Introduction to Information Retrieval* (2008), §6.3;
    `sklearn.preprocessing.Normalizer`.
    """

    spec = Spec(
        key="normalize_rows",
        title="Normalize rows",
        category="prepare/scale",
        icon="table_rows",
        about="Divides the numbers of each row by the row's length.",
        words=("l2", "unit norm", "vector length", "normalizer", "cosine"),
        example={"columns": ["number", "other"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": added(schema, dict.fromkeys(self.params.columns, dt.float64), self.params.columns)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        numbers = {name: as_float(table[name]) for name in self.params.columns}
        if not numbers:
            return table
        length = LENGTHS[self.params.norm]([number.abs().fill_null(decimal(0.0)) for number in numbers.values()])
        divisor = ibis.ifelse(length >= decimal(SMALLEST), length, decimal(1.0))
        return table.mutate({name: finite(number / divisor) for name, number in numbers.items()})


def _largest(sizes: list[ir.FloatingValue]) -> ir.FloatingValue:
    return ibis.greatest(*sizes) if len(sizes) > 1 else sizes[0]  # Spark compares at least two


def _euclidean(sizes: list[ir.FloatingValue]) -> ir.FloatingValue:
    """By way of the largest, so that squares of large numbers do not overflow."""
    largest = _largest(sizes)
    shares = [divide(size, largest) for size in sizes]
    return largest * reduce(add, (share * share for share in shares)).sqrt()


LENGTHS: Mapping[Norm, Callable[[list[ir.FloatingValue]], ir.FloatingValue]] = {
    "l1": lambda sizes: reduce(add, sizes),
    "l2": _euclidean,
    "max": _largest,
}
