"""Functions of numbers."""

import math
from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from components.portable.numbers import (
    as_float,
    decimal,
    divide,
    logarithm,
    power,
    remainder,
    rounded,
    truncate,
    where,
)


def _round(x: ir.NumericValue, digits: int = 0) -> ir.NumericValue:
    if digits == 0:
        return rounded(x, lambda number: number.round())
    return x if x.type().is_integer() and digits > 0 else as_float(x).round(digits)


def _logarithm(x: ir.NumericValue, base: ir.NumericValue | None = None) -> ir.FloatingValue:
    return where(x > 0, as_float(x).log10()) if base is None else logarithm(x, base)


def _sigmoid(x: ir.NumericValue) -> ir.FloatingValue:
    return ibis.ifelse(x < -700, decimal(0.0), 1 / (1 + (-as_float(x)).exp()))


def _clip(x: ir.NumericValue, low: ir.NumericValue, high: ir.NumericValue) -> ir.NumericValue:
    return ibis.cases((x < low, low), (x > high, high), else_=x)


def _sine_range(x: ir.NumericValue) -> ir.BooleanValue:
    return (x >= -1) & (x <= 1)


FUNCTIONS: Mapping[str, tuple[str, Callable[..., ir.Value]]] = {
    "abs(number)": ("The number without its sign.", lambda x: x.abs()),
    "sign(number)": ("-1, 0 or 1.", lambda x: ibis.cases((x > 0, 1), (x < 0, -1), (x == 0, 0)).cast("int64")),
    "round(number, digits?)": ("Rounded to so many digits after the point.", _round),
    "ceil(number)": ("The next whole number above.", lambda x: rounded(x, lambda n: n.ceil())),
    "ceiling(number)": ("The next whole number above.", lambda x: rounded(x, lambda n: n.ceil())),
    "floor(number)": ("The next whole number below.", lambda x: rounded(x, lambda n: n.floor())),
    "trunc(number)": ("The number without its fraction.", truncate),
    "mod(number, number2)": ("The remainder of a division; NULL if by 0.", remainder),
    "divide(number, number2)": ("The quotient; NULL if by 0.", divide),
    "sqrt(number)": ("The square root; NULL below 0.", lambda x: where(x >= 0, as_float(x).sqrt())),
    "cbrt(number)": ("The cube root.", lambda x: as_float(x).sign() * as_float(x).abs() ** (1 / 3)),
    "square(number)": ("The number times itself.", lambda x: as_float(x) * as_float(x)),
    "exp(number)": ("e to this power.", lambda x: where(x < 709, as_float(x).exp())),
    "ln(number)": ("The natural logarithm; NULL unless above 0.", logarithm),
    "log(number, base?)": ("The logarithm to base 10, or another; NULL unless above 0.", _logarithm),
    "log10(number)": ("The logarithm to base 10; NULL unless above 0.", _logarithm),
    "log2(number)": ("The logarithm to base 2; NULL unless above 0.", lambda x: where(x > 0, as_float(x).log2())),
    "log1p(number)": ("ln(1 + number); NULL unless above -1.", lambda x: logarithm(as_float(x) + 1)),
    "pow(number, number2)": ("A power; NULL where it is not defined.", power),
    "power(number, number2)": ("A power; NULL where it is not defined.", power),
    "pi()": ("3.14159…", lambda: decimal(math.pi)),
    "degrees(number)": ("Radians in degrees.", lambda x: as_float(x) * (180 / math.pi)),
    "radians(number)": ("Degrees in radians.", lambda x: as_float(x) * (math.pi / 180)),
    "sin(number)": ("The sine of an angle in radians.", lambda x: as_float(x).sin()),
    "cos(number)": ("The cosine of an angle in radians.", lambda x: as_float(x).cos()),
    "tan(number)": ("The tangent of an angle in radians.", lambda x: as_float(x).tan()),
    "asin(number)": ("The arc sine; NULL outside -1 to 1.", lambda x: where(_sine_range(x), as_float(x).asin())),
    "acos(number)": ("The arc cosine; NULL outside -1 to 1.", lambda x: where(_sine_range(x), as_float(x).acos())),
    "atan(number)": ("The arc tangent.", lambda x: as_float(x).atan()),
    "atan2(number, number2)": ("The angle of a point (y, x).", lambda y, x: as_float(y).atan2(as_float(x))),
    "sigmoid(number)": ("1 / (1 + exp(-number)).", _sigmoid),
    "clip(number, number2, number3)": ("At least the second and at most the third number.", _clip),
    "is_even(number)": ("Whether a whole number is even.", lambda x: x % 2 == 0),
    "is_odd(number)": ("Whether a whole number is odd.", lambda x: x % 2 != 0),
    "to_percent(number)": ("Times 100.", lambda x: as_float(x) * 100),
    "min_of(number, number2…)": ("The smallest; NULLs are left out.", ibis.least),
    "max_of(number, number2…)": ("The largest; NULLs are left out.", ibis.greatest),
}
