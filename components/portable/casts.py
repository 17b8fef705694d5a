"""Conversions that give NULL for what cannot be read."""

from typing import Any

import ibis.expr.types as ir

from components.portable.numbers import finite


def read_as(value: ir.Value, dtype: Any) -> ir.Value:
    """A value as another type; NULL where it cannot be read, and for NaN and infinity."""
    read = value.try_cast(dtype)
    return finite(read) if read.type().is_floating() else read
