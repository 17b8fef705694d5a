"""All runs: filtered, then as a table or as lines."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.running import runs
from engine.service.running.run_table import known_of_runs
from ui import places
from ui.frame import empty, heading
from ui.running.filters import ask_filters
from ui.running.lines import show_lines_of_runs
from ui.running.table import show_table
from ui.trouble import show_error

VIEWS = ("Table", "Lines")


def show_list(home: Workspace) -> None:
    with heading("Runs"):
        view = st.segmented_control(
            "View", VIEWS, default="Table", key="as", bind="query-params", label_visibility="collapsed", required=True
        )
    if not runs.list_runs(home, limit=1):
        empty(":material/play_circle:", "No run yet", "Open a pipeline and press Run.", _first)
        return
    known = known_of_runs(home)
    narrow = st.container()
    row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    with narrow:
        asked = ask_filters(home, known, row)
    try:
        if view == "Lines":
            show_lines_of_runs(home, asked, known)
        else:
            show_table(home, asked, known, row)
    except PEOPLE_ERRORS as error:
        show_error(error)


def _first() -> None:
    if st.button("Choose a pipeline", type="primary", icon=":material/account_tree:"):
        places.go(places.PIPELINES)
