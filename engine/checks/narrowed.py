"""What a filter leaves of a stored column, as far as its profile tells: counts that can only be lower."""

from collections.abc import Sequence
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any

from components.predicates import Constant, Predicate
from engine.profile import MOST_CHARS, ColumnProfile

_ORDERS = {"<": ("min", lt), "<=": ("min", le), ">": ("max", gt), ">=": ("max", ge)}
"""What some value must be for any to meet it: the least, or the greatest."""


def most_meeting(predicate: Predicate, column: ColumnProfile) -> int:
    """How many rows of the whole table meet a predicate at most."""
    if predicate.comparison == "missing":
        return column.missing
    if predicate.comparison == "finite":
        return column.filled + column.missing - (column.infinite or 0)
    if predicate.comparison == "given" or column.infinite or not predicate.values:
        return column.filled
    if predicate.comparison == "in":
        return _most_among(predicate.values, column)
    end, holds = _ORDERS[predicate.comparison]
    pair = _comparable(getattr(column, end), predicate.values[0])
    return column.filled if pair is None or holds(*pair) else 0


def narrowed(predicate: Predicate, column: ColumnProfile) -> ColumnProfile:
    """What is known of a column where only rows are left that meet a predicate."""
    if predicate.comparison == "missing":
        return column.model_copy(update={"filled": 0, "distinct": 0, "top": (), "semantic": "empty"})
    if predicate.comparison == "finite" and column.infinite:
        return column.model_copy(update={"filled": column.filled - column.infinite, "infinite": 0})
    if predicate.comparison == "in" and knows_all(column):
        left = tuple(one for one in column.top if one.value in predicate.values)
        filled = sum(one.count for one in left)
        return column.model_copy(update={"top": left, "distinct": len(left), "filled": filled})
    return column


def _most_among(values: Sequence[Constant], column: ColumnProfile) -> int:
    if knows_all(column) and column.kind in ("text", "boolean", "numeric"):
        return sum(one.count for one in column.top if one.value in values)
    pairs = [(_comparable(column.min, value), _comparable(column.max, value)) for value in values]
    outside = (low and high and (low[0] > low[1] or high[0] < high[1]) for low, high in pairs)
    return 0 if all(outside) else column.filled


def knows_all(column: ColumnProfile) -> bool:
    """Whether every value is listed with its count."""
    is_cut = (column.max_length or 0) >= MOST_CHARS
    is_listed = bool(column.top) and len(column.top) == column.distinct
    return is_listed and not (is_cut or column.distinct_approximate or column.infinite)


def _comparable(end: Any, value: Constant) -> tuple[Any, Any] | None:
    """One end of a column and a constant, as values that have an order; None where they have none that is sure."""
    if any(isinstance(one, bool) for one in (end, value)):
        return None
    if isinstance(end, int | float) and isinstance(value, int | float):
        return end, value
    if not (isinstance(end, str) and isinstance(value, str)):
        return None
    moments = [_moment(end), _moment(value)]
    return None if None in moments else (moments[0], moments[1])


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None else None
