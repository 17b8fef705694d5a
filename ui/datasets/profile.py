"""What a dataset holds: its score, findings, columns and correlations."""

from typing import Any

import streamlit as st

from engine.service import Workspace, datasets
from engine.service.amounts import count
from engine.service.views import DatasetView
from ui import charts
from ui.frame import facts
from ui.profiled import show_columns
from ui.trouble import show_finding
from ui.words import number, percent

SHOWN = 8
"""Findings that are shown at once."""


def show_profile(home: Workspace, dataset: DatasetView) -> None:
    profile = datasets.profile_dataset(home, dataset.name, dataset.version)
    left, right = st.columns([1, 3], gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.metric("Quality score", f"{profile['quality_score']:.0f} of 100", help="100 minus what is listed here.")
        st.caption(f"{count(profile['duplicates'], 'duplicate row')}")
        for deduction in profile["deductions"]:
            st.caption(f"−{deduction['points']:.1f} · {deduction['reason']}")
        if not profile["deductions"]:
            st.caption("Nothing to deduct.")
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Findings**")
        _show_findings(profile.get("findings") or dataset.findings)
    st.subheader("Columns", anchor=False)
    show_columns(profile)
    _show_column(profile)
    _show_correlations(profile)


def _show_findings(findings: Any) -> None:
    if not findings:
        st.caption("Nothing was noticed.")
    rank = {"error": 0, "warning": 1, "info": 2}
    ordered = sorted(findings, key=lambda finding: rank.get(finding["severity"], 3))
    for finding in ordered[:SHOWN]:
        show_finding(finding)
    if len(ordered) > SHOWN:
        with st.expander(f"{len(ordered) - SHOWN} more"):
            for finding in ordered[SHOWN:]:
                show_finding(finding)


def _show_column(profile: dict[str, Any]) -> None:
    by_name = {column["name"]: column for column in profile["columns"]}
    if not by_name:
        return
    first = next((place for place, column in enumerate(by_name.values()) if column["histogram"]), 0)
    name = st.selectbox("Look closer at", list(by_name), index=first, key="column", bind="query-params", width=320)
    column = by_name.get(name)
    if column is None:
        return
    picture, figures = st.columns([3, 2], gap="medium")
    with picture:
        charts.column(column, profile["rows"])
    with figures:
        facts(_figures(column, max(profile["rows"], 1)))


def _figures(column: dict[str, Any], rows: int) -> dict[str, str]:
    approximate = "about " if column["distinct_approximate"] else ""
    found = {
        "Type": column["type"],
        "Missing": f"{column['missing']:,} ({percent(column['missing'] / rows)})",
        "Distinct": f"{approximate}{column['distinct']:,}",
        "Mean": number(column["mean"]),
        "Standard deviation": number(column["std"]),
        "Quartiles": _quartiles(column["quantiles"]),
        "Outliers": column["outliers"],
        "Zeros": column["zeros"],
        "Length": _length(column),
    }
    return {name: str(value) for name, value in found.items() if value not in (None, "", "–")}


def _quartiles(quantiles: dict[str, float] | None) -> str:
    return " · ".join(number(quantiles[name]) for name in ("p25", "p50", "p75")) if quantiles else ""


def _length(column: dict[str, Any]) -> str:
    if column["max_length"] is None:
        return ""
    return f"{column['min_length']} to {count(column['max_length'], 'character')}"


def _show_correlations(profile: dict[str, Any]) -> None:
    strong = sorted(profile["correlations"], key=lambda pair: -abs(pair["value"]))
    if not strong:
        return
    with st.expander("Correlations", icon=":material/grid_on:"):
        charts.correlations(strong)
