"""A chart on a screen: the picture, what it shows in words, what is not drawn, and ways to take it along."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS, UnknownColumn
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import charts
from engine.service.data.charts import ChartView, Drawn, DrawnView
from ui.charting.figure import figure_of
from ui.charts import CONFIG
from ui.trouble import show_error
from ui.words import escaped

SPACE = {"l": 8, "r": 16, "t": 36, "b": 8}
TOTAL = "Total"
SHOWN_ROWS = 16


def show_drawn(view: DrawnView, name: str, key: str, *, svg: bool = False) -> None:
    """Show a chart.

    Parameters
    ----------
    name
        What files of it are called.
    svg
        Whether the camera above the chart saves SVG; PNG otherwise.
    """
    drawn = view.drawn
    if not drawn.marks:
        st.info(escaped(drawn.sentence), icon=":material/filter_alt_off:")
    elif drawn.spec.kind == "pivot":
        _show_pivot(drawn, key)
    else:
        figure = figure_of(drawn, is_dark=st.context.theme.type == "dark")
        figure.update_layout(margin=SPACE | {"t": 56 if figure.layout.showlegend or drawn.spec.facet else 36})
        st.plotly_chart(figure, config=_config(name, svg=svg), key=key, alt=_told(drawn, name))
    if drawn.marks:
        st.markdown(escaped(drawn.sentence))
    if drawn.notes:
        st.caption(escaped(" ".join(drawn.notes)))


def show_kept(
    home: Workspace, chart: ChartView, key: str, *, version: int | None = None, svg: bool = False, mends: bool = True
) -> None:
    """Draw a chart that was kept, from the version it is pinned to, the one that is asked for, or the latest.

    Parameters
    ----------
    mends
        Whether a column that vanished can be replaced here.
    """
    number = chart.version or version
    try:
        view = charts.draw_chart(home, chart.dataset, chart.spec, number)
    except UnknownColumn:
        _show_vanished(home, chart, number, key, mends=mends)
        return
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    show_drawn(view, chart.name, key, svg=svg)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(escaped(f"{chart.dataset} {version_word(view, chart)}"), width="content")
        show_csv(view.drawn, chart.name, key)


def version_word(view: DrawnView, chart: ChartView | None = None) -> str:
    """Which version was drawn, and of when it is."""
    pinned = " (pinned)" if chart is not None and chart.version else ""
    of = f" of {view.of.astimezone():%d %b %Y, %H:%M}" if view.of else ""
    return f"v{view.version}{of}{pinned} · {count(view.drawn.rows, 'row')}"


def show_csv(drawn: Drawn, name: str, key: str) -> None:
    """What is drawn, to be taken along as a table."""
    if drawn.marks:
        st.download_button(
            "CSV", lambda: charts.as_csv(drawn), f"{file_stem(name)}.csv", "text/csv", key=f"{key}_csv",
            type="tertiary", icon=":material/download:", help="The figures that are drawn, as a table.",
            on_click="ignore",
        )  # fmt: skip


def file_stem(name: str) -> str:
    """A name that any computer takes for a file.

    >>> file_stem("Pay: by city/2026")
    'Pay by city 2026'
    """
    return re.sub(r"\s+", " ", re.sub(r"[^\w\- ]", " ", name)).strip()[:80] or "chart"


def _config(name: str, *, svg: bool) -> dict[str, Any]:
    picture = {"format": "svg" if svg else "png", "filename": file_stem(name), "scale": 1 if svg else 2}
    return {**CONFIG, "displayModeBar": True, "modeBarButtons": [["toImage"]], "toImageButtonOptions": picture}


def _told(drawn: Drawn, name: str) -> str:
    """What people hear who cannot see the picture."""
    return f"{charts.CHARTS[drawn.spec.kind].title}: {name}. {drawn.sentence}"


def _show_pivot(drawn: Drawn, key: str) -> None:
    rows, columns = drawn.order["category"], drawn.order.get("x", [])
    title = drawn.titles["category"]
    cells: dict[tuple[str, str], Any] = {}
    for at, row in enumerate(drawn.points["category"]):
        cells[row, drawn.points["x"][at] if columns else TOTAL] = drawn.points["y"][at]
    table: dict[str, list[Any]] = {title: [*rows, TOTAL]}
    for column in columns:
        name = column if column not in table else f"{column} "
        table[name] = [*(cells.get((row, column)) for row in rows), drawn.totals["x"].get(column)]
    whole = drawn.totals["all"].get("")
    by_row = drawn.totals["category"] if columns else {row: cells.get((row, TOTAL)) for row in rows}
    table[TOTAL if TOTAL not in table else f"{TOTAL} "] = [*(by_row.get(row) for row in rows), whole]
    numbers = {name: st.column_config.NumberColumn(format="localized") for name in list(table)[1:]}
    st.caption(escaped(drawn.titles["y"] + (f", {drawn.titles['x']} across" if columns else "")))
    st.dataframe(
        pd.DataFrame(table), hide_index=True, column_config=numbers, alt=_told(drawn, title), placeholder="–",
        height="auto" if len(rows) < SHOWN_ROWS else 36 * SHOWN_ROWS, key=key,
    )  # fmt: skip


def _show_vanished(home: Workspace, chart: ChartView, version: int | None, key: str, *, mends: bool) -> None:
    for gone in charts.missing_columns(home, chart, version):
        told = f"**{escaped(chart.dataset)} has no column “{escaped(gone.name)}” any more.**"
        advice = (
            f"Probably “{escaped(gone.likely)}” took its place." if gone.likely else "Edit the chart to choose another."
        )
        st.warning(f"{told}  \n{advice}", icon=":material/link_off:")
        if (
            mends
            and gone.likely
            and st.button(f"Use {gone.likely} instead", key=f"{key}_mend_{gone.name}", icon=":material/healing:")
        ):
            charts.change_chart(home, chart.id, chart.name, chart.spec.renamed(gone.name, gone.likely), chart.version)
            st.rerun()
