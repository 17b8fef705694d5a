"""What a back-test found, drawn: the error at each horizon, the methods side by side, forecasts beside what came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.evaluate.pictures import Plot, amount, line, lines, listing, percent, short
from components.forecast.panel import Panel

MOST_SHOWN, SHORTEST, LONGEST = 5, 60, 400
"""How many forecasts are drawn beside what came, and how many values of it at least and at most."""


@dataclass(frozen=True)
class Told:
    """What every method said.

    Parameters
    ----------
    methods
        The yardstick first.
    best
        Its place among them.
    truth : ndarray of shape (n_windows, n_series, horizon)
    said : ndarray of shape (3, n_methods, n_windows, n_series, horizon)
        Means, and the ends of intervals.
    places : ndarray of shape (n_windows, n_series, horizon)
        Where on the clock.
    summary
        The figures of each method, the best first.
    """

    methods: Sequence[str]
    best: int
    truth: Any
    said: Any
    places: Any
    panel: Panel
    summary: Sequence[dict[str, Any]]


def backtest_plots(told: Told) -> dict[str, Plot]:
    """The plots of a back-test, by name."""
    return {"error_by_horizon": _by_horizon(told), "methods": _methods(told), "forecasts": _forecasts(told)}


def _by_horizon(told: Told) -> Plot:
    import numpy as np

    errors = np.abs(told.said[0] - told.truth)  # (n_methods, n_windows, n_series, horizon)
    by_step, steps = errors.mean(axis=(1, 2)), np.arange(1, errors.shape[-1] + 1)
    of_windows = errors[told.best].mean(axis=1)
    best, naive = by_step[told.best], by_step[0]
    drawn = [line(named(told.methods[told.best]), steps, best, low=of_windows.min(axis=0), high=of_windows.max(axis=0))]
    drawn += [
        line(named(method), steps, by_step[place], style="other" if place else "dotted")
        for place, method in enumerate(told.methods)
        if place != told.best
    ]
    ahead = "" if len(steps) == 1 else f", {len(steps)} steps ahead by {short(float(best[-1]))}"
    read = f"One step ahead {named(told.methods[told.best])} is off by {short(float(best[0]))} on average{ahead}"
    if told.best:
        beside = short(float(naive[0])) + ("" if len(steps) == 1 else f" and {short(float(naive[-1]))}")
        read += f"; the seasonal naive forecast by {beside}"
    read += f". The band holds its {amount(errors.shape[1], 'window')}."
    return lines("Error by horizon", read, drawn, across="steps ahead", up="mean absolute error")


def _methods(told: Told) -> Plot:
    import numpy as np

    of_windows = np.abs(told.said[0] - told.truth).mean(axis=(2, 3))  # (n_methods, n_windows)
    windows = of_windows.shape[1]
    won = {method: int((of_windows[place] < of_windows[0]).sum()) for place, method in enumerate(told.methods)}
    rows = [
        (named(row["method"]), row["mae"], row["rmse"], row["mase"], percent(row["coverage"]),
         "–" if row["method"] == told.methods[0] else f"{won[row['method']]} of {windows}")
        for row in told.summary
    ]  # fmt: skip
    best = told.methods[told.best]
    read = (
        f"{named(best).capitalize()} was better than the seasonal naive forecast in {won[best]} of "
        f"{amount(windows, 'window')}; below 1, mase is better than naive forecasts of one step."
        if told.best
        else "No method was better than the seasonal naive forecast, so there is no reason to use another."
    )
    columns = ("method", "mean absolute error", "rmse", "mase", "within its interval", "beats naive")
    return listing("Methods", read, columns, rows)


def _forecasts(told: Told) -> Plot:
    """The best method's forecasts of the first series, each from nothing but the values before it."""
    series, (windows, _, horizon) = told.panel.series[0], told.truth.shape
    shown = range(max(0, windows - MOST_SHOWN), windows)
    last = min(len(series), max(SHORTEST, min(LONGEST, 3 * horizon * len(shown))))
    start, best = len(series) - last, named(told.methods[told.best])
    came = told.panel.times(series.places(start, last))
    drawn = [line("what came", _texts(came), series.values[start:])]
    for window in shown:
        mean, low, high = (part[told.best, window, 0] for part in told.said)
        at = _texts(told.panel.times(told.places[window, 0]))
        drawn.append({**line(best, at, mean, style="dotted", low=low, high=high), "legend": window == shown[0]})
    of = f"{series.name}: the first of {len(told.panel.series):,} series" if len(told.panel.series) > 1 else ""
    read = f"What {best} said with its intervals, beside what came{of}."
    return lines("Forecasts", read, drawn, across="time", up="value")


def named(method: str) -> str:
    """A method in a sentence.

    >>> named("naive_seasonal")
    'naive seasonal'
    """
    return method.replace("_", " ")


def _texts(times: Any) -> list[str]:
    return [str(time) for time in times.to_pylist()]
