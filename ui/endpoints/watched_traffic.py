"""How much an endpoint is asked, how quickly it answers, and how often it does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from engine.monitor.window import recent_window
from engine.service.amounts import count
from engine.service.serving.endpoint_traffic import TrafficView, traffic
from engine.workspace import Workspace
from ui import charts
from ui.words import number, percent

LENGTHS = {"Hour": timedelta(hours=1), "Day": timedelta(days=1), "Week": timedelta(days=7), "Month": timedelta(days=30)}
LINES = (("p50", "half of them", "solid"), ("p95", "95 %", "dash"), ("p99", "99 %", "dot"))


def show_traffic(home: Workspace, endpoint: str) -> None:
    """Requests and latencies over time."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Traffic", anchor=False, width="content")
        length = st.segmented_control(
            "Traffic of the last", list(LENGTHS), default="Day", key="traffic_length", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    window = recent_window(LENGTHS[str(length or "Day")])
    found = traffic(home, endpoint, *window.span)
    if not found.whole.requests:
        st.caption(f"No request came in the last {str(length).lower()}.")
        return
    _tiles(found)
    left, right = st.columns(2, gap="medium")
    with left:
        _requests(found)
    with right:
        _latencies(found)


def _tiles(found: TrafficView) -> None:
    whole = found.whole
    with st.grid(4, min_column_width=170, gap="small"):
        st.metric("Requests", f"{whole.requests:,}", border=True, help=f"{count(whole.records, 'record')} in them.")
        st.metric(
            "Answered with an error", percent(whole.error_share), border=True,
            help=f"{whole.refused:,} refused (4xx), {whole.failed:,} failed (5xx).",
        )  # fmt: skip
        st.metric("95 % within", f"{number(whole.p95)} ms" if whole.p95 is not None else "–", border=True)
        st.metric("Most waiting at once", f"{whole.waiting:,}", border=True)


def _requests(found: TrafficView) -> None:
    import plotly.graph_objects as go

    at = [it.at for it in found.steps]
    figure = go.Figure()
    answered = [it.requests - it.refused - it.failed for it in found.steps]
    figure.add_bar(x=at, y=answered, name="answered", marker_color=charts.blue())
    errors = [it.refused + it.failed for it in found.steps]
    figure.add_bar(x=at, y=errors, name="errors", marker={"color": charts.ORANGE, "pattern": {"shape": "x"}})
    figure.update_layout(title="Requests", barmode="stack", legend={"orientation": "h", "y": -0.2})
    figure.update_yaxes(title=f"per {_step(found)}").update_xaxes(range=_span(found))
    most = max(found.steps, key=lambda it: it.requests)
    sentence = f"{count(found.whole.requests, 'request')}; most, {most.requests:,}, from {most.at:%d %b, %H:%M} UTC on."
    charts.show(figure, sentence, "traffic_requests", height=280)


def _latencies(found: TrafficView) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    colours = (charts.blue(), charts.ORANGE, charts.GROUPS[2])
    for (name, word, dash), color in zip(LINES, colours, strict=True):
        figure.add_scatter(
            x=[it.at for it in found.steps], y=[getattr(it, name) for it in found.steps], name=word,
            mode="lines" if len(found.steps) > 1 else "markers", line={"dash": dash, "color": color},
        )  # fmt: skip
    figure.update_layout(title="Answered within", legend={"orientation": "h", "y": -0.2})
    figure.update_yaxes(title="milliseconds", rangemode="tozero").update_xaxes(range=_span(found))
    whole = found.whole
    sentence = (
        f"Half of the requests were answered within {number(whole.p50)} ms, 95 % within {number(whole.p95)} ms, 99 % "
        f"within {number(whole.p99)} ms."
    )
    charts.show(figure, sentence, "traffic_latencies", height=280)


def _span(found: TrafficView) -> list[datetime]:
    """From the first step to the last, and some steps beside them: a single one would be drawn to the millisecond."""
    margin = timedelta(minutes=found.minutes)
    return [found.steps[0].at - 2 * margin, found.steps[-1].at + 2 * margin]


def _step(found: TrafficView) -> str:
    minutes = found.minutes
    return "minute" if minutes == 1 else "hour" if minutes == 60 else "day" if minutes == 1_440 else (
        f"{minutes} minutes" if minutes < 60 else f"{minutes // 60} hours"
    )  # fmt: skip
