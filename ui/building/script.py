"""A run as a Python script, to look at and to take along."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.running.scripts import RunScript
from engine.service.views import RunView
from ui.trouble import guarded, show_error


def offer_script(home: Workspace, run: RunView) -> None:
    """A button, where the run trained a model."""
    if run.status == "succeeded" and any(node.model for node in run.nodes):
        help = "What this run did, in pandas, DuckDB and scikit-learn alone; it gives the same scores."
        if st.button("As Python", icon=":material/code:", help=help, key="as_python"):
            _show_script(home, run.id)


@st.dialog("As Python", width="large")
@guarded
def _show_script(home: Workspace, run_id: str) -> None:
    try:
        with st.spinner("Writing…"):
            script = RunScript(home, run_id)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    st.caption(
        "Needs only DuckDB, pandas and scikit-learn. It reads the same rows, prepares them with the same queries, "
        "trains with the same settings and prints its scores beside those of the run."
    )
    with st.container(horizontal=True):
        if script.has_small_data:
            st.download_button(
                "Script and data", script.packed, f"{script.name}.zip", "application/zip",
                icon=":material/folder_zip:", type="primary", on_click="ignore",
            )  # fmt: skip
        st.download_button(
            "Script", script.text, "pipeline.py", "text/x-python", icon=":material/download:", on_click="ignore"
        )
    if not script.has_small_data:
        st.caption(f"The data is large. Take it along with:  `canvasback pipeline script {run_id} --to FOLDER`")
    st.code(script.text, language="python", height=420)
