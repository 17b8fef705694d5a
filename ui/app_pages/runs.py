"""Runs: the list, and one of them with its nodes, times, errors and models."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import comparison, runs
from engine.service.amounts import count, seconds
from engine.service.views import RunView
from ui import places, session
from ui.comparing import choose_other, show_comparison
from ui.frame import Column, badge, empty, facts, heading, listing
from ui.made import show_findings, show_made, show_profiles
from ui.measured import show_nodes, show_totals
from ui.progress import show_run_progress
from ui.scores import score_line
from ui.trouble import show_error
from ui.words import ago, escaped, plain, state, when

home = session.workspace()
MOST = 500


def show_list() -> None:
    with heading("Runs"):
        pass
    found = runs.list_runs(home, limit=MOST)
    if not found:
        empty(":material/play_circle:", "No run yet", "Open a pipeline and press Run.", _first)
        return
    names = sorted({run.pipeline for run in found})
    with st.container(horizontal=True, vertical_alignment="center"):
        pipeline = st.selectbox(
            "Pipeline", names, index=None, placeholder="All pipelines", key="of", bind="query-params",
            label_visibility="collapsed", width=260,
        )  # fmt: skip
        wanted = st.pills(
            "State", ["Succeeded", "Failed", "Running", "Cancelled"], key="state", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    shown = [run for run in found if pipeline in (None, run.pipeline) and wanted in (None, _word(run))]
    if not shown:
        st.caption("No run fits this choice.")
        return
    columns: list[Column[RunView]] = [
        Column("Run", 4, lambda it: places.link(places.RUNS, f"{it.pipeline} · run {it.number}", run=it.id)),
        Column("State", 2, lambda it: badge(it.status)),
        Column("Version", 1.5, lambda it: st.write(f"v{it.pipeline_version}")),
        Column("Took", 1.5, lambda it: st.write(seconds(it.seconds))),
        Column("Reused", 1.5, lambda it: st.write(count(it.reused, "node"))),
        Column("Started", 2, lambda it: st.caption(ago(it.created_at))),
    ]
    listing(shown, columns, noun="run", key="runs")


def _word(run: RunView) -> str:
    return {"crashed": "Failed", "queued": "Running"}.get(run.status, state(run.status).word)


def _first() -> None:
    if st.button("Choose a pipeline", type="primary", icon=":material/account_tree:"):
        places.go(places.PIPELINES)


def show_one(run_id: str) -> None:
    run = runs.get_run(home, run_id)
    with heading(f"{run.pipeline} · run {run.number}", back=(places.RUNS, "Runs")):
        badge(run.status)
        if st.button("Open pipeline", icon=":material/account_tree:"):
            places.go(places.BUILDER, pipeline=run.pipeline_id)
        if run.is_finished and st.button("Run again", icon=":material/replay:"):
            run_again(run)
    if not run.is_finished:
        show_run_progress(run.id)
    show_failures(run)
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


def run_again(run: RunView) -> None:
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


asked, beside = places.asked("run"), places.asked("beside")
if asked and beside:
    show_comparison(asked, beside)
elif asked:
    show_one(asked)
else:
    show_list()
