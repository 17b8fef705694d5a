"""Two versions of a dataset, or two parts of one, column by column."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import profiles
from engine.service.views import DatasetView
from ui import profile_charts
from ui.grid import fitting
from ui.words import escaped, number, percent

VERSIONS, PARTS = "With another version", "Two parts of this version"
CHANGES = {
    "removed": "✕ Gone",
    "added": "＋ New",
    "type": "⇄ Other type",
    "much": "● Very different",
    "some": "◐ Moved",
    "none": "○ As it was",
}


def show_compare(home: Workspace, dataset: DatasetView, profile: Mapping[str, Any]) -> None:
    ways = [VERSIONS, PARTS] if len(dataset.versions) > 1 else [PARTS]
    how = st.radio("Compare", ways, key="compare", horizontal=True, label_visibility="collapsed")
    found = _versions(home, dataset) if how == VERSIONS else _parts(home, dataset)
    if found is not None:
        _show(*found)


def _versions(home: Workspace, dataset: DatasetView) -> tuple[Any, str, str] | None:
    others = [number for number in sorted(dataset.versions, reverse=True) if number != dataset.version]
    other = st.selectbox("Version", others, format_func=lambda number: f"v{number}", key="compare_version", width=200)
    if other is None or dataset.version is None:
        return None
    left, right = sorted((int(other), dataset.version))
    with st.spinner("Comparing…"):
        return profiles.compare_versions(home, dataset.name, left, right), f"v{left}", f"v{right}"


def _parts(home: Workspace, dataset: DatasetView) -> tuple[Any, str, str] | None:
    able = {one.name: one for one in profiles.parts_by(profiles.get_profile(home, dataset.name, dataset.version))}
    if not able:
        st.caption(
            "It takes a column that tells the parts apart: a date, or a category such as train and test. This version "
            "has none."
        )
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.selectbox("Apart by", list(able), key="compare_by", width=280)
        column = able.get(by)
        if column is None:
            return None
        values = [one.value for one in column.top] if column.semantic != "date" else []
        value = st.selectbox("Rows of", values, key=f"compare_value_{by}", width=280) if values else None
    with st.spinner("Comparing…"):
        found = profiles.compare_parts(home, dataset.name, dataset.version, by, value)
    if value is None:
        return found, "earlier 80 %", "last 20 %"
    return found, "the others", str(value)


def _show(found: Any, left: str, right: str) -> None:
    moved = found.moved
    rows = f"{count(found.rows[0], 'row')} ({escaped(left)}) and {count(found.rows[1], 'row')} ({escaped(right)})"
    if not moved:
        st.markdown(f":material/check_circle: No column has moved between {rows}.")
    else:
        st.markdown(f"{count(len(moved), 'column')} of {len(found.columns)} moved between {rows}.")
        for change in moved[:5]:
            st.markdown(f"- {escaped(change.sentence)}")
    if found.looked_at != found.rows:
        st.caption(f"From {found.looked_at[0]:,} and {found.looked_at[1]:,} rows, drawn from all over.")
    st.dataframe(
        [_line(change) for change in found.columns],
        hide_index=True,
        alt="How each column has moved",
        placeholder="–",
        height=fitting(len(found.columns), 420),
        column_config={
            "Column": st.column_config.TextColumn(pinned=True),
            "PSI": st.column_config.NumberColumn(
                format="%.3f", width="small", help="Population stability index: from 0.1 moved, from 0.25 much."
            ),
            "KS": st.column_config.NumberColumn(
                format="%.3f",
                width="small",
                help="Kolmogorov and Smirnov: the largest distance of the two, from 0 to 1.",
            ),
        },
    )
    drawn = [change for change in found.columns if change.left and len(change.left) > 1]
    if drawn:
        name = st.selectbox("Draw", [change.column for change in drawn], key="compare_column", width=360)
        change = next((one for one in drawn if one.column == name), None)
        if change is not None:
            profile_charts.sides(change, left, right)


def _line(change: Any) -> dict[str, Any]:
    missing = f"{percent(change.missing[0])} → {percent(change.missing[1])}" if change.missing else None
    mean = f"{number(change.mean[0])} → {number(change.mean[1])}" if change.mean else None
    return {
        "Column": change.column,
        "Change": CHANGES[change.change],
        "PSI": change.psi,
        "KS": change.ks,
        "Mean": mean,
        "Missing": missing,
    }
