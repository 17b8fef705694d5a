"""Small charts as SVG: lying bars, and a line over time."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from engine.work.page.elements import Element, element
from engine.work.page.values import number

WIDTH, NAMES, FIGURES = 640, 190, 76
"""Of a drawing, of the names of bars and of the figures beside them, in units that the page scales."""
BAR, STEP = 16, 24
HEIGHT, LEFT, BOTTOM, TOP = 220, 64, 26, 12
LONGEST_NAME = 26
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Bar(NamedTuple):
    """One bar."""

    name: str
    value: float


def bars(drawn: Sequence[Bar], told: str) -> Element:
    """Lying bars from zero, the first on top.

    Parameters
    ----------
    told
        What the picture says, for those who do not see it.
    """
    low, high = min(0.0, *(bar.value for bar in drawn)), max(0.0, *(bar.value for bar in drawn))
    room = WIDTH - NAMES - FIGURES * (2 if low < 0 else 1)
    start = NAMES + (FIGURES if low < 0 else 0)
    scale = room / ((high - low) or 1.0)
    zero = start - low * scale
    bottom = STEP * len(drawn) + 4
    lying = [_bar(bar, STEP * place + 4, zero, scale) for place, bar in enumerate(drawn)]
    axis = element("line", class_="axis", x1=_n(zero), x2=_n(zero), y1=0, y2=bottom)
    return _canvas(bottom, told, *lying, axis)


def line(points: Sequence[tuple[float, float]], told: str) -> Element:
    """A line over time.

    Parameters
    ----------
    points
        Seconds since 1970 and values, by time; two at least.
    """
    (first, last), ticks = (points[0][0], points[-1][0]), _ticks([value for _, value in points])
    right, bottom = WIDTH - 16, HEIGHT - BOTTOM

    def across(seconds: float) -> float:
        return LEFT + (right - LEFT) * (seconds - first) / ((last - first) or 1.0)

    def up(value: float) -> float:
        return bottom - (bottom - TOP) * (value - ticks[0]) / ((ticks[-1] - ticks[0]) or 1.0)

    levels = [
        element("g", element("line", class_="grid", x1=LEFT, x2=right, y1=_n(up(tick)), y2=_n(up(tick))), figure)
        for tick in ticks
        for figure in [_text(number(tick), LEFT - 8, up(tick) + 4, "end", "figure")]
    ]
    moments = [
        _text(_moment(seconds, last - first), across(seconds), HEIGHT - 6, anchor, "figure")
        for anchor, seconds in (("start", first), ("middle", (first + last) / 2), ("end", last))
    ]
    path = " ".join(f"{_n(across(seconds))},{_n(up(value))}" for seconds, value in points)
    return _canvas(HEIGHT, told, *levels, *moments, element("polyline", class_="line", points=path))


def _bar(bar: Bar, top: float, zero: float, scale: float) -> Element:
    length, figure = abs(bar.value) * scale, number(bar.value)
    left = zero - length if bar.value < 0 else zero
    beside = (left - 6, "end") if bar.value < 0 else (left + length + 6, "start")
    return element(
        "g",
        element("title", f"{bar.name}: {figure}"),
        _text(_shortened(bar.name), NAMES - 10, top + 12, "end"),
        element("rect", class_="bar", x=_n(left), y=_n(top), width=_n(max(length, 1)), height=BAR, rx=2),
        _text(figure, beside[0], top + 12, beside[1], "figure"),
    )


def _canvas(height: float, told: str, *drawn: Element) -> Element:
    return element("svg", *drawn, viewBox=f"0 0 {WIDTH} {_n(height)}", role="img", aria_label=told)


def _text(text: str, x: float, y: float, anchor: str, kind: str = "name") -> Element:
    return element("text", text, x=_n(x), y=_n(y), text_anchor=anchor, class_=kind)


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _ticks(values: Sequence[float]) -> list[float]:
    """Three to six round numbers around all values."""
    low, high = min(values), max(values)
    spread = (high - low) or abs(high) or 1.0
    unit = 10.0 ** math.floor(math.log10(spread / 3))
    step = next(unit * factor for factor in (1, 2, 5, 10) if spread / (unit * factor) <= 4)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [place * step for place in range(first, max(last, first + 1) + 1)]


def _moment(seconds: float, spread: float) -> str:
    moment = EPOCH + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%d" if spread >= 3 * 86_400 else "%m-%d %H:%M")
