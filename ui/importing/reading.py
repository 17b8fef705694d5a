"""How a source is read, shown on its first rows and open to correction."""

from typing import Any

import pandas as pd
import streamlit as st

from engine.service import Workspace, datasets
from engine.service.amounts import count
from engine.sources import DataSource, read_source
from ui.trouble import show_finding
from ui.words import plain

DELIMITERS = [",", ";", "\t", "|", " "]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]
DATE_FORMATS = {
    None: "automatic",
    "%d/%m/%Y": "31/12/2026 (day first)",
    "%m/%d/%Y": "12/31/2026 (month first)",
    "%d.%m.%Y": "31.12.2026 (day first)",
    "%d-%m-%Y": "31-12-2026 (day first)",
    "%m-%d-%Y": "12-31-2026 (month first)",
    "%Y-%m-%d": "2026-12-31",
    "%Y/%m/%d": "2026/12/31",
}
TYPES = {
    "int64": "whole number",
    "float64": "number",
    "boolean": "true or false",
    "string": "text",
    "date": "date",
    "timestamp": "time",
}


def show_reading(home: Workspace, source: DataSource, key: str) -> dict[str, Any]:
    """How the source is read and its first rows; returns what the person wants otherwise."""
    document = source.model_dump(mode="json")
    seen = looked_at(home, document, {})
    left, right = st.columns([1, 3], gap="medium")
    with left:
        st.markdown("**How it is read**")
        overrides = ask_how(seen["read_as"], key)
    if overrides:
        seen = looked_at(home, document, overrides)
    with right:
        imposed = show_preview(seen, key)
    return {**overrides, "types": imposed} if imposed else overrides


@st.cache_data(show_spinner="Looking at the data…", max_entries=20, ttl="1h")
def looked_at(_home: Workspace, source: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    """What a source would give, remembered while it is being corrected."""
    return datasets.inspect_dataset(_home, read_source(source), overrides)


def ask_how(read_as: dict[str, Any], key: str) -> dict[str, Any]:
    """What the person wants read otherwise than detected."""
    if read_as["format"] == "database":
        st.caption("The database says which columns and types there are.")
        return {}
    if read_as["format"] != "csv":
        st.caption(f"A {read_as['format']} file says itself how it is read.")
        return {}
    wanted: dict[str, Any] = {}
    if read_as["format"] == "csv":
        wanted["delimiter"] = _choice("Delimiter", DELIMITERS, read_as["delimiter"], key)
        wanted["encoding"] = _choice("Encoding", ENCODINGS, read_as["encoding"], key)
        wanted["quote"] = _choice("Quote", ['"', "'", ""], read_as["quote"], key)
        wanted["decimal"] = _choice("Decimal sign", [".", ","], read_as["decimal"], key)
        wanted["date_format"] = _date_format(read_as["date_format"], key)
    wanted["header"] = st.toggle("First line has the names", value=read_as["header"], key=f"header_{key}")
    wanted["skip_rows"] = int(
        st.number_input("Lines to skip before it", 0, 1_000_000, read_as["skip_rows"], key=f"skip_{key}")
    )
    return {name: value for name, value in wanted.items() if value != read_as[name]}


def _choice(label: str, options: list[str], found: str, key: str) -> str:
    all_of_them = list(dict.fromkeys([found, *options]))
    chosen = st.selectbox(label, all_of_them, format_func=plain, key=f"{label}_{key}")
    return found if chosen is None else chosen


def _date_format(found: str | None, key: str) -> str | None:
    options = list(dict.fromkeys([found, *DATE_FORMATS]))
    return st.selectbox(
        "Date format", options, index=0, key=f"date_{key}", format_func=lambda one: DATE_FORMATS.get(one, one)
    )


def show_preview(seen: dict[str, Any], key: str) -> dict[str, str]:
    """First rows and findings; returns the types that the person imposes."""
    columns = seen["columns"]
    st.markdown(f"**First rows** · {count(len(columns), 'column')}")
    names = [column["name"] for column in columns]
    st.dataframe(
        pd.DataFrame(seen["preview"], columns=names), hide_index=True, placeholder="–", height=290,
        alt="First rows as they would be read",
    )  # fmt: skip
    if seen["findings"]:
        for finding in seen["findings"][:6]:
            show_finding(finding)
    else:
        st.caption("Nothing unusual was noticed in the file.")
    with st.expander("Column types", icon=":material/data_object:"):
        table = pd.DataFrame({"Column": names, "Type": [column["type"] for column in columns]})
        edited = st.data_editor(
            table, key=f"types_{key}", hide_index=True, disabled=["Column"],
            column_config={
                "Type": st.column_config.SelectboxColumn(options=list(TYPES), format_func=_type_words, required=True)
            },
            alt="The type of each column; click a type to change it",
        )  # fmt: skip
        st.caption("A value that does not fit its type becomes missing, and is told as a finding.")
    changed = zip(names, table["Type"], edited["Type"], strict=True)
    return {name: str(new) for name, old, new in changed if new != old and new in TYPES}


def _type_words(name: Any) -> str:
    return TYPES.get(str(name), str(name))
