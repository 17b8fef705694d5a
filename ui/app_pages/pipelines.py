"""Pipelines: the list; the ways to a new one; one from a file; delete and bring back."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.graph import Pipeline
from engine.service.building import pipelines
from engine.service.views import PipelineView
from ui import places, session
from ui.frame import Column, badge, confirm, empty, heading, listing, search
from ui.trouble import guarded, show_error
from ui.words import ago

home = session.workspace()


@st.dialog("Import a pipeline")
@guarded
def ask_file() -> None:
    st.caption("A YAML file as `canvasback pipeline export` writes it.")
    file = st.file_uploader("Pipeline file", type=["yaml", "yml", "json"], label_visibility="collapsed")
    if file is None:
        return
    try:
        pipeline = Pipeline.from_yaml(file.getvalue().decode("utf-8", errors="replace"))
        taken = any(it.name == pipeline.name for it in pipelines.list_pipelines(home, search=pipeline.name))
        if taken:
            st.warning(f"The draft of {pipeline.name} will be replaced; its saved versions stay.")
        if st.button(f"Import {pipeline.name}", type="primary", icon=":material/upload:"):
            if taken:
                _keep_draft(pipeline.name)
            draft = pipelines.import_pipeline(home, pipeline)
            places.go(places.BUILDER, pipeline=draft.pipeline_id)
    except PEOPLE_ERRORS as error:
        show_error(error)


def _keep_draft(name: str) -> None:
    """So that what is replaced can be restored."""
    pipelines.save_version(home, pipelines.find_draft(home, name).pipeline_id, "Before an import")


def show_undo(pipeline_id: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(":material/delete: The pipeline is deleted. Its runs and models are kept.", width="content")
        if st.button("Undo", icon=":material/undo:"):
            try:
                pipelines.restore_pipeline(home, pipeline_id)
            except PEOPLE_ERRORS as error:
                show_error(error)
                return
            session.say("The pipeline is back.", ":material/undo:")
            places.go(places.PIPELINES)


def show_list() -> None:
    words = search("pipelines", "pipelines")
    found = pipelines.list_pipelines(home, search=words)
    if not found and words:
        st.caption(f"No pipeline is called anything like “{words}”.")
        return
    if not found:
        empty(
            ":material/account_tree:",
            "No pipeline yet",
            "A pipeline is drawn on a canvas: data on the left, a model on the right, the way between.",
            _first,
        )
        return
    columns: list[Column[PipelineView]] = [
        Column("Name", 5, _name),
        Column("Saved version", 2, lambda it: st.write(f"v{it.version}" if it.version else "–")),
        Column("Last run", 2.5, _last_run),
        Column("Edited", 2.5, lambda it: st.caption(ago(it.updated_at))),
        Column("", 1.4, _delete),
    ]
    listing(found, columns, noun="pipeline", key="pipelines")


def _first() -> None:
    if st.button("Try it with sample data", type="primary", icon=":material/science:"):
        places.go(places.BEGIN, of="templates")
    if st.button("Build for me", icon=":material/auto_fix_high:", key="first_build"):
        places.go(places.BEGIN)


def _name(it: PipelineView) -> None:
    places.link_name(places.BUILDER, it.name, icon=":material/account_tree:", pipeline=it.id)


def _last_run(it: PipelineView) -> None:
    if it.last_run_id:
        badge(it.last_run_status)
    else:
        st.caption("Never run")


def _delete(it: PipelineView) -> None:
    def act() -> None:
        try:
            pipelines.delete_pipeline(home, it.id)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        places.go(places.PIPELINES, deleted=it.id)

    if st.button("Delete", icon=":material/delete:", key=f"delete_{it.id}", type="tertiary"):
        confirm(
            "Delete pipeline",
            f"**{it.name}** leaves the list. Its runs and models stay, and you can undo this.",
            "Delete",
            act,
        )


with heading("Pipelines"):
    if st.button("Import YAML", icon=":material/upload_file:"):
        ask_file()
    if st.button("Build for me", icon=":material/auto_fix_high:"):
        places.go(places.BEGIN)
    if st.button("Templates", icon=":material/dashboard_customize:"):
        places.go(places.BEGIN, of="templates")
    if st.button("New pipeline", type="primary", icon=":material/add:"):
        places.go(places.BEGIN)
gone = places.asked("deleted")
if gone:
    show_undo(gone)
show_list()
