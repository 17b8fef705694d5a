"""Round numbers."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.outline import Outline, changed
from components.params import NumericColumns, Params
from components.portable.numbers import as_float, decimal

EXACT = float(2**53)
"""From here on, a float64 has no digits after the point."""

How = Literal["nearest", "up", "down"]


class RoundNumbersParams(Params):
    columns: NumericColumns
    """The numbers to round."""
    digits: Annotated[int, Field(ge=-15, le=15)] = 0
    """How many digits stay after the point; -3 rounds to thousands."""
    how: How = "nearest"
    """To the nearest (a half goes away from zero), always up, or always down."""


class RoundNumbers(Transform[RoundNumbersParams]):
    """Rounds numbers to so many digits after the point, or before it.

    Rounded columns are decimal numbers; whole numbers stay as they are unless digits before the point go.

    When: digits pretend a precision that nobody measured. Serving: replayed row by row.
    Source: `numpy.round`, `numpy.ceil`, `numpy.floor` of the number times 10 to the digits; NumPy takes a half to the
    even neighbour instead.
    """

    spec = Spec(
        key="round_numbers",
        title="Round",
        category="columns",
        icon="decimal_decrease",
        about="Rounds numbers to so many digits.",
        words=("round", "floor", "ceil", "decimals", "digits"),
        example={"columns": ["number", "other"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, {n: dt.float64 for n in self.params.columns if not self._stays(schema[n])})}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        names = [name for name in self.params.columns if not self._stays(table[name].type())]
        return table.mutate({name: self._rounded(as_float(table[name])) for name in names})

    def _stays(self, dtype: dt.DataType) -> bool:
        return self.params.digits >= 0 and dtype.is_integer()

    def _rounded(self, number: ir.FloatingColumn) -> ir.FloatingValue:
        digits, whole = self.params.digits, WHOLE[self.params.how]
        scale = decimal(float(10 ** abs(digits)))
        scaled = number * scale if digits >= 0 else number / scale
        rounded = as_float(whole(scaled))
        # Beyond, there is nothing to round, and engines stop at a whole number that large.
        return ibis.ifelse(scaled.abs() < EXACT, rounded / scale if digits >= 0 else rounded * scale, number)


def _nearest(x: ir.FloatingValue) -> ir.IntegerValue:
    size = x.abs()
    rounded = size.floor() + (size - size.floor() >= 0.5).cast("int64")
    return ibis.ifelse(x < 0, -rounded, rounded)


WHOLE: Mapping[How, Callable[[ir.FloatingValue], ir.NumericValue]] = {
    "nearest": _nearest,
    "up": lambda x: x.ceil(),
    "down": lambda x: x.floor(),
}
