"""Conditions as SQL: column names are quoted, values are bound, nothing that was typed becomes a part of the query."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.charting.columns import Column, Kind
from engine.charting.spec import Condition, Operator
from engine.errors import DataError
from engine.profile.source import identifier

OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    "text": ("is", "is_not", "any_of", "contains", "excludes", "begins", "missing", "present"),
    "numeric": ("is", "is_not", "any_of", "above", "at_least", "below", "at_most", "between", "missing", "present"),
    "datetime": ("is", "above", "at_least", "below", "at_most", "between", "missing", "present"),
    "boolean": ("is", "missing", "present"),
    "other": ("missing", "present"),
}
"""What can be asked of a column."""

OPERATOR_WORDS: Mapping[Operator, str] = {
    "is": "is", "is_not": "is not", "any_of": "is one of", "contains": "contains", "excludes": "does not contain",
    "begins": "begins with", "above": "is above", "at_least": "is at least", "below": "is below",
    "at_most": "is at most", "between": "is between", "missing": "is missing", "present": "is not missing",
}  # fmt: skip

_ASKED: Mapping[Operator, str] = {
    "is": "{} = ?",
    "is_not": "{} IS DISTINCT FROM ?",
    "contains": "contains(lower({}), lower(?))",
    "excludes": "NOT coalesce(contains(lower({}), lower(?)), false)",
    "begins": "starts_with(lower({}), lower(?))",
    "above": "{} > ?",
    "at_least": "{} >= ?",
    "below": "{} < ?",
    "at_most": "{} <= ?",
    "between": "{0} >= ? AND {0} <= ?",
}
_VALUES: Mapping[Operator, tuple[int, int]] = {
    "missing": (0, 0),
    "present": (0, 0),
    "between": (2, 2),
    "any_of": (1, 200),
}
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


def where(conditions: Sequence[Condition], columns: Mapping[str, Column]) -> tuple[str, list[Any]]:
    """The clause that keeps the rows for which all conditions hold, and the values it is bound to.

    Raises
    ------
    DataError
        Where a value is not what the column holds.
    """
    parts: list[str] = []
    values: list[Any] = []
    for condition in conditions:
        part, bound = _one(condition, columns[condition.column])
        parts.append(part)
        values += bound
    return (" WHERE " + " AND ".join(f"({part})" for part in parts) if parts else ""), values


def _one(condition: Condition, column: Column) -> tuple[str, list[Any]]:
    name, operator = identifier(column.name), condition.operator
    if operator not in OPERATORS[column.kind]:
        raise DataError(
            f"{column.name} cannot be asked whether it “{OPERATOR_WORDS[operator]}” something.",
            hint="Choose another condition.",
            field="conditions",
        )
    least, most = _VALUES.get(operator, (1, 1))
    if not least <= len(condition.values) <= most:
        raise DataError(
            f"The condition “{column.name} {OPERATOR_WORDS[operator]} …” needs {least or 'no'} value"
            f"{'' if least == 1 else 's'}.",
            hint="Type it, or remove the condition.",
            field="conditions",
        )
    if operator in ("missing", "present"):
        return _there(column, operator), []
    given = [_typed(value, column) for value in condition.values]
    if column.kind == "datetime" and operator in ("is", "above", "at_most", "between"):
        return _of_days(name, operator, given, condition.values)
    if operator == "any_of":
        return f"{name} IN ({', '.join('?' * len(given))})", given
    return _ASKED[operator].format(name), given


def _there(column: Column, operator: Operator) -> str:
    shown = {"numeric": column.number, "datetime": column.moment}.get(column.kind, identifier(column.name))
    return f"({shown}) IS {'NOT ' if operator == 'present' else ''}NULL"


def _of_days(name: str, operator: Operator, given: list[Any], typed: Sequence[str]) -> tuple[str, list[Any]]:
    """A day that is named without a time means all of it."""
    ends = [moment + _length(text) for moment, text in zip(given, typed, strict=True)]
    match operator:
        case "is":
            return f"{name} >= ? AND {name} <= ?", [given[0], ends[0]]
        case "above":
            return f"{name} > ?", [ends[0]]
        case "at_most":
            return f"{name} <= ?", [ends[0]]
        case _:
            return f"{name} >= ? AND {name} <= ?", [given[0], ends[1]]


def _length(text: str) -> timedelta:
    has_time = any(sign in text.strip() for sign in ":T")
    return timedelta(0) if has_time else timedelta(days=1) - timedelta(microseconds=1)


def _typed(value: str, column: Column) -> Any:
    try:
        match column.kind:
            case "numeric":
                return _number(value)
            case "datetime":
                return _moment(value)
            case "boolean":
                return _flag(value)
            case _:
                return value
    except (ValueError, InvalidOperation, OverflowError) as error:
        wanted = {"numeric": "a number such as 12.5", "datetime": "a date such as 2026-01-31"}
        raise DataError(
            f"“{value[:60]}” cannot be compared with {column.name}.",
            hint=f"Type {wanted.get(column.kind, 'yes or no')}.",
            field="conditions",
        ) from error


def _number(text: str) -> int | float | Decimal:
    number = Decimal(text.strip().replace("_", ""))
    if not number.is_finite():
        raise ValueError(text)
    return int(number) if number == number.to_integral_value() and abs(number) < 2**63 else float(number)


def _moment(text: str) -> datetime:
    text = text.strip()
    moment = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(date.fromisoformat(text), time())
    return moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta(0))


def _flag(text: str) -> bool:
    word = text.strip().lower()
    if word not in (*_TRUE, *_FALSE):
        raise ValueError(text)
    return word in _TRUE
