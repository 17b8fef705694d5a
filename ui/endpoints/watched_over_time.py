"""How drift went over time: one line for each of the fields that moved most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from engine.service.monitoring.watch_points import WatchPoint, points
from engine.service.monitoring.watch_reports import WatchReport
from engine.workspace import Workspace
from ui import charts
from ui.profile_charts import shortened
from ui.words import number

MOST_LINES = 5
DAYS = 30
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
SOME, MUCH = 0.1, 0.25


def show_over_time(home: Workspace, endpoint: str, report: WatchReport) -> None:
    """The points that were measured by themselves, with the two thresholds."""
    since = report.point.ends_at - timedelta(days=DAYS)
    found = points(home, endpoint, since=since, version_id=report.point.version.id)
    found = [it for it in found if it.is_enough]
    if len(found) < 2:
        st.caption("Drift over time is drawn once two windows were measured by themselves, one each hour.")
        return
    _draw(found, report)


def _draw(found: Sequence[WatchPoint], report: WatchReport) -> None:
    import plotly.graph_objects as go

    fields = _worst(found)
    figure = go.Figure()
    colours = (charts.blue(), *charts.GROUPS[1:4], charts.GROUPS[5])
    for field, color, dash in zip(fields, colours, DASHES, strict=False):
        figure.add_scatter(
            x=[it.ends_at for it in found], y=[it.drift.get(field) for it in found], name=shortened(field),
            mode="lines+markers" if len(found) < 60 else "lines", line={"color": color, "dash": dash, "width": 2},
            marker={"size": 5}, hovertemplate="%{y:.3f}",
        )  # fmt: skip
    for limit, word, side in ((SOME, "some", "bottom left"), (MUCH, "much", "top left")):
        figure.add_hline(
            y=limit, line={"dash": "dot", "width": 1, "color": charts.ink()}, annotation_text=word,
            annotation_position=side,
        )  # fmt: skip
    figure.update_yaxes(title="PSI", rangemode="tozero").update_layout(
        title="Drift over time", hovermode="x unified", legend={"orientation": "h", "y": -0.18}
    )
    worst = max(found, key=lambda it: it.worst_psi or 0.0)
    sentence = (
        f"{len(found)} windows; the furthest any field was from the training rows: {worst.worst_field}, PSI "
        f"{number(worst.worst_psi)}, in the window up to {worst.ends_at:%d %b, %H:%M} UTC."
    )
    charts.show(figure, sentence, f"over_time_{report.point.version.id}", height=300)


def _worst(found: Sequence[WatchPoint]) -> list[str]:
    """The fields that moved furthest at any time, the furthest now first."""
    highest: dict[str, float] = {}
    for point in found:
        for field, psi in point.drift.items():
            highest[field] = max(psi, highest.get(field, 0.0))
    return sorted(highest, key=lambda field: -highest[field])[:MOST_LINES]
