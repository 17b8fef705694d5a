"""Constants in an expression."""

import math
from typing import Any

import ibis.expr.operations as ops
import numpy as np


def number_of(value: ops.Value) -> float | None:
    """A constant as a number; NaN for a missing one."""
    if isinstance(value, ops.Cast | ops.TryCast) and not value.to.is_string():
        if isinstance(value.arg, ops.Literal) and value.arg.dtype.is_string() and value.to.is_numeric():
            return float(value.arg.value)
        return number_of(value.arg)
    if isinstance(value, ops.Negate):
        inner = number_of(value.arg)
        return None if inner is None else -inner
    if not isinstance(value, ops.Literal) or value.dtype.is_string():
        return None
    if value.value is None:
        return math.nan
    is_number = value.dtype.is_numeric() or value.dtype.is_boolean()
    return float(value.value) if is_number else None


def text_of(value: ops.Value) -> tuple[str | None, bool]:
    """A constant text, and whether it is one."""
    if isinstance(value, ops.Cast | ops.TryCast) and value.to.is_string():
        return text_of(value.arg)
    if isinstance(value, ops.Literal) and (value.dtype.is_string() or value.value is None):
        return value.value, True
    return None, False


def moment_of(value: ops.Value) -> float | None:
    """A constant number, or a constant time as a number."""
    inner: Any = value
    while isinstance(inner, ops.Cast | ops.TryCast):
        inner = inner.arg
    is_time = value.dtype.is_date() or value.dtype.is_timestamp()
    if is_time and isinstance(inner, ops.Literal) and inner.value is not None:
        return float(np.datetime64(str(inner.value).replace(" ", "T"), "us").astype("int64"))
    return None if is_time else number_of(value)
