"""The columns of a dataset: all in a table, and one of them closer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.views import DatasetView
from ui import profile_charts
from ui.frame import facts
from ui.profiled import bound, kind, show_columns
from ui.words import ago, escaped, number, percent

MANY = 20
"""Columns from which on there is a search."""


def show_all_columns(home: Workspace, dataset: DatasetView, profile: Mapping[str, Any]) -> None:
    columns = profile["columns"]
    if not columns:
        st.caption("The table has no columns.")
        return
    if len(columns) > MANY:
        words = st.text_input(
            "Find a column", key="find_column", placeholder="Find a column", label_visibility="collapsed", width=320,
            type="search",
        )  # fmt: skip
        columns = [one for one in columns if str(words or "").strip().lower() in one["name"].lower()]
        if not columns:
            st.caption(f"No column is called anything like “{escaped(str(words))}”.")
            return
    show_columns(profile, columns)
    _show_one(profile)


def _show_one(profile: Mapping[str, Any]) -> None:
    by_name = {column["name"]: column for column in profile["columns"]}
    first = next((place for place, column in enumerate(by_name.values()) if column["semantic"] == "number"), 0)
    name = st.selectbox("Look closer at", list(by_name), index=first, key="column", bind="query-params", width=360)
    column = by_name.get(name)
    if column is None:
        return
    picture, figures = st.columns([3, 2], gap="medium")
    with picture:
        profile_charts.column(column, profile["rows"])
        _show_lists(column)
    with figures:
        facts(_figures(column, max(profile["rows"], 1)))


def _show_lists(column: Mapping[str, Any]) -> None:
    """The most frequent values where the picture shows something else, and the shapes of texts."""
    lists = {"Shape": [(one["shape"], one["count"]) for one in column.get("patterns") or ()]}
    if column["histogram"]:
        lists["Most frequent"] = [(str(one["value"]), one["count"]) for one in column["top"]]
    for title, found in lists.items():
        if found:
            values, counts = zip(*found, strict=True)
            st.dataframe(
                {title: values, "Rows": counts},
                hide_index=True,
                alt=f"{title} of {column['name']}",
                column_config={"Rows": st.column_config.NumberColumn(format="localized", width="small")},
            )
    if lists["Shape"]:
        taken = count(column.get("patterns_from"), "text")
        st.caption(f"A is a capital, a a small letter, a… several, 9 a digit. From {taken}.")


def _figures(column: Mapping[str, Any], rows: int) -> dict[str, str]:
    about = "about " if column["distinct_approximate"] else ""
    found = {
        "Kind": kind(column),
        "Type": column["type"],
        "Personal data": column.get("personal"),
        "Missing": f"{column['missing']:,} ({percent(column['missing'] / rows)})",
        "Distinct": f"{about}{column['distinct']:,}",
        "Lowest": escaped(bound(column, "min")[:60]),
        "Highest": escaped(bound(column, "max")[:60]),
        "Mean": number(column["mean"]),
        "Standard deviation": number(column["std"]),
        "Quartiles": _quantiles(column["quantiles"], ("p25", "p50", "p75")),
        "5 % and 95 %": _quantiles(column["quantiles"], ("p05", "p95")),
        "Skewness": number(column["skewness"]),
        "Kurtosis": number(column.get("kurtosis")),
        "Zeros": _amount(column["zeros"]),
        "Negative": _amount(column["negative"]),
        "Far from the rest": _amount(column["outliers"]),
        "Length": _length(column),
        "Blank": _amount(column["blank"] or None),
        "Blanks around": _amount(column.get("padded") or None),
        **_freshness(column, column.get("freshness")),
    }
    return {name: str(value) for name, value in found.items() if value not in (None, "", "–")}


def _amount(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _quantiles(quantiles: Mapping[str, float] | None, names: tuple[str, ...]) -> str:
    return " · ".join(number(quantiles[name]) for name in names) if quantiles else ""


def _length(column: Mapping[str, Any]) -> str:
    if column["max_length"] is None:
        return ""
    mean = f", {number(column['mean_length'])} on average" if column["mean_length"] is not None else ""
    return f"{column['min_length']} to {count(column['max_length'], 'character')}{mean}"


def _freshness(column: Mapping[str, Any], fresh: Mapping[str, Any] | None) -> dict[str, str]:
    if not fresh:
        return {}
    found = {"Newest": _newest(str(column["max"]))}
    if fresh["step_days"] is not None:
        found["Usual step"] = _days(fresh["step_days"])
        found["Longest gap"] = f"{_days(fresh['gap_days'])}, after {str(fresh['gap_after'])[:16].replace('T', ' ')}"
    if fresh["future"]:
        found["In the future"] = count(fresh["future"], "row")
    return found


def _newest(moment: str) -> str:
    try:
        return ago(datetime.fromisoformat(moment))
    except ValueError:  # a year that a calendar here does not have
        return ""


def _days(days: float) -> str:
    """A time in its largest unit.

    >>> _days(1), _days(0.5), _days(1 / 1440)
    ('1 day', '12 hours', '1 minute')
    """
    for unit, length in (("day", 1.0), ("hour", 1 / 24), ("minute", 1 / 1440)):
        if days >= length * 0.999:
            amount = days / length
            return count(round(amount), unit) if abs(amount - round(amount)) < 0.05 else f"{amount:.1f} {unit}s"
    return f"{days * 86_400:.3g} seconds"
