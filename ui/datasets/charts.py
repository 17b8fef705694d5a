"""The charts of a dataset: what is kept, what is suggested, and the builder."""

from __future__ import annotations

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.data import charts
from engine.service.data.charts import ChartSpec, ChartView
from engine.service.views import DatasetView
from ui import places, session
from ui.charting.boarding import ask_board
from ui.charting.builder import show_builder, show_picture_choice, show_suggestions
from ui.charting.drawn import show_kept
from ui.frame import confirm, menu
from ui.trouble import show_error
from ui.words import escaped

PER_PAGE = 6
NEW = "new"


def show_charts(home: Workspace, dataset: DatasetView) -> None:
    """The gallery, or the builder where the address names a chart."""
    asked = places.asked("chart")
    if asked == NEW:
        show_builder(home, dataset, None)
    elif asked:
        show_builder(home, dataset, charts.get_chart(home, asked))
    else:
        _show_gallery(home, dataset)


def _show_gallery(home: Workspace, dataset: DatasetView) -> None:
    kept = charts.list_charts(home, dataset.name)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("Charts", anchor=False, width="content")
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            if kept:
                show_picture_choice("gallery_picture")
            if st.button("New chart", type="primary", icon=":material/add_chart:"):
                session.forget_chart(_new_key(dataset))
                _open(NEW)
    with st.expander("Suggested: click one to draw it", expanded=not kept, icon=":material/lightbulb:"):
        show_suggestions(home, dataset, lambda spec: _begin(dataset, spec), f"gallery_{dataset.id}")
    if not kept:
        st.caption("No chart is kept yet. What you save stays with the dataset and follows its latest version.")
    pages = -(-len(kept) // PER_PAGE)
    page = session.widget_number("charts_page", 1)
    svg = session.widget_text("gallery_picture") == "SVG"
    shown = kept[(page - 1) * PER_PAGE : page * PER_PAGE]
    for start in range(0, len(shown), 2):
        for cell, chart in zip(st.columns(2, gap="medium"), shown[start : start + 2], strict=False):
            with cell, st.container(border=True, gap="small", height="stretch"):
                _show_card(home, dataset, chart, svg=svg)
    if pages > 1:
        st.pagination(pages, key="charts_page")


def _open(chart: str) -> None:
    """Open the builder; the address is changed and not the page, because its tab is a widget."""
    places.ask(chart=chart)
    st.rerun()


def _new_key(dataset: DatasetView) -> str:
    return f"chart_{dataset.id}_{NEW}"


def _begin(dataset: DatasetView, spec: ChartSpec) -> None:
    session.build_chart(_new_key(dataset), spec)
    places.ask(chart=NEW)


def _show_card(home: Workspace, dataset: DatasetView, chart: ChartView, *, svg: bool) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{escaped(chart.name)}**", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            if st.button("Edit", key=f"edit_{chart.id}", icon=":material/edit:", type="tertiary"):
                session.forget_chart(f"chart_{dataset.id}_{chart.id}")
                _open(chart.id)
            if st.button("Put on a board", key=f"put_{chart.id}", icon=":material/dashboard:", type="tertiary"):
                ask_board(home, lambda: chart, chart.id, is_kept=True)
            menu(
                chart.name,
                {
                    ":material/content_copy: Duplicate": lambda: _duplicate(home, chart),
                    ":material/delete: Delete": lambda: _ask_to_delete(home, chart),
                },
                f"more_{chart.id}",
            )
    show_kept(home, chart, f"kept_{chart.id}", version=dataset.version, svg=svg)


def _duplicate(home: Workspace, chart: ChartView) -> None:
    session.say(f"{charts.duplicate_chart(home, chart.id).name} is made.", ":material/content_copy:")
    st.rerun()


def _ask_to_delete(home: Workspace, chart: ChartView) -> None:
    on = charts.boards_of(home, chart.id)
    also = f" It leaves the board{'s' if len(on) > 1 else ''} {', '.join(on)}." if on else ""
    warning = f"**{escaped(chart.name)}** is deleted.{escaped(also)}"
    confirm("Delete chart", warning, "Delete", lambda: _delete(home, chart))


def _delete(home: Workspace, chart: ChartView) -> None:
    try:
        charts.delete_chart(home, chart.id)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{chart.name} is deleted.", ":material/delete:")
    st.rerun()
