"""Runs or model versions as lines over parallel axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.running.parallel import AxisView, LinesView, best_line, lines_of_runs, lines_of_versions
from engine.service.running.run_conditions import Known
from engine.service.scores import better
from ui import charts, session
from ui.running.filters import Asked
from ui.words import escaped, metric, number, short_name

LONGEST, LONGEST_VALUE = 22, 18
GAP = 0.12
"""How far below an axis lines without a value run, as a share of it."""
WIDE = 100
"""A setting that goes so many times as far is drawn in powers of ten: learning rates would lie on one spot."""
NONE = "none"


def show_lines_of_runs(home: Workspace, asked: Asked, known: Known) -> None:
    """The runs that are wanted."""
    colour, axes = session.widget_text("colour_runs"), session.widget_texts("axes_runs")
    view = lines_of_runs(home, asked.conditions, words=asked.words, colour=colour, axes=axes)
    if not view.names:
        told = "fits this choice and has a score" if asked.is_narrowed else "has a score yet"
        st.caption(f"No run {told}. Runs with a model, or with an Evaluate node, become lines.")
        return
    show_lines(view, "runs", "run")


def show_lines_of_versions(home: Workspace, model: str) -> None:
    """The versions of a model."""
    colour, axes = session.widget_text(f"colour_{model}"), session.widget_texts(f"axes_{model}")
    show_lines(lines_of_versions(home, model, colour=colour, axes=axes), model, "version")


def show_lines(view: LinesView, key: str, noun: str) -> None:
    """Lines, with a choice of axes and colour, and the same in words."""
    if len(view.names) < 2 or len(view.axes) < 2:
        st.caption(f"Lines need at least two {noun}s that differ in a setting and in a score.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        at = view.metrics.index(view.colour) if view.colour else 0
        st.selectbox("Colour", view.metrics, index=at, format_func=metric, key=f"colour_{key}", width=260)
        st.multiselect(
            "Axes", view.offered, default=[axis.name for axis in view.axes], key=f"axes_{key}",
            format_func=lambda it: metric(it) if it in view.metrics else it,
        )  # fmt: skip
    sentence = _sentence(view, noun)
    st.plotly_chart(_figure(view), config=charts.CONFIG, key=f"lines_{key}", alt=sentence)
    st.caption(escaped(sentence))
    st.caption(
        "Drag along an axis to keep only the lines that pass there; click it to let go. Drag a heading to move an axis."
    )
    if view.constant:
        same = ", ".join(f"{name} {_plain(value)}" for name, value in list(view.constant.items())[:12])
        more = len(view.constant) - 12
        st.caption(f"The same for all that are drawn: {escaped(same)}{f' and {more} more' if more > 0 else ''}.")
    with st.expander("The same as a table", icon=":material/table:"):
        table = {noun.capitalize(): view.names, **{_title(axis): axis.values for axis in view.axes}}
        st.dataframe(pd.DataFrame(table), hide_index=True, alt=f"Settings and scores of every {noun}")


def _sentence(view: LinesView, noun: str) -> str:
    drawn = f"{count(len(view.names), noun)}"
    told = f"{drawn}, an even sample of {view.total:,}" if view.sampled else drawn
    place = best_line(view)
    if place is None or view.colour is None:
        return f"{told}, a line each."
    values = {axis.name: axis.values[place] for axis in view.axes}
    known = [axis.name for axis in view.axes if not axis.is_metric and values[axis.name] is not None]
    settings = [f"{name} {_plain(values[name])}" for name in known][:4]
    score = values[view.colour]
    best = f"the best {metric(view.colour)} is {number(score if isinstance(score, float) else None)}"
    return f"{told}, a line each; {best}, of {view.names[place]}{' with ' + ', '.join(settings) if settings else ''}."


def _figure(view: LinesView) -> Any:
    import plotly.graph_objects as go

    colour = next((axis for axis in view.axes if axis.name == view.colour), None)
    line: dict[str, Any] = {"color": charts.blue()}
    if colour is not None:
        known = [value for value in colour.values if isinstance(value, float)]
        shade = {"color": [value if isinstance(value, float) else min(known) for value in colour.values]}
        line = {
            **shade, "colorscale": _shades(), "reversescale": better(colour.name) == "lower", "showscale": True,
            "cmin": min(known), "cmax": max(known), "colorbar": {"title": metric(colour.name), "thickness": 12},
        }  # fmt: skip
    ink = "#E8E2DA" if st.context.theme.type == "dark" else "#120F0C"
    lines = go.Parcoords(
        line=line, dimensions=[_dimension(axis) for axis in view.axes], labelangle=-18, labelside="top",
        labelfont={"size": 12, "color": ink}, tickfont={"size": 11, "color": ink},
        rangefont={"size": 1, "color": "rgba(0,0,0,0)"},
        unselected={"line": {"color": "rgba(128,128,128,0.15)"}},
    )  # fmt: skip
    return go.Figure(lines).update_layout(height=460, margin={"l": 120, "r": 40, "t": 90, "b": 24})


def _shades() -> list[list[Any]]:
    """From pale to strong, on light and on dark: the best lines are those that stand out."""
    pale, strong = ("#5E4A42", "#FFC9B5") if st.context.theme.type == "dark" else ("#EAC4B4", "#5B1E0D")
    return [[0, pale], [1, strong]]


def _dimension(axis: AxisView) -> dict[str, Any]:
    return _of_numbers(axis) if axis.kind == "number" else _of_texts(axis)


def _of_numbers(axis: AxisView) -> dict[str, Any]:
    known = [value for value in axis.values if isinstance(value, float)]
    is_wide = not axis.is_metric and min(known) > 0 and max(known) >= WIDE * min(known)
    places = [math.log10(it) if is_wide and isinstance(it, float) else it for it in axis.values]
    low, high = (math.log10(end) if is_wide else end for end in (min(known), max(known)))
    has_gaps = len(known) < len(axis.values)
    if not has_gaps and not is_wide:
        return {"label": _title(axis), "values": axis.values, "range": [low, high]}
    below = low - GAP * (high - low) if has_gaps else low
    ticks = [low + (high - low) * nth / 4 for nth in range(5)]
    told = [number(10**tick if is_wide else tick) for tick in ticks]
    return {
        "label": _title(axis),
        "values": [below if place is None else place for place in places],
        "range": [below, high],
        "tickvals": [*([below] if has_gaps else []), *ticks],
        "ticktext": [*([NONE] if has_gaps else []), *told],
    }


def _of_texts(axis: AxisView) -> dict[str, Any]:
    texts = [NONE if value is None else str(value) for value in axis.values]
    names = sorted(set(texts), key=lambda text: (text != NONE, text))
    places = {name: place for place, name in enumerate(names)}
    return {
        "label": _title(axis),
        "values": [places[text] for text in texts],
        "range": [-0.2, len(names) - 0.8],
        "tickvals": list(range(len(names))),
        "ticktext": _cut(names),
    }


def _cut(names: Sequence[str]) -> list[str]:
    return [short_name(name, LONGEST_VALUE) for name in names]


def _title(axis: AxisView) -> str:
    told = metric(axis.name) if axis.is_metric else axis.name
    return told if len(told) <= LONGEST else f"…{told[-LONGEST + 1 :]}"


def _plain(value: Any) -> str:
    return number(value) if isinstance(value, float) else NONE if value is None else str(value)
