"""The saved versions of a pipeline."""

import streamlit as st

from engine.service import Workspace, pipelines
from engine.service.views import RunView
from ui import session
from ui.frame import Column, empty, listing
from ui.trouble import guarded
from ui.words import when


def show_versions(home: Workspace, pipeline_id: str, latest: RunView | None) -> None:
    found = pipelines.list_versions(home, pipeline_id)
    if not found:
        empty(
            ":material/save:",
            "No saved version yet",
            "A run saves one by itself; “Save version” keeps one with a note.",
        )
        return

    def restore(number: int) -> None:
        if st.button("Restore", icon=":material/history:", key=f"restore_{number}", type="tertiary"):
            kept = pipelines.save_version(home, pipeline_id, f"Before restoring v{number}")
            pipelines.restore_version(home, pipeline_id, number)
            session.say(f"v{number} is the draft again. What was there is v{kept}.", ":material/history:")
            st.rerun()

    columns: list[Column[dict[str, object]]] = [
        Column("Version", 1.2, lambda it: st.write(f"v{it['version']}")),
        Column("Note", 5, lambda it: st.text(str(it["note"] or "–"))),
        Column("Saved", 2.5, lambda it: st.caption(when(it["created_at"]))),  # type: ignore[arg-type]
        Column("", 1.5, lambda it: restore(int(str(it["version"])))),
    ]
    listing(found, columns, noun="version", key="versions")


@st.dialog("Save version")
@guarded
def ask_note(home: Workspace, pipeline_id: str) -> None:
    with st.form("save_version", border=False):
        note = st.text_input("Note", max_chars=500, placeholder="What changed, and why")
        sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if sent:
        number = pipelines.save_version(home, pipeline_id, str(note or ""))
        session.say(f"Saved as version {number}.", ":material/save:")
        st.rerun()
