"""The fields of a window, what has moved most first; one of them opened, and who is to blame for it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.monitor.drift import FieldDrift
from engine.service.amounts import count
from engine.service.monitoring import drift_blame
from engine.service.monitoring.watch_reports import WatchReport
from engine.workspace import Workspace
from ui import places
from ui.grid import fitting
from ui.profile_charts import sides
from ui.progress import follow_job
from ui.trouble import show_error
from ui.words import escaped, number, percent, when

SEVERITIES = {"much": "▲▲ much", "some": "▲ some", "none": "as before", "unknown": "too few rows"}
ICONS = {
    "dataset": ":material/table:", "node": ":material/account_tree:", "rule": ":material/rule:",
    "deployment": ":material/publish:", "caller": ":material/key:", "setting": ":material/settings:",
}  # fmt: skip
HOW = (
    "A field drifts when its PSI is at least 0.1 (0.25: much) and that is no chance: the p-value of Kolmogorov and "
    "Smirnov's test, or of χ², corrected by Holm for all fields, is below 0.01."
)


def show_fields(home: Workspace, endpoint: str, report: WatchReport) -> None:
    """A table of all fields; the chosen one below it."""
    fields = report.measured.drift.fields
    if not fields:
        st.caption("No field of this model is kept in the log.")
        return
    now = "Now"
    then = "In training" if report.point.against == "training" else "Other window"
    table = pd.DataFrame([_line(it, then, now) for it in fields])
    chosen = st.dataframe(
        table, hide_index=True, key=f"fields_{report.point.id}", on_select="rerun", selection_mode="single-row",
        alt="Fields with how far they have moved", placeholder="–", height=fitting(len(table), 480),
        column_config={
            "Field": st.column_config.TextColumn(pinned=True, width="medium"),
            "PSI": st.column_config.NumberColumn(format="%.3f", width="small", help="Population stability index."),
            then: st.column_config.BarChartColumn(width="small", y_min=0, color="gray"),
            now: st.column_config.BarChartColumn(width="small", y_min=0, color="blue"),
            "p": st.column_config.TextColumn(width="small", help="Corrected for all fields of the window (Holm)."),
        },
    )  # fmt: skip
    st.caption(HOW)
    rows = chosen.selection.rows if hasattr(chosen, "selection") else []
    field = fields[rows[0]] if rows and rows[0] < len(fields) else fields[0]
    _opened(home, endpoint, report, field, then)


def _line(it: FieldDrift, then: str, now: str) -> dict[str, object]:
    return {
        "Field": it.column,
        "Drift": ("new categories" if it.has_new and it.severity == "none" else SEVERITIES[it.severity]),
        "PSI": it.psi,
        then: list(it.left),
        now: list(it.right),
        "Missing": f"{percent(it.missing[0])} → {percent(it.missing[1])}",
        "Mean": f"{number(it.mean[0])} → {number(it.mean[1])}" if it.kind == "number" else "–",
        "New categories": f"{it.new_count:,} in {count(it.new_rows, 'row')}" if it.new_rows else "–",
        "Distance (JS)": number(it.js),
        "Test": "KS" if it.test == "ks" else "χ²",
        "p": chance(it.corrected),
    }


def chance(value: float) -> str:
    """A p-value for people.

    >>> chance(0.0), chance(0.042), chance(1.0)
    ('< 0.001', '0.042', '1')
    """
    return "< 0.001" if value < 0.001 else f"{value:.2g}"


def _opened(home: Workspace, endpoint: str, report: WatchReport, field: FieldDrift, then: str) -> None:
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.markdown(f"**{escaped(field.column)}**")
            sides(field, then, "Now")
        with right:
            _figures(field)
            if field.is_drifting:
                _blame(home, endpoint, report, field.column)


def _figures(field: FieldDrift) -> None:
    facts = {
        "Rows": f"{field.rows[0]:,} then, {field.rows[1]:,} now",
        "PSI": f"{field.psi:.3f}",
        "Jensen–Shannon distance": f"{field.js:.3f}",
        ("Kolmogorov–Smirnov" if field.test == "ks" else "χ²"): f"{number(field.statistic)}, p {chance(field.chance)}",
        "p, corrected": chance(field.corrected),
        "Missing": f"{percent(field.missing[0])} → {percent(field.missing[1])}",
    }
    if field.kind == "number" and all(field.quantiles):
        places_of = {"5 %": 0, "Median": 2, "95 %": 4}
        facts |= {
            name: f"{number(field.quantiles[0][at])} → {number(field.quantiles[1][at])}"
            for name, at in places_of.items()
        }
    if field.new:
        facts["New"] = ", ".join(f"{name[:30]} ({rows:,})" for name, rows in field.new[:5]) + (
            " …" if field.new_count > 5 else ""
        )
    st.table({name: escaped(value) for name, value in facts.items()}, border="horizontal")


def _blame(home: Workspace, endpoint: str, report: WatchReport, field: str) -> None:
    point = report.point.id
    found = drift_blame.find_blame(home, point, field)
    running = places.asked("blame")
    label = "Ask again" if found else "Who is to blame?"
    if st.button(label, icon=":material/search:", key=f"blame_{field}"):
        running = drift_blame.start_blame(home, endpoint, point, field)
        places.ask(blame=running)
    if running:
        job = follow_job(running, "Following the lineage")
        if job is None:
            return
        places.ask(blame=None)
        if job.status != "succeeded":
            show_error(job.error or {"message": f"Nothing was found: the job was {job.status}."})
            return
        found = drift_blame.find_blame(home, point, field)
    if found is None:
        return
    st.markdown(f"**{escaped(found.verdict)}**")
    for suspect in found.suspects:
        st.markdown(f"{ICONS[suspect.kind]} {escaped(suspect.sentence)}")
        about = suspect.about
        if "dataset" in about:
            places.link(
                places.DATASETS, f"{about['dataset']} v{about['version']}", icon=":material/table:",
                dataset=about["dataset"], version=about["version"],
            )  # fmt: skip
        elif "pipeline_id" in about:
            places.link(places.BUILDER, suspect.name, icon=":material/account_tree:", pipeline=about["pipeline_id"])
    if found.since is not None:
        st.caption(f"It drifts since the window that began {when(found.since)}.")
    for told in found.checked:
        st.caption(escaped(told))
