"""The choices of how a file is read: those that its format has."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from engine.service.amounts import count
from ui.words import plain

DELIMITERS = [",", ";", "\t", "|", ":", " "]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]
ORDERS: dict[bool | None, str] = {None: "automatic", True: "day first", False: "month first"}
GROUPS: dict[str | None, str] = {None: "automatic", "": "none", ",": "comma", ".": "point", " ": "space", "'": "’"}
SIGNS = {".": "point", ",": "comma"}
FORMATS = {
    "csv": "Text with delimiters",
    "json": "JSON",
    "jsonl": "JSON lines",
    "parquet": "Parquet",
    "arrow": "Arrow",
    "excel": "Workbook",
    "spss": "SPSS",
    "sas": "SAS",
    "stata": "Stata",
    "database": "Database",
}
Found = dict[str, Any]


def words_of(seen: Found) -> str:
    """What kind of file it is, in a few words."""
    read_as, sheets = seen["read_as"], seen["sheets"]
    parts = [FORMATS[read_as["format"]], count(len(sheets), "sheet") if sheets else ""]
    packed = "" if read_as.get("compression", "none") == "none" else f"packed with {read_as['compression']}"
    return " · ".join(part for part in (*parts, packed) if part)


def ask_how(seen: Found, key: str) -> Found:
    """What the person wants read otherwise than it is."""
    read_as = seen["read_as"]
    ask = _BY_FORMAT.get(read_as["format"])
    if ask is None:
        source = "The database" if read_as["format"] == "database" else "A file of this kind"
        st.caption(f"{source} says itself how it is read.")
        return {}
    wanted = ask(seen, read_as, key)
    return {name: value for name, value in wanted.items() if value != read_as[name]}


def _ask_text(_seen: Found, read_as: Found, key: str) -> Found:
    left, right = st.columns(2, gap="small")
    with left:
        delimiter = _choice("Delimiter", DELIMITERS, read_as["delimiter"], key, "Type another one if it is not there.")
        encoding = _choice("Encoding", ENCODINGS, read_as["encoding"], key, "Type another one, such as cp1250.")
    with right:
        quote = _choice("Quote", ['"', "'", ""], read_as["quote"], key)
        skip_rows = _skipped("Lines before", read_as, key)
    return {
        "delimiter": delimiter,
        "encoding": encoding,
        "quote": quote,
        "skip_rows": skip_rows,
        "header": _header("First line has the names", read_as, key),
        "skip_closing": _closing(read_as, key),
        "lenient": st.toggle(
            "Make broken lines fit", value=read_as["lenient"], key=f"lenient_{key}",
            help="Short lines are padded, the surplus of long ones is joined to the last column. Otherwise they are "
            "left out, and kept aside.",
        ),
        **_ask_values(read_as, key),
    }  # fmt: skip


def _ask_book(seen: Found, read_as: Found, key: str) -> Found:
    names = [sheet["name"] for sheet in seen["sheets"]]
    hidden = {sheet["name"] for sheet in seen["sheets"] if sheet["hidden"]}
    sheet = st.selectbox(
        "Sheet", names, index=names.index(read_as["sheet"]), key=f"sheet_{key}",
        format_func=lambda name: f"{name} (hidden)" if name in hidden else str(name),
    )  # fmt: skip
    left, right = st.columns(2, gap="small")
    with left:
        cells = st.text_input(
            "Cell range", value=read_as["cell_range"] or "", placeholder="all of it", key=f"range_{key}",
            help="For example B3:H200, or B:H. Left empty, all that is filled is read.",
        )  # fmt: skip
    with right:
        skip_rows = _skipped("Rows before", read_as, key)
    return {
        "sheet": sheet,
        "cell_range": str(cells or "").strip() or None,
        "skip_rows": skip_rows,
        "header": _header("First row has the names", read_as, key),
        "skip_closing": _closing(read_as, key),
        **_ask_values(read_as, key),
    }


def _ask_json(_seen: Found, read_as: Found, key: str) -> Found:
    return {"encoding": _choice("Encoding", ENCODINGS, read_as["encoding"], key), "day_first": _order(read_as, key)}


def _ask_statistics(_seen: Found, read_as: Found, key: str) -> Found:
    return {
        "labels": st.toggle(
            "Tell coded answers by their labels", value=read_as["labels"], key=f"labels_{key}",
            help="Only columns in which every value has a label; others keep their numbers.",
        ),
        "encoding": _choice("Encoding", ENCODINGS, read_as["encoding"], key),
    }  # fmt: skip


def _ask_values(read_as: Found, key: str) -> Found:
    with st.expander("Numbers, dates, missing values", icon=":material/tune:"):
        left, right = st.columns(2, gap="small")
        with left:
            decimal = _named("Decimal sign", SIGNS, read_as["decimal"], key)
        with right:
            thousands = _named("Digit groups", GROUPS, read_as["thousands"], key)
        day_first = _order(read_as, key)
        date_format = st.text_input(
            "Date format", value=read_as["date_format"] or "", placeholder="automatic", key=f"date_{key}",
            help="For dates that the usual formats do not read, such as %d %b %Y. One column alone gets its format "
            "in the tab Columns.",
        )  # fmt: skip
        words = st.multiselect(
            "Words for missing", read_as["null_values"], default=read_as["null_values"], key=f"null_{key}",
            accept_new_options=True, help="In columns of numbers, dates, or true and false. An empty cell always is.",
        )  # fmt: skip
    return {
        "decimal": decimal,
        "thousands": thousands,
        "day_first": day_first,
        "date_format": str(date_format or "").strip() or None,
        "null_values": list(words),
    }


def _choice(label: str, options: Sequence[str], found: str, key: str, typed: str | None = None) -> str:
    """One of some values; with `typed`, which tells so, any other as well."""
    all_of_them = list(dict.fromkeys([found, *options]))
    chosen = st.selectbox(
        label, all_of_them, format_func=plain, key=f"{label}_{key}", help=typed, accept_new_options=typed is not None
    )
    return found if chosen is None else chosen


def _named(label: str, names: dict[Any, str], found: Any, key: str) -> Any:
    options = list(names)
    return st.selectbox(
        label, options, index=options.index(found), format_func=lambda value: names[value], key=f"{label}_{key}"
    )


def _order(read_as: Found, key: str) -> Any:
    return _named("Dates such as 01/02/2024", ORDERS, read_as["day_first"], key)


def _skipped(label: str, read_as: Found, key: str) -> int:
    help = "How many come before the names, or before the first row where there are no names."
    return int(st.number_input(label, 0, 1_000_000, read_as["skip_rows"], key=f"skip_{key}", help=help))


def _header(label: str, read_as: Found, key: str) -> bool:
    return st.toggle(label, value=read_as["header"], key=f"header_{key}")


def _closing(read_as: Found, key: str) -> bool:
    help = "Totals and notes below the table are found in each file, left out, and kept aside."
    return st.toggle("Leave out totals at the end", value=read_as["skip_closing"], key=f"closing_{key}", help=help)


_BY_FORMAT: dict[str, Callable[[Found, Found, str], Found]] = {
    "csv": _ask_text,
    "excel": _ask_book,
    "json": _ask_json,
    "jsonl": _ask_json,
    "spss": _ask_statistics,
    "sas": _ask_statistics,
    "stata": _ask_statistics,
}
