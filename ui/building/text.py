"""The pipeline as a text."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.graph import Pipeline
from engine.service import Workspace, pipelines
from engine.service.views import RunView
from ui import session
from ui.trouble import guarded, show_error


def show_text(home: Workspace, pipeline_id: str, latest: RunView | None) -> None:
    draft = pipelines.get_draft(home, pipeline_id)
    text = pipelines.drawn(draft).as_yaml()
    with st.container(horizontal=True):
        st.download_button("Download", text, f"{draft.name}.yaml", "application/yaml", icon=":material/download:")
        if st.button("Replace by a file", icon=":material/upload_file:"):
            ask_replacement(home, pipeline_id, draft.name)
    st.code(text, language="yaml", height=420)


@st.dialog("Replace by a file")
@guarded
def ask_replacement(home: Workspace, pipeline_id: str, name: str) -> None:
    st.caption("The draft is saved as a version first, so that you can go back.")
    file = st.file_uploader("Pipeline file", type=["yaml", "yml", "json"], label_visibility="collapsed")
    if file is None:
        return
    try:
        pipeline = Pipeline.from_yaml(file.getvalue().decode("utf-8", errors="replace"))
        if st.button("Replace the draft", type="primary"):
            pipelines.save_version(home, pipeline_id, "Before an import")
            pipelines.import_pipeline(home, pipeline.model_copy(update={"name": name}))
            session.say("The draft is replaced.", ":material/upload_file:")
            st.rerun()
    except PEOPLE_ERRORS as error:
        show_error(error)
