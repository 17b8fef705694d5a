"""Go on from a version of a pipeline under another name."""

from __future__ import annotations

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import pipeline_versions, pipelines
from engine.service.building.pipeline_versions import DRAFT, side_name
from ui import places
from ui.trouble import guarded, show_error
from ui.words import escaped

LONGEST_NAME = 120


def ask_duplicate(home: Workspace, pipeline_id: str, name: str, side: str) -> None:
    """Ask for the name of a pipeline that begins as this version, or as the draft."""
    what = "the draft" if side == DRAFT else side_name(side)

    @st.dialog(f"Duplicate {what}")
    @guarded
    def ask() -> None:
        st.caption(f"A pipeline of its own, which begins as {escaped(what)} of {escaped(name)} and remembers that.")
        with st.form("duplicate", border=False):
            wanted = st.text_input("Name", value=free_name(home, name), max_chars=LONGEST_NAME, required=True)
            sent = st.form_submit_button("Duplicate", type="primary", icon=":material/content_copy:")
        if sent and str(wanted or "").strip():
            try:
                made = pipeline_versions.duplicate(home, pipeline_id, str(wanted), side)
            except PEOPLE_ERRORS as error:
                show_error(error)
                return
            places.go(places.BUILDER, pipeline=made.pipeline_id)

    ask()


def free_name(home: Workspace, name: str) -> str:
    """The name, or the name with a number, as no pipeline has it yet."""
    taken = {it.name for it in pipelines.list_pipelines(home, search=name[:80])}
    free = (name, *(f"{name[: LONGEST_NAME - 5]} {number}" for number in range(2, 1_000)))
    return next((one for one in free if one not in taken), name)
