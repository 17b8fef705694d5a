"""Arithmetic that no engine stops at, and that gives the same on all of them."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

LARGEST = 9.2e18  # fits into an int64
LARGEST_SQUARED = 1e150  # its square is a float64


def integer(number: int) -> ir.IntegerValue:
    """A constant that is an int64 on every engine; DuckDB takes a bare ``1`` for an int32, which overflows."""
    return ibis.literal(number).cast("int64")


def decimal(number: float) -> ir.FloatingValue:
    """A constant that is a float64 on every engine; DuckDB takes a bare ``0.1`` for a decimal, which overflows."""
    return ibis.literal(repr(number)).cast("float64")


def as_float(x: ir.NumericValue) -> ir.FloatingValue:
    """A float64; whole numbers would be divided and raised differently."""
    return x.cast("float64")


def where(is_defined: ir.BooleanValue, value: ir.Value) -> ir.Value:
    """The value where it is defined, else NULL; engines do not compute the other rows."""
    return ibis.ifelse(is_defined, value, ibis.null(value.type()))


def finite(x: ir.FloatingValue) -> ir.FloatingValue:
    """NULL instead of infinity and not-a-number."""
    return ibis.ifelse(x.isnan() | x.isinf(), ibis.null("float64"), x)


def measurable(column: ir.NumericColumn) -> ir.FloatingColumn:
    """A column as decimal numbers without infinite ones, and those whose square is: no figure could be made of them."""
    return where(as_float(column).abs() < LARGEST_SQUARED, as_float(column)) if is_float(column) else as_float(column)


def divide(x: ir.NumericValue, y: ir.NumericValue) -> ir.FloatingValue:
    """NULL where the divisor is 0."""
    return as_float(x) / as_float(y).nullif(0.0)


def divide_whole(x: ir.NumericValue, y: ir.NumericValue) -> ir.NumericValue:
    """The quotient without its fraction, towards zero; NULL where the divisor is 0."""
    return truncate(divide(x, y)) if is_float(x, y) else (x - remainder(x, y)) // y.nullif(0)


def remainder(x: ir.NumericValue, y: ir.NumericValue) -> ir.NumericValue:
    """With the sign of the dividend; NULL where the divisor is 0."""
    return as_float(x) % as_float(y).nullif(0.0) if is_float(x, y) else x % y.nullif(0)


def power(x: ir.NumericValue, y: ir.NumericValue) -> ir.FloatingValue:
    """NULL where it is not defined or not finite."""
    return finite(as_float(x) ** as_float(y))


def truncate(x: ir.NumericValue) -> ir.IntegerValue:
    """Without the fraction; NULL beyond the whole numbers."""
    return rounded(x, lambda number: ibis.ifelse(number < 0, number.ceil(), number.floor()))


def is_float(*values: ir.Value) -> bool:
    """Whether one of them is a decimal number."""
    return any(value.type().is_floating() for value in values)


def rounded(x: ir.NumericValue, how: Callable[[ir.NumericValue], ir.IntegerValue]) -> ir.IntegerValue:
    """A whole number; NULL beyond the whole numbers, where engines stop."""
    return where(x.abs() < LARGEST, how(x)) if is_float(x) else x


def logarithm(x: ir.NumericValue, base: ir.NumericValue | None = None) -> ir.FloatingValue:
    """The natural one, or to a base; NULL where it is not defined."""
    if base is None:
        return where(x > 0, as_float(x).ln())
    return where((x > 0) & (base > 0) & (base != 1), as_float(x).ln() / as_float(base).ln())
