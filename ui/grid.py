"""A table of rows, page by page, over the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from engine.service.amounts import count
from engine.service.views import TableView
from ui import session

ROWS = 100
LONG_NAME = 28
"""Letters of a heading that would make its column wider than what is in it deserves."""
ROW_PIXELS = 33
"""Of a row or a header, at the font size of our theme."""
MOST_PIXELS = ROW_PIXELS * 17 + 2

MARK = "rgba(230, 159, 0, 0.22)"
"""Orange that lets light and dark show through."""


def show_pages(read: Callable[[int, int], TableView], *, key: str, alt: str, marked: Sequence[str] = ()) -> None:
    """Show a table with its pages.

    Parameters
    ----------
    read
        Gives some rows: offset and limit in, a view out.
    marked
        Columns that stand out.
    """
    slot = st.container()
    page = session.widget_number(key, 1)
    view = read((page - 1) * ROWS, ROWS)
    total = view.total if view.total is not None else view.offset + len(view.rows)
    pages = max(1, -(-total // ROWS))
    with slot:
        show_rows(view, alt, marked=marked)
    first = view.offset + 1 if view.rows else 0
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(
            f"Rows {first:,} to {view.offset + len(view.rows):,} of {total:,}, {count(len(view.columns), 'column')}.",
            width="content",
        )
        if pages > 1:
            st.pagination(pages, key=key)


def show_rows(view: TableView, alt: str, height: int = 0, marked: Sequence[str] = ()) -> None:
    """Show the rows of one view."""
    names = [column["name"] for column in view.columns]
    frame = pd.DataFrame(view.rows, columns=names)
    for column in view.columns:
        if column["kind"] == "datetime":
            frame[column["name"]] = frame[column["name"]].map(moment, na_action="ignore")
    settings = {column["name"]: _setting(column) for column in view.columns}
    shown = _marked(frame, [name for name in marked if name in frame]) if marked else frame
    st.dataframe(
        shown, hide_index=True, column_config=settings, alt=alt, placeholder="–", height=height or fitting(len(frame))
    )


def _marked(frame: pd.DataFrame, names: Sequence[str]) -> Any:
    return frame.style.set_properties(subset=list(names), **{"background-color": MARK}).format(_plain)


def _plain(value: Any) -> str:
    """A value as the grid shows it where nothing is marked."""
    if pd.isna(value):
        return "–"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e15 else str(value)


def moment(value: object) -> str:
    """A time as people write it, with a blank where the standard has a letter.

    >>> moment("2026-01-01T08:00:00"), moment("2026-01-01")
    ('2026-01-01 08:00:00', '2026-01-01')
    """
    return str(value).replace("T", " ", 1)


def fitting(rows: int, most: int = MOST_PIXELS) -> int:
    """Pixels of a table that is as high as its header and rows, and no higher than most.

    >>> fitting(0), fitting(1), fitting(1_000)
    (68, 68, 563)
    """
    return min(ROW_PIXELS * (max(rows, 1) + 1) + 2, most)


def _setting(column: dict[str, str]) -> Any:
    help = f"{column['name']}: {column['type']}"
    width: Literal["medium"] | None = "medium" if len(column["name"]) > LONG_NAME else None
    if column["kind"] == "numeric":
        whole = "whole" in column["type"]
        return st.column_config.NumberColumn(help=help, format="%d" if whole else None, width=width)
    if column["kind"] == "boolean":
        return st.column_config.CheckboxColumn(help=help, width=width)
    return st.column_config.Column(help=help, width=width)
