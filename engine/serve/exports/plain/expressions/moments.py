"""Dates and times."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.serve.exports.plain import functions as f
from engine.serve.exports.plain.columns import Column
from engine.serve.exports.plain.expressions.translation import DAY, NotPlain, Translation


def day_of_week(t: Translation, v: Any) -> Column:
    # 1970-01-01 was a Thursday; Monday is 0.
    return f.remainder(f.shifted(f.in_units(t.column(v.arg), "D"), 3.0), 7.0)


def month(t: Translation, v: Any) -> Column:
    return f.shifted(f.remainder(f.in_units(t.column(v.arg), "M"), 12.0), 1.0)


def quarter(t: Translation, v: Any) -> Column:
    months = f.remainder(f.in_units(t.column(v.arg), "M"), 12.0)
    return f.shifted(f.applied("floor", np.floor, f.shared(months, 3.0)), 1.0)


def day_in(unit: str) -> Callable[[Translation, Any], Column]:
    def day(t: Translation, v: Any) -> Column:
        time = t.column(v.arg)
        return f.shifted(f.subtracted(f.in_units(time, "D"), f.first_day(time, unit)), 1.0)

    return day


def clock(length: float, of: float) -> Callable[[Translation, Any], Column]:
    """Whole lengths within the one above."""
    return lambda t, v: f.applied("floor", np.floor, f.shared(f.remainder(t.column(v.arg), of), length))


def epoch(t: Translation, v: Any) -> Column:
    return f.applied("floor", np.floor, f.shared(t.column(v.arg), 1e6))


def delta(t: Translation, v: Any) -> Column:
    """Time between two moments, in whole units."""
    unit = getattr(v.part, "value", None)
    name = str(unit).lower().rstrip("s")
    lengths = {"microsecond": 1.0, "millisecond": 1e3, "second": 1e6, "minute": 6e7, "hour": 3.6e9, "day": DAY}
    short = {"us": "microsecond", "ms": "millisecond", "": "second", "m": "minute", "h": "hour", "d": "day"}
    length = lengths.get(short.get(name, name))
    if length is None:
        raise NotPlain(f"a difference in units of {unit}")
    # SQL counts the boundaries that lie between, which is the difference of the whole units.
    left, right = (f.applied("floor", np.floor, f.shared(t.column(side), length)) for side in (v.left, v.right))
    return f.subtracted(left, right)


def truncate(t: Translation, v: Any) -> Column:
    unit = str(getattr(v.unit, "value", v.unit))
    x = t.column(v.arg)
    lengths = {"s": 1e6, "m": 6e7, "h": 3.6e9, "D": DAY}
    if unit in lengths:
        return f.scaled(f.applied("floor", np.floor, f.shared(x, lengths[unit])), lengths[unit])
    if unit in ("Y", "M"):
        return f.scaled(f.first_day(x, unit), DAY)
    raise NotPlain(f"a time cut to {unit}")
