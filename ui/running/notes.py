"""The note and the tags of a run, changed where they stand."""

from collections.abc import Sequence

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.running.run_notes import NotesView, annotate_run, notes_of, tag_runs
from engine.service.running.run_table import known_of_runs
from ui import session
from ui.trouble import guarded, show_error
from ui.words import escaped


@st.fragment
@guarded
def show_notes(home: Workspace, run_id: str) -> None:
    """What people wrote about a run, and a way to write something else."""
    found = notes_of(home, run_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(tag_words(found.tags) or ":gray[:material/sell: No tags]", width="content")
        with st.popover("Edit note and tags", icon=":material/edit_note:", width="content"):
            edit_notes(home, run_id, found)
    if found.note:
        st.markdown(f":material/sticky_note_2: {escaped(found.note)}")


def edit_notes(home: Workspace, run_id: str, found: NotesView) -> None:
    """The form; saved with one click."""
    note = st.text_area(
        "Note", found.note, key=f"note_{run_id}", placeholder="What you tried, and what came of it", height=110
    )
    offered = list(dict.fromkeys([*found.tags, *known_of_runs(home).tags]))
    tags = st.multiselect(
        "Tags", offered, default=found.tags, accept_new_options=True, key=f"tags_{run_id}",
        placeholder="Choose a tag, or type a new one",
    )  # fmt: skip
    if st.button("Save", type="primary", key=f"save_{run_id}", icon=":material/check:"):
        try:
            annotate_run(home, run_id, note=note, tags=tags)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.forget(f"note_{run_id}", f"tags_{run_id}")
        session.say("The note and the tags are saved.")
        st.rerun()


def ask_tag(home: Workspace, run_ids: Sequence[str]) -> None:
    """Give several runs one more tag."""
    tag = st.selectbox(
        "Tag", known_of_runs(home).tags, index=None, accept_new_options=True, key="tag_several",
        placeholder="Choose a tag, or type a new one",
    )  # fmt: skip
    if st.button("Add the tag", type="primary", disabled=not tag):
        try:
            tag_runs(home, run_ids, str(tag))
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.forget("tag_several")
        st.rerun()


def tag_words(tags: Sequence[str]) -> str:
    """Tags as badges."""
    return " ".join(f":gray-badge[:material/sell: {escaped(tag)}]" for tag in tags)
