"""The statistics of a table's columns, wherever they were made."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from ui.words import number, percent


def show_columns(profile: dict[str, Any]) -> None:
    rows = max(profile["rows"], 1)
    table = pd.DataFrame(
        [
            {
                "Column": column["name"],
                "Kind": column["semantic"] if column["semantic"] != column["kind"] else column["kind"],
                "Missing": 100 * column["missing"] / rows,
                "Distinct": column["distinct"],
                "Distribution": _bars(column),
                "Lowest": _edge(column["min"]),
                "Mean": column["mean"],
                "Highest": _edge(column["max"]),
                "Most frequent": _top(column, rows),
            }
            for column in profile["columns"]
        ]
    )
    st.dataframe(
        table,
        hide_index=True,
        alt="What each column holds",
        placeholder="–",
        height=min(560, 36 * (len(table) + 1) + 2),
        column_config={
            "Column": st.column_config.TextColumn(pinned=True),
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


def _bars(column: dict[str, Any]) -> list[int]:
    if column["histogram"]:
        return list(column["histogram"]["counts"])
    return [item["count"] for item in column["top"]]


def _edge(value: Any) -> str:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value or "–")[:40]


def _top(column: dict[str, Any], rows: int) -> str:
    return ", ".join(f"{item['value']} ({percent(item['count'] / rows)})" for item in column["top"][:3])
