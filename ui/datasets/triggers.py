"""Which pipelines start when a dataset gets a new latest version."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import pipelines
from engine.service.running import triggers
from engine.service.running.triggers import TriggerView
from engine.service.views import DatasetView
from ui import places, session
from ui.frame import Column, badge, listing
from ui.trouble import show_error
from ui.words import ago, escaped


def show_triggers(home: Workspace, dataset: DatasetView) -> None:
    """The pipelines, and a way to add one."""
    st.subheader("When a new version arrives", anchor=False)
    found = triggers.list_triggers(home, dataset.name)
    if found:
        columns: list[Column[TriggerView]] = [
            Column("Run pipeline", 3, _pipeline),
            Column("Last started", 2, lambda it: st.caption(ago(it.fired_at) if it.fired_at else "Not yet")),
            Column("For", 1, lambda it: st.caption(f"v{it.seen}" if it.fired_at else "–")),
            Column("What came of it", 4, _outcome),
            Column("", 1, lambda it: _remove(home, it)),
        ]
        listing(found, columns, noun="pipeline", key="triggers")
    _ask(home, dataset, {it.pipeline for it in found})


def _pipeline(it: TriggerView) -> None:
    places.link(places.BUILDER, it.pipeline, icon=":material/account_tree:", pipeline=it.pipeline_id)


def _outcome(it: TriggerView) -> None:
    if it.error:
        st.caption(f":red[:material/error:] {escaped(str(it.error.get('message', '')))}")
    elif it.run_id:
        with st.container(horizontal=True, vertical_alignment="center"):
            badge(it.run_status)
            places.link(places.RUNS, f"Run {it.run}", run=it.run_id)
    else:
        st.caption("–")


def _remove(home: Workspace, it: TriggerView) -> None:
    if st.button(
        "", icon=":material/close:", key=f"remove_{it.pipeline_id}", help=f"Do not start {it.pipeline} any more"
    ):
        try:
            triggers.remove_trigger(home, it.dataset, it.pipeline)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.say(f"{it.pipeline} is not started any more.")
        st.rerun()


def _ask(home: Workspace, dataset: DatasetView, chosen: set[str]) -> None:
    names = [it.name for it in pipelines.list_pipelines(home) if it.name not in chosen]
    if not names:
        st.caption(
            "Every pipeline starts already." if chosen else "There is no pipeline yet that could start by itself then."
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Run pipeline", names, index=None, placeholder="Choose a pipeline", width=320, key="trigger_pipeline",
            label_visibility="collapsed",
        )  # fmt: skip
        if st.button("Add", icon=":material/add:", disabled=name is None) and name:
            try:
                triggers.add_trigger(home, dataset.name, name)
            except PEOPLE_ERRORS as error:
                show_error(error)
                return
            session.forget("trigger_pipeline")
            session.say(f"{name} starts whenever {dataset.name} gets a new version.", ":material/bolt:")
            st.rerun()
    st.caption(
        "It starts once for each new latest version, whatever brought it: a sync, an import, a run, or going back to "
        "an earlier one. The drawing that was saved last is run."
    )
