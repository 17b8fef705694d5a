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
    earlier : ndarray of shape (2, n_windows, n_series, horizon)
        The ends of the best method's intervals from earlier windows; NaN where there is none.
    places : ndarray of shape (n_windows, n_series, horizon)
        Where on the clock.
    summary
        The figures of each method, the best first.
    level
        The share of true values that should lie within an interval.
    """

    methods: Sequence[str]
    best: int
    truth: Any
    said: Any
    earlier: Any
    places: Any
    panel: Panel
    summary: Sequence[dict[str, Any]]
    level: float


def backtest_plots(told: Told) -> dict[str, Plot]:
    """The plots of a back-test, by name."""
    plots = {"error_by_horizon": _by_horizon(told), "methods": _methods(told), "forecasts": _forecasts(told)}
    return plots | _earlier(told)


def _earlier(told: Told) -> dict[str, Plot]:
    """Intervals from earlier windows, and how many true values they held; nothing where the windows are too few."""
    import numpy as np

    low, high = told.earlier
    there = np.isfinite(low)
    if not there.any():
        return {}
    held, best = (low <= told.truth) & (told.truth <= high), named(told.methods[told.best])
    share, count = float(held[there].mean()), int(there.sum())
    read = (
        f"Made of how far {best} was off in the windows before, they should hold {percent(told.level)} of the values "
        f"that came, and held {percent(share)} of {count:,}."
    )
    if share < told.level - 2 * (told.level * (1 - told.level) / count) ** 0.5:
        read += " That is fewer than chance explains: the errors are growing, or the windows are too few."
    windows = [window for window in range(len(told.truth)) if there[window].any()]
    plots = {"earlier_intervals": _beside(told, "Intervals from earlier windows", read, told.earlier, windows)}
    steps = np.arange(1, told.truth.shape[-1] + 1)
    if len(steps) > 1:
        counted = np.maximum(there.sum(axis=(0, 1)), 1)
        by_step = np.where(there.any(axis=(0, 1)), (held & there).sum(axis=(0, 1)) / counted, np.nan)
        own = ((told.said[1, told.best] <= told.truth) & (told.truth <= told.said[2, told.best])).mean(axis=(0, 1))
        drawn = [
            line("from earlier windows", steps, by_step),
            line("of the method itself", steps, own, style="other"),
            line("asked for", steps, np.full(len(steps), told.level), style="dotted"),
        ]
        about = f"At which steps ahead the intervals of {best} hold {percent(told.level)} of the values that came."
        plots["earlier_coverage"] = lines("Held by horizon", about, drawn, across="steps ahead", up="share held")
    return plots


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
         "–" if row["earlier_coverage"] is None else percent(row["earlier_coverage"]),
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
    columns = (
        "method",
        "mean absolute error",
        "rmse",
        "mase",
        "within its interval",
        "within that from earlier windows",
        "beats naive",
    )
    return listing("Methods", read, columns, rows)


def _forecasts(told: Told) -> Plot:
    """The best method's forecasts with its own intervals."""
    windows, of = len(told.truth), ""
    if len(told.panel.series) > 1:
        of = f" of {told.panel.series[0].name}: the first of {len(told.panel.series):,} series"
    read = f"What {named(told.methods[told.best])} said with its intervals, beside what came{of}."
    return _beside(told, "Forecasts", read, told.said[1:, told.best], range(windows))


def _beside(told: Told, title: str, read: str, ends: Any, windows: Sequence[int]) -> Plot:
    """The best method's forecasts of the first series, each from nothing but the values before it, beside what came.

    Parameters
    ----------
    ends : ndarray of shape (2, n_windows, n_series, horizon)
    windows
        Of these the last few are drawn.
    """
    series, horizon = told.panel.series[0], told.truth.shape[-1]
    shown = windows[-MOST_SHOWN:]
    last = min(len(series), max(SHORTEST, min(LONGEST, 3 * horizon * len(shown))))
    start, best = len(series) - last, named(told.methods[told.best])
    drawn = [line("what came", _texts(told.panel.times(series.places(start, last))), series.values[start:])]
    for window in shown:
        mean, (low, high) = told.said[0, told.best, window, 0], (end[window, 0] for end in ends)
        at = _texts(told.panel.times(told.places[window, 0]))
        drawn.append({**line(best, at, mean, style="dotted", low=low, high=high), "legend": window == shown[0]})
    return lines(title, read, drawn, across="time", up="value")


def named(method: str) -> str:
    """A method in a sentence.

    >>> named("naive_seasonal")
    'naive seasonal'
    """
    return method.replace("_", " ")


def _texts(times: Any) -> list[str]:
    return [str(time) for time in times.to_pylist()]
