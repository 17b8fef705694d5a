"""The statistics of a table's columns, wherever they were made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from ui.grid import fitting, moment
from ui.words import number, percent

MEANINGS = {
    "email": "e-mail",
    "url": "web address",
    "phone": "phone",
    "ip": "IP address",
    "card": "payment card",
    "bank_account": "bank account",
    "national_id": "national id",
    "person": "name of a person",
    "address": "address",
    "birth_date": "date of birth",
    "currency": "money",
    "latitude": "latitude",
    "longitude": "longitude",
    "country": "country",
    "postcode": "postcode",
    "date": "date",
    "uuid": "UUID",
}
MIDNIGHT = re.compile(r"T00:00(:00(\.0+)?)?$")
YEAR = re.compile(r"\b(year|jahr|année|año|anno)", re.IGNORECASE)


def show_columns(profile: Mapping[str, Any], columns: Sequence[Mapping[str, Any]] | None = None) -> None:
    """A line for each column, or for some of them."""
    rows = max(profile["rows"], 1)
    columns = profile["columns"] if columns is None else columns
    table = pd.DataFrame(
        [
            {
                "Column": column["name"],
                "Kind": kind(column),
                "Missing": 100 * column["missing"] / rows,
                "Distinct": column["distinct"],
                "Distribution": _bars(column),
                "Lowest": _edge(column, "min"),
                "Mean": column["mean"],
                "Highest": _edge(column, "max"),
                "Most frequent": _top(column, rows),
            }
            for column in columns
        ],
        columns=["Column", "Kind", "Missing", "Distinct", "Distribution", "Lowest", "Mean", "Highest", "Most frequent"],
    )
    st.dataframe(
        table,
        hide_index=True,
        alt="What each column holds",
        placeholder="–",
        height=fitting(len(table), 560),
        column_config={
            "Column": st.column_config.TextColumn(pinned=True, width="medium"),
            "Missing": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.1f %%", width="small"),
            "Distinct": st.column_config.NumberColumn(format="localized", width="small"),
            "Distribution": st.column_config.BarChartColumn(width="small", y_min=0, color="blue"),
            "Mean": st.column_config.NumberColumn(format="%.4g", width="small"),
            "Lowest": st.column_config.TextColumn(width="small"),
            "Highest": st.column_config.TextColumn(width="small"),
        },
    )
    st.caption(
        f"{count(len(table), 'column')} over {count(profile['rows'], 'row')}: share of missing values, different "
        "values, and how values are spread (a histogram of numbers, counts of the most frequent values else)."
    )


def kind(column: Mapping[str, Any]) -> str:
    """What a column holds, in a few words; what it means in the world, where that is known.

    >>> kind({"semantic": "identifier", "meaning": "email"}), kind({"semantic": "date", "meaning": "date"})
    ('identifier · e-mail', 'date')
    """
    meaning = MEANINGS.get(column.get("meaning") or "", "")
    return f"{column['semantic']} · {meaning}" if meaning and meaning != column["semantic"] else column["semantic"]


def _bars(column: Mapping[str, Any]) -> list[int]:
    if column["histogram"]:
        return list(column["histogram"]["counts"])
    return [item["count"] for item in column["top"]]


def end(column: Mapping[str, Any], which: str) -> Any:
    """The least or greatest value; None for amounts and dates that are text, whose order by letters misleads.

    >>> end({"min": "1.002,15 €", "written": {"count": 3}}, "min")
    """
    return None if column.get("written") else column[which]


def bound(column: Mapping[str, Any], which: str) -> str:
    """The least or greatest value as people write it: a postcode or a year without groups of digits, days as days.

    >>> bound({"name": "plz", "meaning": "postcode", "min": 1001, "max": 9997}, "min")
    '1001'
    >>> bound({"name": "day", "kind": "datetime", "min": "2023-01-01T00:00:00", "max": "2025-09-26T00:00:00"}, "max")
    '2025-09-26'
    """
    value = end(column, which)
    if value is None:
        return "–"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.0f}" if is_plain(column) else number(value)
    if column.get("kind") == "datetime":
        days = all(MIDNIGHT.search(str(column[side])) for side in ("min", "max"))
        return MIDNIGHT.sub("", str(value)) if days else moment(value)
    return str(value)


def is_plain(column: Mapping[str, Any]) -> bool:
    """Whether whole numbers are names of something, such as postcodes and years: nobody writes 2,024.

    >>> is_plain({"name": "Year built", "min": 1890, "max": 2024}), is_plain({"name": "Years", "min": 0, "max": 40})
    (True, False)
    """
    if column.get("meaning") == "postcode":
        return True
    ends = column["min"], column["max"]
    whole = all(isinstance(one, int) and not isinstance(one, bool) and 1000 <= one < 3000 for one in ends)
    return whole and YEAR.search(column["name"].replace("_", " ")) is not None


def _edge(column: Mapping[str, Any], which: str) -> str:
    return bound(column, which)[:40]


def _top(column: Mapping[str, Any], rows: int) -> str:
    return ", ".join(f"{item['value']} ({percent(item['count'] / rows)})" for item in column["top"][:3])
