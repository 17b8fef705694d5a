"""How well a model does once the truth is known: over time, by segment, by group, beside a challenger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from engine.monitor.performance import Performance
from engine.service.amounts import count
from engine.service.monitoring import watched_fairness
from engine.service.monitoring.watch_points import WatchPoint, points
from engine.service.monitoring.watch_reports import WatchReport
from engine.workspace import Workspace
from ui import charts
from ui.frame import empty
from ui.models.fairness import show_groups
from ui.reports import show_judgement, show_plots
from ui.trouble import errors_shown
from ui.words import escaped, metric, number, percent

DAYS = 90


def show_performance(home: Workspace, endpoint: str, report: WatchReport) -> None:
    """Everything that outcomes tell."""
    told = report.measured.performance
    if told is None or not told.is_enough:
        rows = f"Of {count(told.rows, 'row')} the truth is known" if told else "No truth is known yet"
        empty(
            ":material/fact_check:", "Too few outcomes" if told else "No outcomes yet",
            f"{rows}. Send what turned out to be true for a prediction's id to POST …/feedback, and this page tells "
            "how well the model does.",
        )  # fmt: skip
        _beside(report)
        return
    if told.unknown:
        st.caption(f"{count(told.unknown, 'outcome')} left out: no answer that this model can give.")
    _scores(told)
    _over_time(home, endpoint, report, told.metric)
    _beside(report)
    show_judgement({**told.report, "trade_offs": None}, f"watched_{report.point.id}")
    if told.slices.get("plots"):
        st.subheader("Where it fails most", anchor=False)
        for note in told.slices.get("notes", ()):
            st.caption(escaped(note))
        show_plots(told.slices, f"watched_slices_{report.point.id}")
    _fairness(home, endpoint, report)


def _scores(told: Performance) -> None:
    lines = []
    for name, value in told.metrics.items():
        span, before = told.intervals.get(name), told.held_out.get(name)
        lines.append(
            {
                "Metric": metric(name),
                "Now": number(value),
                "95 % interval": f"{number(span[0])} to {number(span[1])}" if span else "–",
                "Held out in training": number(before),
                "": "▼ worse" if name in told.worse else "as before" if before is not None else "–",
            }
        )
    st.dataframe(pd.DataFrame(lines), hide_index=True, alt="Metrics now and when it learned")
    st.caption(f"{count(told.rows - told.unknown, 'row')} of which the truth is known. Worse: beyond chance (1 %).")


def _over_time(home: Workspace, endpoint: str, report: WatchReport, name: str) -> None:
    since = report.point.ends_at - timedelta(days=DAYS)
    found = points(home, endpoint, since=since, version_id=report.point.version.id)
    found = [it for it in found if name in it.performance]
    if name and len(found) > 1:
        _draw(found, name, report)


def _draw(found: Sequence[WatchPoint], name: str, report: WatchReport) -> None:
    import plotly.graph_objects as go

    values = [it.performance[name] for it in found]
    figure = go.Figure(
        go.Scatter(
            x=[it.ends_at for it in found], y=values, mode="lines+markers", line={"color": charts.blue()},
            customdata=[it.outcomes for it in found], hovertemplate="%{y:.3f}, %{customdata:,} outcomes<extra></extra>",
        )
    )  # fmt: skip
    baseline = found[-1].baseline.get(name)
    if baseline is not None:
        figure.add_hline(
            y=baseline, line={"dash": "dot", "color": charts.ORANGE}, annotation_text="held out in training",
            annotation_position="top left",
        )  # fmt: skip
    figure.update_layout(title=f"{metric(name)} over time").update_yaxes(title=metric(name))
    sentence = f"{metric(name)} was {number(values[-1])} in the last of {len(found)} windows"
    sentence += f"; on rows held out in training it was {number(baseline)}." if baseline is not None else "."
    charts.show(figure, sentence, f"scores_over_time_{report.point.version.id}", height=280)


def _beside(report: WatchReport) -> None:
    if not report.measured.others:
        return
    st.subheader("Beside other versions, on the same requests", anchor=False)
    lines = []
    for key, pair in report.measured.others.items():
        name = report.others[key].words if key in report.others else "a version that is gone"
        same = percent(pair.same) if pair.same is not None else f"{number(pair.apart)} apart on average"
        gain = "–"
        if pair.gain is not None and pair.low is not None and pair.high is not None:
            sure = "" if pair.low <= 0 <= pair.high else " (beyond chance)"
            gain = f"{number(pair.gain)}, {number(pair.low)} to {number(pair.high)}{sure}"
        mine, other = (number(side.get(pair.metric)) for side in pair.scores)
        lines.append(
            {
                "Version": name, "Requests": f"{pair.rows:,}", "Same answer": same, "Truth known": f"{pair.judged:,}",
                "Metric": metric(pair.metric) if pair.metric else "–", "Its own": other,
                report.point.version.words: mine, "Better by (95 %)": gain,
            }
        )  # fmt: skip
    st.dataframe(pd.DataFrame(lines), hide_index=True, alt="Versions side by side on the same requests")


def _fairness(home: Workspace, endpoint: str, report: WatchReport) -> None:
    st.subheader("By group", anchor=False)
    groups = watched_fairness.watched_groups(home, endpoint, report.point.id)
    column = st.selectbox(
        "Compare the groups of", groups, index=None, placeholder="Choose a field such as gender or age",
        key="watched_group", width=340,
    )  # fmt: skip
    if column:
        with errors_shown():
            view = watched_fairness.watched_fairness(home, endpoint, report.point.id, str(column))
            st.markdown(escaped(view.verdict))
            show_groups(view, f"watched_{report.point.id}")
