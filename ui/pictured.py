"""Plots that a report tells as data: lines, bars, dots and small tables, each with the sentence that came with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import charts
from ui.words import escaped, number, short_name

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

OTHERS = ("#009E73", "#CC79A7", "#D55E00", "#999999", "#F0E442", "#E69F00")
"""Of Okabe and Ito, beside the blue of what a plot is about; dashes tell lines apart too."""
DASHES = ("dash", "dashdot", "longdash", "longdashdot", "dot", "dash")
LONGEST_NAME = 60
NEAR = 0.15
"""Marks that are less of the axis apart would be named over each other."""


def is_pictured(plot: Any) -> bool:
    """Whether a plot is told in one of the shapes that are drawn here."""
    return isinstance(plot, Mapping) and plot.get("kind") in (*_DRAW, "listing")


def show_pictured(plot: Mapping[str, Any], key: str) -> None:
    """Draw a plot and say what there is to see."""
    if plot["kind"] == "listing":
        _listing(plot, key)
        return
    figure, height = _DRAW[plot["kind"]](plot)
    figure.update_layout(title=plot["title"]).update_xaxes(automargin=True).update_yaxes(automargin=True)
    charts.show(figure, plot["read"], key, height=height)


def _sides(plot: Mapping[str, Any]) -> list[str]:
    """On which side of its line each mark is named: away from another one that is near."""
    marks = [place["x"] for place in plot["marks"]]
    if len(marks) < 2:
        return ["right"] * len(marks)
    across = [x for series in plot["series"] for x in series["x"]]
    is_crowded = max(marks) - min(marks) < NEAR * (max(across) - min(across))
    return ["left" if is_crowded and mark == min(marks) else "right" for mark in marks]


def _lines(plot: Mapping[str, Any]) -> tuple[Figure, int]:
    import plotly.graph_objects as go

    figure, others = go.Figure(), 0
    if "cloud" in plot:
        _cloud(figure, plot["cloud"])
    for series in plot["series"]:
        style = series["style"]
        if "low" in series:
            _band(figure, series)
        figure.add_scatter(
            x=series["x"], y=series["y"], name=series["name"], line=_line(style, others), marker={"size": 7},
            mode="lines+markers" if series.get("measured") else "lines",
            showlegend=_is_named(series), hoverinfo="skip" if style == "faint" else None,
        )  # fmt: skip
        others += style == "other"
    for place, side in zip(plot["marks"], _sides(plot), strict=True):
        figure.add_vline(
            x=place["x"], line={"dash": "dot", "width": 1.5, "color": charts.ink()}, annotation_text=place["name"],
            annotation_position=f"top {side}",
        )  # fmt: skip
    named = sum(map(_is_named, plot["series"]))
    figure.update_layout(showlegend=named > 1, legend={"orientation": "h", "y": -0.25})
    return _axes(figure, plot), 340


def _is_named(series: Mapping[str, Any]) -> bool:
    """Whether a line is in the legend: not the second of its kind, and none of many."""
    return series["style"] != "faint" and bool(series.get("legend", True))


def _line(style: str, others: int) -> dict[str, Any]:
    if style == "main":
        return {"color": charts.blue(), "width": 2.5}
    if style == "faint":
        return {"color": "rgba(128,128,128,0.35)", "width": 1}
    if style == "dotted":
        return {"color": charts.ORANGE, "dash": "dot", "width": 2}
    return {"color": OTHERS[others % len(OTHERS)], "dash": _dash(others), "width": 2}


def _dash(others: int) -> str:
    """Another one than the last line of the same colour has."""
    return DASHES[(others + others // len(OTHERS)) % len(DASHES)]


def _band(figure: Figure, series: Mapping[str, Any]) -> None:
    """What chance leaves open around a line."""
    there = [
        i for i, (low, high) in enumerate(zip(series["low"], series["high"], strict=True)) if None not in (low, high)
    ]
    across = [series["x"][i] for i in there]
    border = [series["high"][i] for i in there] + [series["low"][i] for i in reversed(there)]
    figure.add_scatter(
        x=across + across[::-1], y=border, fill="toself", mode="none", fillcolor="rgba(128,128,128,0.2)",
        showlegend=False, hoverinfo="skip",
    )  # fmt: skip


def _cloud(figure: Figure, dots: Mapping[str, Any]) -> None:
    """Dots behind the lines."""
    marker = {"color": "rgba(128,128,128,0.5)", "size": 4}
    figure.add_scattergl(x=dots["x"], y=dots["y"], name=dots["name"], mode="markers", marker=marker, showlegend=False)


def _bars(plot: Mapping[str, Any]) -> tuple[Figure, int]:
    import plotly.graph_objects as go

    values, names = plot["values"], _distinct(plot["names"])
    bars = go.Bar(
        x=values, y=names, orientation="h", marker_color=charts.blue(), text=[number(it) for it in values],
        insidetextfont={"color": charts.on_blue()},
    )  # fmt: skip
    if "low" in plot:
        up = [None if None in pair else pair[0] - pair[1] for pair in zip(plot["high"], values, strict=True)]
        down = [None if None in pair else pair[0] - pair[1] for pair in zip(values, plot["low"], strict=True)]
        bars.error_x = {
            "type": "data", "array": up, "arrayminus": down, "symmetric": False, "thickness": 1, "color": charts.ink(),
        }  # fmt: skip
        bars.text = None
    figure = go.Figure(bars).update_xaxes(title=plot["across"])
    figure.update_yaxes(type="category", autorange="reversed")
    return figure, max(220, 28 * len(names) + 90)


def _dots(plot: Mapping[str, Any]) -> tuple[Figure, int]:
    import plotly.graph_objects as go

    bands = list(dict.fromkeys(plot["y"])) if plot["y"] and isinstance(plot["y"][0], str) else []
    up = _spread([bands.index(name) for name in plot["y"]], plot["x"]) if bands else plot["y"]
    marker: dict[str, Any] = {"size": 5, "opacity": 0.7, "color": charts.blue()}
    if any(value is not None for value in plot.get("colour", ())):
        bar = {"title": {"text": plot["coloured"], "side": "right"}, "tickvals": [0, 1], "ticktext": ["low", "high"]}
        colours = [0.5 if value is None else value for value in plot["colour"]]
        marker |= {"color": colours, "colorscale": charts.low_to_high(), "cmin": 0, "cmax": 1, "colorbar": bar}
    figure = _axes(go.Figure(go.Scattergl(x=plot["x"], y=up, mode="markers", marker=marker)), plot)
    if bands:
        names = _distinct(bands)
        figure.update_yaxes(tickvals=list(range(len(bands))), ticktext=names, autorange="reversed", title=None)
    return figure, max(320, 30 * len(bands) + 100)


def _spread(bands: Sequence[int], across: Sequence[float]) -> list[float]:
    """Dots of a band apart from each other, so that many at one place can be seen: the same every time."""
    bins: dict[tuple[int, int], int] = {}
    low, high = min(across), max(across)
    width = (high - low) / 80 or 1.0
    spread = []
    for band, x in zip(bands, across, strict=True):
        place = (band, int((x - low) / width))
        nth = bins[place] = bins.get(place, -1) + 1
        step = ((nth + 1) // 2) * (1 if nth % 2 else -1)
        spread.append(band + max(-0.4, min(0.4, step * 0.05)))
    return spread


def _listing(plot: Mapping[str, Any], key: str) -> None:
    import pandas as pd

    st.markdown(f"**{escaped(plot['title'])}**")
    frame = pd.DataFrame(plot["rows"], columns=list(plot["columns"]))
    st.dataframe(frame, hide_index=True, key=key, alt=plot["read"])
    st.caption(escaped(plot["read"]))


def _axes(figure: Figure, plot: Mapping[str, Any]) -> Figure:
    return figure.update_xaxes(title=plot["across"]).update_yaxes(title=plot["up"])


def _distinct(names: Sequence[str]) -> list[str]:
    """Names short enough for an axis; equal ones would fall on one another."""
    cut = [short_name(name, LONGEST_NAME) for name in map(str, names)]
    return [f"{name} ({cut[:i].count(name) + 1})" if cut[:i].count(name) else name for i, name in enumerate(cut)]


_DRAW: dict[str, Callable[[Mapping[str, Any]], tuple[Figure, int]]] = {"lines": _lines, "bars": _bars, "dots": _dots}
