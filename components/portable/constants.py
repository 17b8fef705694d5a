"""Values that are written down, as expressions that have the same type on every engine."""

import ibis
import ibis.expr.types as ir

from components.portable.numbers import decimal, integer


def constant(value: bool | int | float | str) -> ir.Value:
    """Whole numbers as int64, decimal ones as float64."""
    if isinstance(value, bool | str):
        return ibis.literal(value)
    return integer(value) if isinstance(value, int) else decimal(value)
