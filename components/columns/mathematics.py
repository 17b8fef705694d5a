"""Apply a function to numbers."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.outline import Made, Outline, places
from components.params import NumericColumns, Params, distinct_names
from components.portable.numbers import as_float, decimal, divide, finite, logarithm, where

Function = Literal["square", "cube", "root", "inverse", "log", "log1p", "exp", "abs"]


class MathParams(Params):
    columns: NumericColumns
    """The numbers to change."""
    function: Function
    """What is done to each: x², x³, √x, 1/x, ln x, ln(1 + x), eˣ or |x|."""
    suffix: Annotated[str, Field(max_length=50)] = ""
    """Makes new columns with this at the end of their names, instead of changing the columns themselves."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if self.suffix:
                distinct_names([*schema, *(name + self.suffix for name in bound.columns)], "suffix")
        return bound


class Math(Transform[MathParams]):
    """Applies a function to each number; where it is not defined or not finite, the result is missing.

    When: a relation is not straight, or a distribution has a long tail. Serving: replayed row by row.
    Source: `numpy.square`, `numpy.sqrt`, `numpy.reciprocal`, `numpy.log`, `numpy.log1p`, `numpy.exp`, `numpy.abs`.
    """

    spec = Spec(
        key="math",
        title="Math",
        category="columns",
        icon="calculate",
        about="Applies a function such as a logarithm to numbers.",
        words=("log", "log1p", "square root", "sqrt", "exp", "abs", "logarithm", "transform", "continuize"),
        example={"columns": ["number", "other"], "function": "root"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        made = {name + self.params.suffix: Made(places([name])) for name in self.params.columns}
        return {"table": Outline(sch.Schema({**schema, **dict.fromkeys(made, dt.float64)}), made)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        function = FUNCTIONS[self.params.function]
        return table.mutate({n + self.params.suffix: finite(function(as_float(table[n]))) for n in self.params.columns})


SMALL = 1e-4
"""Below, 1 + x loses what a short series keeps."""


def _log1p(x: ir.FloatingColumn) -> ir.FloatingValue:
    return ibis.ifelse(x.abs() < SMALL, x - x * x / 2 + x * x * x / 3, logarithm(x + 1))


FUNCTIONS: Mapping[Function, Callable[[ir.FloatingColumn], ir.FloatingValue]] = {
    "square": lambda x: x * x,
    "cube": lambda x: x * x * x,
    "root": lambda x: where(x >= 0, x.sqrt()),
    "inverse": lambda x: divide(decimal(1.0), x),
    "log": logarithm,
    "log1p": _log1p,
    "exp": lambda x: where(x < 709, x.exp()),
    "abs": lambda x: x.abs(),
}
