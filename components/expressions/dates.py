"""Functions of dates and times."""

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from components.errors import RefusedExpression
from components.portable.casts import read_as
from components.portable.numbers import where

MOST_DAYS = 1_000_000
"""How far a date can be moved; beyond, engines stop."""

PARTS: Mapping[str, Callable[[ir.Value], ir.IntegerValue]] = {
    "year": lambda d: d.year(),
    "quarter": lambda d: d.quarter(),
    "month": lambda d: d.month(),
    "week": lambda d: d.week_of_year(),
    "day": lambda d: d.day(),
    "dayofweek": lambda d: (d.day_of_week.index() + 1) % 7,
    "isodow": lambda d: d.day_of_week.index() + 1,
    "dayofyear": lambda d: d.day_of_year(),
    "hour": lambda d: _timestamp(d).hour(),
    "minute": lambda d: _timestamp(d).minute(),
    "second": lambda d: _timestamp(d).second(),
    "epoch": lambda d: _timestamp(d).epoch_seconds(),
}

UNITS: Mapping[str, str] = {
    "year": "Y",
    "quarter": "Q",
    "month": "M",
    "week": "W",
    "day": "D",
    "hour": "h",
    "minute": "m",
    "second": "s",
}

ALIASES: Mapping[str, str] = {"dow": "dayofweek", "weekday": "dayofweek", "doy": "dayofyear", "weekofyear": "week"}


def part(unit: str, date: ir.Value) -> ir.IntegerValue:
    """One part of a date, by DuckDB's name for it."""
    name = _singular(unit)
    if name not in PARTS:
        raise RefusedExpression(f"The unit {unit[:40]!r} is not known.", hint=f"Use one of {', '.join(PARTS)}.")
    return PARTS[name](date)


def unit_code(unit: str) -> str:
    """Ibis's letter for a unit of time."""
    name = _singular(unit)
    if name not in UNITS:
        raise RefusedExpression(f"The unit {unit[:40]!r} is not known.", hint=f"Use one of {', '.join(UNITS)}.")
    return UNITS[name]


def shifted(date: ir.Value, amount: int, unit: str) -> ir.TimestampValue:
    """A date or time later (or earlier) by so many units, as DuckDB does: always a timestamp."""
    code = unit_code(unit)
    # Spark knows no quarters.
    amount, code = (amount * 3, "M") if code == "Q" else (amount, code)
    return _timestamp(date) + ibis.interval(amount, unit=code)


def _singular(unit: str) -> str:
    name = unit.strip().lower()
    name = name[:-1] if name.endswith("s") else name
    return ALIASES.get(name, name)


def _timestamp(date: ir.Value) -> ir.TimestampValue:
    return date if date.type().is_timestamp() else date.cast("timestamp")


def _difference(unit: str, start: ir.Value, end: ir.Value) -> ir.IntegerValue:
    return _timestamp(end).delta(_timestamp(start), unit=_full_name(unit))


def _full_name(unit: str) -> str:
    unit_code(unit)
    return _singular(unit)


def _truncated(unit: str, date: ir.Value) -> ir.Value:
    return _timestamp(date).truncate(unit_code(unit))


def _days_later(date: ir.Value, days: ir.NumericValue) -> ir.DateValue:
    whole = read_as(days, "int64")
    whole = where(whole.abs() <= MOST_DAYS, whole)
    return (_timestamp(date) + whole.as_interval("D")).cast("date")


def _made(year: ir.Value, month: ir.Value, day: ir.Value) -> ir.DateValue:
    numbers = [read_as(part, "int64").cast("string") for part in (year, month, day)]
    padded = [numbers[0].lpad(4, "0"), numbers[1].lpad(2, "0"), numbers[2].lpad(2, "0")]
    return read_as(padded[0] + "-" + padded[1] + "-" + padded[2], "date")


def _name_of_day(date: ir.Value) -> ir.StringValue:
    return date.day_of_week.full_name()


def _name_of_month(date: ir.Value) -> ir.StringValue:
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return ibis.cases(*((date.month() == number, name) for number, name in enumerate(months, start=1)))


def _last_day(date: ir.Value) -> ir.DateValue:
    start = _timestamp(date).truncate("M")
    return (start + ibis.interval(1, unit="M") - ibis.interval(1, unit="D")).cast("date")


FUNCTIONS: Mapping[str, tuple[str, Callable[..., ir.Value]]] = {
    "year(date)": ("The year.", PARTS["year"]),
    "quarter(date)": ("The quarter, 1 to 4.", PARTS["quarter"]),
    "month(date)": ("The month, 1 to 12.", PARTS["month"]),
    "week(date)": ("The ISO week of the year.", PARTS["week"]),
    "weekofyear(date)": ("The ISO week of the year.", PARTS["week"]),
    "day(date)": ("The day of the month.", PARTS["day"]),
    "dayofmonth(date)": ("The day of the month.", PARTS["day"]),
    "dayofweek(date)": ("The day of the week, Sunday = 0.", PARTS["dayofweek"]),
    "isodow(date)": ("The day of the week, Monday = 1.", PARTS["isodow"]),
    "dayofyear(date)": ("The day of the year.", PARTS["dayofyear"]),
    "hour(date)": ("The hour, 0 to 23.", PARTS["hour"]),
    "minute(date)": ("The minute.", PARTS["minute"]),
    "second(date)": ("The second.", PARTS["second"]),
    "epoch(date)": ("Seconds since 1970.", PARTS["epoch"]),
    "is_weekend(date)": ("Whether it is a Saturday or Sunday.", lambda d: d.day_of_week.index() >= 5),
    "dayname(date)": ("The name of the day.", _name_of_day),
    "monthname(date)": ("The name of the month.", _name_of_month),
    "last_day(date)": ("The last day of the month.", _last_day),
    "date_part(unit, date)": ("One part: 'year', 'month', 'dayofweek', 'hour', …", part),
    "date_trunc(unit, date)": ("The start of the 'year', 'month', 'week', 'hour', …", _truncated),
    "date_diff(unit, date, date2)": ("How many borders of a unit lie between two dates.", _difference),
    "datediff(unit, date, date2)": ("How many borders of a unit lie between two dates.", _difference),
    "date_add_days(date, number)": (
        "So many days later.",
        _days_later,
    ),
    "make_date(number, number2, number3)": ("From year, month and day; NULL if there is no such day.", _made),
    "strftime(date, format)": ("As text, such as '%Y-%m-%d'.", lambda d, f: _timestamp(d).strftime(f)),
    "date(value)": ("As a date; NULL if it cannot be read.", lambda v: read_as(v, "date")),
}
