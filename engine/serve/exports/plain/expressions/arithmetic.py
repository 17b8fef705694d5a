"""Sums and functions of numbers."""

import math
from collections.abc import Callable
from typing import Any

import ibis.expr.operations as ops
import numpy as np

from engine.serve.exports.plain import functions as f
from engine.serve.exports.plain.columns import Column
from engine.serve.exports.plain.expressions.constants import number_of
from engine.serve.exports.plain.expressions.texts import concat
from engine.serve.exports.plain.expressions.translation import NotPlain, Translation


def add(t: Translation, v: Any) -> Column:
    if v.dtype.is_string():
        return concat(t, v.left, v.right)
    left, right = number_of(v.left), number_of(v.right)
    if right is not None:
        return f.shifted(t.column(v.left), right)
    if left is not None:
        return f.shifted(t.column(v.right), left)
    return f.added(t.column(v.left), t.column(v.right))


def subtract(t: Translation, v: Any) -> Column:
    _check_numbers(v)
    right = number_of(v.right)
    if right is not None:
        return f.shifted(t.column(v.left), -right)
    return f.subtracted(t.column(v.left), t.column(v.right))


def multiply(t: Translation, v: Any) -> Column:
    for constant, other in ((number_of(v.left), v.right), (number_of(v.right), v.left)):
        if constant is not None and math.isfinite(constant):
            return f.scaled(t.column(other), constant)
    return f.multiplied(t.column(v.left), t.column(v.right))


def divide(t: Translation, v: Any) -> Column:
    by = number_of(v.right)
    if by is None and isinstance(v.right, ops.NullIf):
        by = number_of(v.right.arg)
    if by:
        return f.shared(t.column(v.left), by)
    return f.divided(t.column(v.left), t.column(v.right))


def floor_divide(t: Translation, v: Any) -> Column:
    return f.applied("floor", np.floor, divide(t, v))


def modulus(t: Translation, v: Any) -> Column:
    length = number_of(v.right.arg if isinstance(v.right, ops.NullIf) else v.right)
    if not length:
        raise NotPlain("a remainder by another column")
    x = t.column(v.left)
    # SQL's remainder has the sign of the dividend, and this one none.
    left = f.remainder(f.applied("size", np.abs, x), abs(length))
    return f.multiplied(f.applied("sign", np.sign, x), left)


def power(t: Translation, v: Any) -> Column:
    exponent, x = number_of(v.right), t.column(v.left)
    if exponent == 0.5:
        return f.applied("root", np.sqrt, x)
    if exponent is not None and exponent in (2.0, 3.0, 4.0):
        squared = f.applied("square", np.square, x)
        return squared if exponent == 2 else f.multiplied(squared, x if exponent == 3 else squared)
    raise NotPlain("a power other than 2, 3, 4 and 0.5")


def rounded(t: Translation, v: Any) -> Column:
    digits = 0.0 if v.digits is None else number_of(v.digits)
    if digits is None:
        raise NotPlain("rounding to as many digits as another column says")
    x, factor = t.column(v.arg), 10.0**digits
    # SQL rounds halves away from zero, NumPy to the even neighbour.
    size = f.shifted(f.scaled(f.applied("size", np.abs, x), factor), 0.5)
    return f.multiplied(f.applied("sign", np.sign, x), f.shared(f.applied("floor", np.floor, size), factor))


def greatest(t: Translation, v: Any) -> Column:
    return f.greatest(_numbers(t, v))


def least(t: Translation, v: Any) -> Column:
    """The greatest of what is on the other side of zero."""
    return f.scaled(f.greatest([f.scaled(each, -1.0) for each in _numbers(t, v)]), -1.0)


def _numbers(t: Translation, v: Any) -> list[Column]:
    if not v.dtype.is_numeric():
        raise NotPlain(f"the least or greatest of {v.dtype}")
    return [t.column(value) for value in v.arg]


def unary(label: str, function: Any) -> Callable[[Translation, Any], Column]:
    return lambda t, v: f.applied(label, function, t.column(v.arg))


def _check_numbers(v: Any) -> None:
    if not (v.left.dtype.is_numeric() and v.right.dtype.is_numeric()):
        raise NotPlain(f"{v.left.dtype} minus {v.right.dtype}")
