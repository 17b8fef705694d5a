"""Functions that choose, and conversions."""

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from components.errors import RefusedExpression
from components.portable.casts import read_as
from components.ports import kind_of

CONVERTIBLE: Mapping[str, tuple[str, ...]] = {
    "int64": ("numeric", "text", "boolean"),
    "float64": ("numeric", "text", "boolean"),
    "string": ("numeric", "text", "boolean", "datetime"),
    "boolean": ("numeric", "text", "boolean"),
    "date": ("text", "datetime"),
    "timestamp": ("text", "datetime"),
}
"""From which kinds of values one can get to a type."""


def converted(value: ir.Value, to: str) -> ir.Value:
    """NULL where a value cannot be read as the type."""
    dtype = value.type()
    if dtype.is_null():
        return ibis.null(to)
    if kind_of(dtype) not in CONVERTIBLE[to]:
        raise RefusedExpression(f"A {dtype} cannot become {to}.", hint="Choose another type.")
    return read_as(value, to)


def _to(dtype: str) -> Callable[[ir.Value], ir.Value]:
    return lambda value: converted(value, dtype)


def _choice(condition: ir.BooleanValue, yes: ir.Value, no: ir.Value | None = None) -> ir.Value:
    return ibis.ifelse(condition, yes, ibis.null(yes.type()) if no is None else no)


FUNCTIONS: Mapping[str, tuple[str, Callable[..., ir.Value]]] = {
    "coalesce(value…)": ("The first that is not NULL.", ibis.coalesce),
    "ifnull(value, value2)": ("The second where the first is NULL.", ibis.coalesce),
    "nvl(value, value2)": ("The second where the first is NULL.", ibis.coalesce),
    "nullif(value, value2)": ("NULL where both are equal.", lambda a, b: a.nullif(b)),
    "if(condition, value, value2?)": ("One value or the other.", _choice),
    "iff(condition, value, value2?)": ("One value or the other.", _choice),
    "greatest(value…)": ("The largest; NULLs are left out.", ibis.greatest),
    "least(value…)": ("The smallest; NULLs are left out.", ibis.least),
    "is_null(value)": ("Whether the value is missing.", lambda v: v.isnull()),
    "is_missing(value)": ("Whether the value is missing.", lambda v: v.isnull()),
    "to_integer(value)": ("As a whole number; NULL if it cannot be read.", _to("int64")),
    "to_float(value)": ("As a decimal number; NULL if it cannot be read.", _to("float64")),
    "to_number(value)": ("As a decimal number; NULL if it cannot be read.", _to("float64")),
    "to_text(value)": ("As text.", _to("string")),
    "to_boolean(value)": ("As true or false; NULL if it cannot be read.", _to("boolean")),
    "to_date(value)": ("As a date; NULL if it cannot be read.", _to("date")),
    "to_timestamp(value)": ("As a date and time; NULL if it cannot be read.", _to("timestamp")),
    "flag(condition)": ("1 where the condition is met, else 0.", lambda c: c.fill_null(False).cast("int64")),
}
