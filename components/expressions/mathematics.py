"""Functions of numbers."""

import math
from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

LARGEST = 9.2e18  # fits into an int64


def integer(number: int) -> ir.IntegerValue:
    """A constant that is an int64 on every engine; DuckDB takes a bare ``1`` for an int32, which overflows."""
    return ibis.literal(number).cast("int64")


def decimal(number: float) -> ir.FloatingValue:
    """A constant that is a float64 on every engine; DuckDB takes a bare ``0.1`` for a decimal, which overflows."""
    return ibis.literal(repr(number)).cast("float64")


def _float(x: ir.NumericValue) -> ir.FloatingValue:
    return x.cast("float64")


def where(is_defined: ir.BooleanValue, value: ir.Value) -> ir.Value:
    """The value where it is defined, else NULL; engines do not compute the other rows."""
    return ibis.ifelse(is_defined, value, ibis.null(value.type()))


def finite(x: ir.FloatingValue) -> ir.FloatingValue:
    """NULL instead of infinity and not-a-number."""
    return ibis.ifelse(x.isnan() | x.isinf(), ibis.null("float64"), x)


def divide(x: ir.NumericValue, y: ir.NumericValue) -> ir.FloatingValue:
    """NULL where the divisor is 0."""
    return _float(x) / _float(y).nullif(0.0)


def divide_whole(x: ir.NumericValue, y: ir.NumericValue) -> ir.NumericValue:
    """The quotient without its fraction, towards zero; NULL where the divisor is 0."""
    return truncate(divide(x, y)) if _is_float(x, y) else (x - remainder(x, y)) // y.nullif(0)


def remainder(x: ir.NumericValue, y: ir.NumericValue) -> ir.NumericValue:
    """With the sign of the dividend; NULL where the divisor is 0."""
    return _float(x) % _float(y).nullif(0.0) if _is_float(x, y) else x % y.nullif(0)


def power(x: ir.NumericValue, y: ir.NumericValue) -> ir.FloatingValue:
    """NULL where it is not defined or not finite."""
    return finite(_float(x) ** _float(y))


def truncate(x: ir.NumericValue) -> ir.IntegerValue:
    """Without the fraction; NULL beyond the whole numbers."""
    return rounded(x, lambda number: ibis.ifelse(number < 0, number.ceil(), number.floor()))


def _is_float(*values: ir.Value) -> bool:
    return any(value.type().is_floating() for value in values)


def rounded(x: ir.NumericValue, how: Callable[[ir.NumericValue], ir.IntegerValue]) -> ir.IntegerValue:
    """A whole number; NULL beyond the whole numbers, where engines stop."""
    return where(x.abs() < LARGEST, how(x)) if _is_float(x) else x


def _round(x: ir.NumericValue, digits: int = 0) -> ir.NumericValue:
    if digits == 0:
        return rounded(x, lambda number: number.round())
    return x if x.type().is_integer() and digits > 0 else _float(x).round(digits)


def _logarithm(x: ir.NumericValue, base: ir.NumericValue | None = None) -> ir.FloatingValue:
    if base is None:
        return where(x > 0, _float(x).log10())
    return where((x > 0) & (base > 0) & (base != 1), _float(x).ln() / _float(base).ln())


def _sigmoid(x: ir.NumericValue) -> ir.FloatingValue:
    return ibis.ifelse(x < -700, decimal(0.0), 1 / (1 + (-_float(x)).exp()))


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
    "sqrt(number)": ("The square root; NULL below 0.", lambda x: where(x >= 0, _float(x).sqrt())),
    "cbrt(number)": ("The cube root.", lambda x: _float(x).sign() * _float(x).abs() ** (1 / 3)),
    "square(number)": ("The number times itself.", lambda x: _float(x) * _float(x)),
    "exp(number)": ("e to this power.", lambda x: where(x < 709, _float(x).exp())),
    "ln(number)": ("The natural logarithm; NULL unless above 0.", lambda x: where(x > 0, _float(x).ln())),
    "log(number, base?)": ("The logarithm to base 10, or another; NULL unless above 0.", _logarithm),
    "log10(number)": ("The logarithm to base 10; NULL unless above 0.", _logarithm),
    "log2(number)": ("The logarithm to base 2; NULL unless above 0.", lambda x: where(x > 0, _float(x).log2())),
    "log1p(number)": ("ln(1 + number); NULL unless above -1.", lambda x: where(x > -1, (_float(x) + 1).ln())),
    "pow(number, number2)": ("A power; NULL where it is not defined.", power),
    "power(number, number2)": ("A power; NULL where it is not defined.", power),
    "pi()": ("3.14159…", lambda: decimal(math.pi)),
    "degrees(number)": ("Radians in degrees.", lambda x: _float(x) * (180 / math.pi)),
    "radians(number)": ("Degrees in radians.", lambda x: _float(x) * (math.pi / 180)),
    "sin(number)": ("The sine of an angle in radians.", lambda x: _float(x).sin()),
    "cos(number)": ("The cosine of an angle in radians.", lambda x: _float(x).cos()),
    "tan(number)": ("The tangent of an angle in radians.", lambda x: _float(x).tan()),
    "asin(number)": ("The arc sine; NULL outside -1 to 1.", lambda x: where(_sine_range(x), _float(x).asin())),
    "acos(number)": ("The arc cosine; NULL outside -1 to 1.", lambda x: where(_sine_range(x), _float(x).acos())),
    "atan(number)": ("The arc tangent.", lambda x: _float(x).atan()),
    "atan2(number, number2)": ("The angle of a point (y, x).", lambda y, x: _float(y).atan2(_float(x))),
    "sigmoid(number)": ("1 / (1 + exp(-number)).", _sigmoid),
    "clip(number, number2, number3)": ("At least the second and at most the third number.", _clip),
    "is_even(number)": ("Whether a whole number is even.", lambda x: x % 2 == 0),
    "is_odd(number)": ("Whether a whole number is odd.", lambda x: x % 2 != 0),
    "to_percent(number)": ("Times 100.", lambda x: _float(x) * 100),
    "min_of(number, number2…)": ("The smallest; NULLs are left out.", ibis.least),
    "max_of(number, number2…)": ("The largest; NULLs are left out.", ibis.greatest),
}
