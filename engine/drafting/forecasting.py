"""Forecast a number: each step of time once, a test on the past, and what comes next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from components.forecast.forecast_backtest import KINDS
from engine.drafting.answers import chosen
from engine.drafting.beginning import begin, told
from engine.drafting.drawn import Draft
from engine.drafting.goal import Goal
from engine.drafting.known import Known
from engine.drafting.left_out import LeftOut
from engine.drafting.reading import Read
from engine.drafting.sketch import Sketch
from engine.drafting.times import times
from engine.errors import UnfitForTraining

LEAST_MOMENTS, LEAST_FOR_WINDOWS = 60, 120
WINDOWS = 3
PART = 8
"""No more than this part of the past is forecast."""
HORIZONS: tuple[tuple[float, int, int], ...] = (
    *((0.1, 48, 24), (1.5, 28, 7), (8.0, 12, 52), (32.0, 6, 12), (100.0, 4, 4)),
    (float("inf"), 3, 1),
)
"""Up to which step, in days: how many steps to forecast, and after how many a pattern comes again."""
METHODS: tuple[Literal["exponential_smoothing", "theta", "lag_regression"], ...] = (
    "exponential_smoothing",
    "theta",
    "lag_regression",
)
_AVERAGED = re.compile(
    r"price|rate|share|temperature|temp|ratio|percent|score|rating|mean|average|level|speed|pressure"
)


@dataclass(frozen=True)
class _Series:
    """How the table becomes series.

    Parameters
    ----------
    days
        Whether moments are taken by the day.
    figure
        What the rows of one moment become; empty where there is one row.
    step
        From one moment to the next, in days.
    """

    time: Read
    group: tuple[str, ...]
    days: bool
    figure: Literal["sum", "mean", ""]
    moments: int
    step: float


def draft_forecast(known: Known, goal: Goal, name: str) -> Draft:
    """Draw how a number goes on.

    Raises
    ------
    UnknownColumn, UnfitForTraining
        Where there is no time, no number, or too little of the past.
    """
    answer = chosen(known, goal.target, "regression")
    series = _series(known, _time(known, goal.time, answer.name), answer.name)
    if series.moments < LEAST_MOMENTS:
        raise UnfitForTraining(
            f"{series.time.name} has only {series.moments:,} moments, and a forecast needs {LEAST_MOMENTS}.",
            hint="Choose another column of times, or bring more of the past.",
            field="time",
        )
    gone = _gone(known, series, answer.name)
    sketch = Sketch()
    last = _rows(sketch, known, series, answer.read, gone)
    sketch.stage("What comes next, and how far it can be trusted", "orange")
    params = _params(series, answer.read)
    _steps(sketch, params, series, last)
    each = f" for each {series.group[0]}" if series.group else ""
    summary = f"Forecasts {answer.name}{each}, {params['horizon']} steps of {series.time.name} ahead."
    return Draft(sketch.pipeline(name, told(summary, gone)), summary, gone)


def _time(known: Known, asked: str | None, target: str) -> Read:
    able = times(known)
    found = next((one for one in able if asked in (None, one.name)), None)
    if found is None:
        about = f"{asked} does not say when each row was." if asked else "There is no column of dates or times."
        raise UnfitForTraining(about, hint="A forecast needs a column of dates without gaps.", field="time")
    return found


def _series(known: Known, time: Read, target: str) -> _Series:
    has_time = time.column.type.startswith("timestamp") or any(
        "%H" in str(one.detail.get("params", {}).get("format", "")) for one in time.mends
    )
    span, step = _span(time), time.column.freshness.step_days if time.column.freshness else None
    is_regular = bool(span and step) and abs(span / (time.column.distinct - 1) - step) <= 0.05 * step  # type: ignore[operator]
    days = has_time and not is_regular
    keys = [set(key.columns) for key in known.profile.keys]
    group = next((_other(key, time.name) for key in keys if time.name in key and len(key) == 2), "")
    is_one = {time.name} in keys and not days
    if is_one or (group and not days and _can_group(known, group, target)):
        return _Series(time, (group,) if group and not is_one else (), days, "", time.column.distinct, step or 1.0)
    figure: Literal["sum", "mean"] = "mean" if _AVERAGED.search(target.lower()) else "sum"
    moments = int(span or 0) + 1 if days else time.column.distinct
    return _Series(time, (), days, figure, moments, 1.0 if days else step or 1.0)


def _can_group(known: Known, group: str, target: str) -> bool:
    one = known.columns[group]
    return group != target and one.kind in ("text", "numeric") and one.column.distinct <= known.profile.rows / 30


def _other(key: set[str], name: str) -> str:
    return next(one for one in key if one != name)


def _span(time: Read) -> float | None:
    try:
        first, last = (date.fromisoformat(str(value)[:10]) for value in (time.column.min, time.column.max))
    except ValueError:
        return None
    return float((last - first).days)


def _gone(known: Known, series: _Series, target: str) -> tuple[LeftOut, ...]:
    used = {series.time.name, target, *series.group}
    why = "is not known for the time to come"
    return tuple(LeftOut(name, why) for name in known.columns if name not in used)


def _rows(sketch: Sketch, known: Known, series: _Series, target: Read, gone: Sequence[LeftOut]) -> str:
    sketch.stage("Each moment once", "blue")
    last = begin(sketch, known, [series.time, target, *(known.columns[name] for name in series.group)], gone)
    time = series.time.name
    if series.time.has_gaps:
        why = f"A row without {time} has no place in the past."
        last = sketch.step("drop_missing", {"columns": [time]}, f"With {time[:60]}", why, last)
    if series.days:
        why = f"{time} has times at no regular step: they are taken by the day."
        last = sketch.step("cast", {"columns": [time], "to": "date"}, "By the day", why, last)
    if series.figure:
        words = {"sum": "added up", "mean": "averaged"}[series.figure]
        why = f"Several rows may share one {time}: their {target.name} is {words}. Change it if that is not meant."
        figure = {"column": target.name, "function": series.figure, "name": target.name}
        last = sketch.step(
            "group_by", {"by": [time], "aggregations": [figure]}, f"One row for each {time[:50]}", why, last
        )
    return last


def _params(series: _Series, target: Read) -> dict[str, Any]:
    horizon, season = next((ahead, season) for most, ahead, season in HORIZONS if series.step <= most)
    params: dict[str, Any] = {
        "time": series.time.name,
        "target": target.name,
        "horizon": max(1, min(horizon, series.moments // PART)),
        "gaps": "zero" if series.figure == "sum" else "interpolate",
    }
    if series.group:
        params |= {"group": list(series.group), "short": "leave_out"}
    if 3 * season > series.moments:
        params["season_length"] = 1
    if isinstance(target.column.min, int | float) and target.column.min >= 0:
        params["at_least"] = 0
    return params


def _steps(sketch: Sketch, params: dict[str, Any], series: _Series, last: str) -> None:
    methods = [method for method in METHODS if all(library.is_there for library in KINDS[method].spec.requires)]
    windows = WINDOWS if series.moments >= LEAST_FOR_WINDOWS else 1
    ahead = params["horizon"]
    why = f"Forecasts the last {ahead} steps from those before, {windows} times: is any method better than a repeat?"
    tested = sketch.step(
        "forecast_backtest", {**params, "methods": methods, "windows": windows}, "Test on the past", why, last
    )
    why = "The smaller the better; below 1 is better than to repeat what was a season ago."
    bars = {"kind": "bar", "x": "method", "y": "mase", "aggregate": "mean"}
    sketch.step("chart", bars, "Which method is best", why, f"{tested}.summary")
    sketch.line()
    why = f"Learns from earlier values and the calendar how it goes on, {ahead} steps ahead."
    said = sketch.step("lag_regression", params, "What comes next", why, last)
    why = f"The forecast over time{f', a line for each {series.group[0]}' if series.group else ''}."
    lines = {"kind": "line", "x": params["time"], "y": "forecast", "aggregate": "sum"}
    lines |= {"color": series.group[0]} if series.group else {}
    sketch.step("chart", lines, "The forecast", why, f"{said}.table")
