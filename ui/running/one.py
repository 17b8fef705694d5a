"""One run with its nodes, times, errors and models."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.running import comparison, runs
from engine.service.views import RunView
from ui import places
from ui.comparing import choose_other
from ui.frame import badge, facts, heading
from ui.made import show_findings, show_made, show_profiles
from ui.measured import show_nodes, show_totals
from ui.progress import show_run_progress
from ui.running.notes import show_notes
from ui.scores import score_line
from ui.searching import show_searches
from ui.trouble import show_error
from ui.words import escaped, plain, when


def show_one(home: Workspace, run_id: str) -> None:
    run = runs.get_run(home, run_id)
    with heading(f"{run.pipeline} · run {run.number}", back=(places.RUNS, "Runs")):
        badge(run.status)
        if st.button("Open pipeline", icon=":material/account_tree:"):
            places.go(places.BUILDER, pipeline=run.pipeline_id)
        if run.is_finished and st.button("Run again", icon=":material/replay:"):
            run_again(home, run)
    if not run.is_finished:
        show_run_progress(run.id)
        show_searches(run)
    show_failures(run)
    show_notes(home, run.id)
    show_totals(run, comparison.run_standing(home, run.id))
    show_models(run)
    show_findings(run)
    show_profiles(run)
    show_made(home, run)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Nodes", anchor=False, width="content")
        choose_other(run)
    if not run.nodes:
        st.caption("No node has begun.")
        return
    show_nodes(run)
    with st.expander("Details", icon=":material/info:"):
        facts(
            {
                "Started": when(run.created_at),
                "Pipeline version": f"v{run.pipeline_version}",
                "Only up to": run.target or "everything",
                "Parameters": parameter_words(run),
                "Id": run.id,
            }
        )
        places.link(places.LINEAGE, "Show lineage", icon=":material/timeline:", run=run.id)


def parameter_words(run: RunView) -> str:
    """The value of each parameter; where this run asked for it, that is said."""
    told = {name: f"{name} = {plain(value)}" for name, value in run.values.items()}
    asked = [f"{told[name]} (asked for)" for name in run.params]
    return ", ".join([*asked, *(words for name, words in told.items() if name not in run.params)]) or "none"


def run_again(home: Workspace, run: RunView) -> None:
    try:
        started = runs.run_again(home, run.id)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    places.go(places.RUNS, run=started)


def show_models(run: RunView) -> None:
    if not run.models:
        return
    st.subheader("Models", anchor=False)
    with st.container(border=True, gap="xsmall"):
        for made in run.models:
            name, score = st.columns([3, 5], vertical_alignment="center")
            with name:
                label = f"{made['model']} v{made['version']}"
                places.link(places.MODELS, label, model=made["model"], version=made["version"])
            score.markdown(score_line(made.get("metrics") or {}, made.get("baseline") or {}))


def show_failures(run: RunView) -> None:
    """What each node failed of; the run's own error where no node has one."""
    failed = [node for node in run.nodes if node.error]
    for node in failed:
        st.markdown(f"**{escaped(node.title)}** failed:")
        show_error(node.error or {})
    if run.error and not failed:
        show_error(run.error)
