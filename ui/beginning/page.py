"""The page on which a pipeline begins."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import beginnings, pipelines
from ui import places
from ui.beginning.building import show_building
from ui.beginning.gallery import show_gallery
from ui.building.duplicating import free_name
from ui.frame import heading
from ui.trouble import guarded, show_error

USUAL = "pipeline"
"""A pipeline that nobody has named."""


def show_page(home: Workspace) -> None:
    """Three ways to begin, the one that asks for the least first."""
    into = places.asked("into")
    draft = pipelines.get_draft(home, into) if into else None
    back = (places.BUILDER, draft.name) if draft else (places.PIPELINES, "Pipelines")
    about = "Say what you want to know, take a template, or begin with nothing: all of it can be changed on the canvas."
    with heading("Begin a pipeline", about, back, **({"pipeline": into} if into else {})):
        if not into and st.button("Empty canvas", icon=":material/add:"):
            ask_empty(home)
    if places.asked("of") == "templates":
        show_gallery(home, into)
        show_building(home, into)
    else:
        show_building(home, into)
        show_gallery(home, into)


@st.dialog("Empty canvas")
@guarded
def ask_empty(home: Workspace) -> None:
    dataset = places.asked("dataset")
    with st.form("new_pipeline", border=False):
        name = st.text_input("Name", value=free_name(home, dataset or USUAL), max_chars=120, required=True)
        reads = bool(dataset) and st.checkbox(f"With the dataset {dataset}", value=True)
        sent = st.form_submit_button("Create", type="primary", icon=":material/add:")
    if sent and str(name or "").strip():
        try:
            draft = (
                beginnings.begin_with_dataset(home, str(name), dataset)
                if dataset and reads
                else beginnings.begin_empty(home, str(name))
            )
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        places.go(places.BUILDER, pipeline=draft.pipeline_id)
