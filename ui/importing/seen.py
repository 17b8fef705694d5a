"""What was seen of a file: its first rows, its columns, what was noticed, and the lines that would be left out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from ui import session
from ui.grid import fitting, moment
from ui.trouble import show_finding

Found = dict[str, Any]
TYPES = {
    "int64": "whole number",
    "float64": "number",
    "boolean": "true or false",
    "string": "text",
    "date": "date",
    "timestamp": "time",
}
MOST_AT_ONCE = 3
HEIGHT = 400


def show_rows(seen: Found) -> None:
    """The first rows, as they would be."""
    names = [column["name"] for column in seen["columns"]]
    kinds = {column["name"]: TYPES[column["type"]] for column in seen["columns"]}
    rows = pd.DataFrame(seen["preview"], columns=names)
    for column in seen["columns"]:
        if column["type"] == "timestamp":
            rows[column["name"]] = rows[column["name"]].map(moment, na_action="ignore")
    st.dataframe(
        rows, hide_index=True, placeholder="–", height=fitting(len(rows), HEIGHT),
        column_config={
            name: st.column_config.Column(help=f"{name}: {kinds[name]}", width=_width(name, len(names)))
            for name in names
        },
        alt="First rows as they would be read",
    )  # fmt: skip
    st.caption(f"The first {count(len(seen['preview']), 'row')} · {count(len(names), 'column')}")


def _width(name: str, columns: int) -> Any:
    return "small" if columns > 12 and len(name) < 14 else "medium" if columns > 6 else None


def show_columns(seen: Found, key: str) -> dict[str, dict[str, str]]:
    """Name, type and first value of each column; returns the types and date formats that the person imposes."""
    first = seen["preview"][0] if seen["preview"] else {}
    table = pd.DataFrame(
        {
            "Column": [column["name"] for column in seen["columns"]],
            "Type": [column["type"] for column in seen["columns"]],
            "Date format": [seen["date_formats"].get(column["name"], "") for column in seen["columns"]],
            "First value": [_example(first.get(column["name"])) for column in seen["columns"]],
        }
    )
    edited = st.data_editor(
        table, key=f"types_{key}", hide_index=True, disabled=["Column", "First value"],
        height=fitting(len(table), HEIGHT),
        column_config={
            "Column": st.column_config.TextColumn(width="medium"),
            "Type": st.column_config.SelectboxColumn(options=list(TYPES), format_func=_type_words, required=True),
            "Date format": st.column_config.TextColumn(help="Such as %d.%m.%Y or %d %b %Y", max_chars=40),
            "First value": st.column_config.TextColumn(width="medium"),
        },
        alt="Type and date format of each column; click one to change it",
    )  # fmt: skip
    st.caption("A value that does not fit its type becomes missing, and is told as a finding.")
    types = _changed(table, edited, "Type")
    formats = _changed(table, edited, "Date format")
    imposed = {"types": types, "date_formats": formats}
    return {name: values for name, values in imposed.items() if values}


def _changed(before: pd.DataFrame, after: pd.DataFrame, what: str) -> dict[str, str]:
    rows = zip(before["Column"], before[what], after[what], strict=True)
    return {str(name): str(new) for name, old, new in rows if new and new != old}


def _example(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "–" if value is None else str(value)[:200]


def _type_words(name: Any) -> str:
    return TYPES.get(str(name), str(name))


def show_findings(seen: Found, overrides: Found, key: str) -> None:
    """What was noticed, the worst first; another reading is one click away."""
    order = {"error": 0, "warning": 1}
    findings = sorted(seen["findings"], key=lambda finding: order.get(finding["severity"], 2))
    for number, finding in enumerate(findings[:MOST_AT_ONCE]):
        _show(finding, overrides, f"{key}_{number}")
    if more := findings[MOST_AT_ONCE:]:
        with st.expander(f"{count(len(more), 'more finding')}", icon=":material/info:"):
            for number, finding in enumerate(more, start=MOST_AT_ONCE):
                _show(finding, overrides, f"{key}_{number}")
    if not findings:
        st.caption(":material/check_circle: Nothing unusual was noticed.")


def _show(finding: Found, overrides: Found, key: str) -> None:
    choices = finding["detail"].get("choices") or ()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width="stretch"):
            show_finding(finding)
        for choice in choices:
            _offer(choice, overrides, f"{key}_{choice['label']}")


def _offer(choice: Found, overrides: Found, key: str) -> None:
    wanted = merged(overrides, choice["override"])
    source = key.split("_", maxsplit=1)[0]
    st.button(
        choice["label"], key=f"choose_{key}", icon=":material/auto_fix_high:",
        on_click=session.choose_reading, args=(source, wanted),
    )  # fmt: skip


def merged(overrides: Mapping[str, Any], more: Mapping[str, Any]) -> Found:
    """What is wanted otherwise, with more of it; what is said of single columns is added to what was said of others."""
    return {
        **overrides,
        **{name: {**overrides.get(name, {}), **it} if isinstance(it, dict) else it for name, it in more.items()},
    }


def show_left_out(seen: Found, overrides: Found, key: str) -> None:
    """Lines that cannot be read, with number, text and reason."""
    lines = seen["rejected"]
    if not lines:
        st.caption(":material/check_circle: Every line can be read.")
        return
    about = "They are kept beside the dataset, and can be fetched from its page."
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"{count(seen['rejected_count'], 'line')} would be left out. {about}")
        if seen["read_as"]["format"] == "csv":
            _offer({"label": "Make these lines fit", "override": {"lenient": True}}, overrides, f"{key}_tab")
    table = pd.DataFrame([{name: line[name] for name in ("file", "line", "reason", "text")} for line in lines])
    show_lines(table.drop(columns=[] if any(table["file"]) else ["file"]))
    if seen["rejected_count"] > len(lines):
        st.caption(f"The first {len(lines):,} are shown.")


def show_lines(table: pd.DataFrame) -> None:
    """Lines that were left out, as a table."""
    st.dataframe(
        table.rename(columns=str.capitalize), hide_index=True, height=fitting(len(table), HEIGHT),
        column_config={
            "File": st.column_config.TextColumn(width="small"),
            "Line": st.column_config.NumberColumn(width="small", format="%d"),
            "Reason": st.column_config.TextColumn(width="medium"),
            "Text": st.column_config.TextColumn(width="large"),
        },
        alt="Lines that cannot be read: number, reason and text",
    )  # fmt: skip
