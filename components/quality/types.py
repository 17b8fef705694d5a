"""What people call the types of columns, where they say what a table must be like."""

from collections.abc import Callable, Mapping
from typing import Literal

import ibis.expr.datatypes as dt

Type = Literal["any", "numeric", "int64", "float64", "string", "boolean", "date", "timestamp", "datetime"]

FITTING: Mapping[Type, Callable[[dt.DataType], bool]] = {
    "any": lambda dtype: True,
    "numeric": lambda dtype: dtype.is_numeric(),
    "int64": lambda dtype: dtype.is_integer(),
    "float64": lambda dtype: dtype.is_floating() or dtype.is_decimal(),
    "string": lambda dtype: dtype.is_string(),
    "boolean": lambda dtype: dtype.is_boolean(),
    "date": lambda dtype: dtype.is_date(),
    "timestamp": lambda dtype: dtype.is_timestamp(),
    "datetime": lambda dtype: dtype.is_date() or dtype.is_timestamp(),
}
"""Types of any width count: a 32-bit number is a whole number too."""


def called(dtype: dt.DataType) -> str:
    """What a type is called here; its own name where it is none of these.

    >>> called(dt.int32), called(dt.Array(dt.string))
    ('int64', 'array<string>')
    """
    named = (name for name in ("int64", "float64", "string", "boolean", "date", "timestamp") if FITTING[name](dtype))
    return next(named, str(dtype))
