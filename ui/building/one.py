"""One pipeline: its heading, the canvas, and a tab for each side of it."""

from collections.abc import Callable

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import pipelines
from engine.service.running import runs
from engine.service.views import RunView
from ui import places
from ui.building.canvas_view import show_canvas, watch
from ui.building.limits import ask_limits
from ui.building.looking import answer_looks
from ui.building.results import show_results
from ui.building.runs import show_runs
from ui.building.table import show_table
from ui.building.versions import ask_note, show_versions
from ui.frame import heading
from ui.trouble import guarded, show_error

Show = Callable[[Workspace, str, RunView | None], None]
TABS: dict[str, Show] = {
    "Table": show_table,
    "Results": show_results,
    "Runs": show_runs,
    "Versions": show_versions,
}


def show_one(home: Workspace, pipeline_id: str) -> None:
    """A pipeline at work; only the open tab is drawn."""
    draft = pipelines.get_draft(home, pipeline_id)
    with heading(draft.name, back=(places.PIPELINES, "Pipelines")):
        ask_limits(pipeline_id)
        if st.button("Rename", icon=":material/edit:"):
            ask_name(home, pipeline_id, draft.name)
        if st.button("Save version", icon=":material/save:"):
            ask_note(home, pipeline_id)
    show_canvas(home, pipeline_id)
    latest = runs.latest_run(home, pipeline_id)
    watch(home, pipeline_id, latest)
    answer_looks(home, pipeline_id)
    opened = st.tabs(list(TABS), key="view", on_change="rerun", bind="query-params")
    for tab, show in zip(opened, TABS.values(), strict=True):
        if tab.open:
            with tab:
                show(home, pipeline_id, latest)


@st.dialog("Rename pipeline")
@guarded
def ask_name(home: Workspace, pipeline_id: str, before: str) -> None:
    with st.form("rename", border=False):
        name = st.text_input("Name", value=before, max_chars=120, required=True)
        sent = st.form_submit_button("Rename", type="primary")
    if sent and str(name or "").strip():
        try:
            pipelines.rename_pipeline(home, pipeline_id, str(name))
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        st.rerun()
