"""Columns that are to stand under one another."""

from collections.abc import Mapping

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from components.errors import WrongKind
from components.params import ARTICLE
from components.ports import kind_of


def common_type(types: Mapping[str, dt.DataType], field: str | None = None) -> dt.DataType:
    """The type that holds the values of several columns.

    Parameters
    ----------
    types
        By what the columns are called in a message.

    Raises
    ------
    WrongKind
        When they are of different kinds.
    """
    (first, one), *others = [(name, dtype.copy(nullable=True)) for name, dtype in types.items()]
    for name, other in others:
        both = _both(one, other)
        if both is None:
            raise WrongKind(
                f"{first} is {ARTICLE[kind_of(one)]} ({one}), but {name} is {ARTICLE[kind_of(other)]} ({other}).",
                hint="Convert one of them with “Change type” first.",
                field=field,
            )
        one = both
    return one


def any_type(types: Mapping[str, dt.DataType]) -> dt.DataType:
    """The common type of several columns, or text where they are of different kinds."""
    try:
        return common_type(types)
    except WrongKind:
        return dt.string


def as_type(column: ir.Value, dtype: dt.DataType) -> ir.Value:
    """A column in a common type; untouched where it has that already."""
    return column if column.type() == dtype else column.cast(dtype)


def _both(one: dt.DataType, other: dt.DataType) -> dt.DataType | None:
    if one == other:
        return one
    if one.is_numeric() and other.is_numeric():
        is_whole = one.is_integer() and other.is_integer() and dt.uint64 not in (one, other)
        return dt.int64 if is_whole else dt.float64
    if not {kind_of(one), kind_of(other)} <= {"datetime"} or one.is_time() or other.is_time():
        return None
    zones = {getattr(dtype, "timezone", None) for dtype in (one, other)}
    return dt.Timestamp(timezone=zones.pop()) if len(zones) == 1 else None
