"""Runs: the list, and one of them with its nodes, times, errors and models."""

from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import pipelines, runs
from engine.service.views import NodeRunView, RunView
from ui import charts, places, session
from ui.board import NODE_STATES
from ui.frame import Column, badge, empty, facts, heading, listing
from ui.progress import show_run_progress
from ui.scores import score_line
from ui.trouble import show_error
from ui.words import ago, count, number, seconds, size, state, when

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
    if run.error:
        show_error(run.error)
    show_numbers(run)
    show_models(run)
    st.subheader("Nodes", anchor=False)
    if not run.nodes:
        st.caption("No node has begun.")
        return
    show_failures(run.nodes)
    show_nodes(run.nodes)
    charts.durations(run.nodes, f"durations_{run.id}")
    with st.expander("Details", icon=":material/info:"):
        facts(
            {
                "Started": when(run.created_at),
                "Pipeline version": f"v{run.pipeline_version}",
                "Only up to": run.target or "everything",
                "Parameters": ", ".join(f"{name} = {value}" for name, value in run.params.items()) or "none",
                "Id": run.id,
            }
        )
        places.link(places.LINEAGE, "Show lineage", icon=":material/timeline:", run=run.id)


def run_again(run: RunView) -> None:
    try:
        drawn = pipelines.get_version(home, run.pipeline_id, run.pipeline_version)
        started = runs.start_run(home, run.pipeline_id, drawn, target=run.target, params=run.params)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    places.go(places.RUNS, run=started)


def show_numbers(run: RunView) -> None:
    busy = [node for node in run.nodes if node.seconds]
    peak = max((node.memory_mb or 0 for node in run.nodes), default=0)
    with st.grid(4, min_column_width=160, gap="small"):
        st.metric("Took", seconds(run.seconds), border=True)
        st.metric("CPU time", seconds(sum(node.cpu_seconds or 0 for node in busy) or None), border=True)
        st.metric("Peak memory", f"{peak:,.0f} MB" if peak else "–", border=True)
        st.metric(
            "Reused",
            f"{run.reused} of {len(run.nodes)}",
            border=True,
            help="Nodes whose result was there already, because nothing had changed.",
        )


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


def show_failures(nodes: list[NodeRunView]) -> None:
    for node in nodes:
        if node.error:
            st.markdown(f"**{node.title}** failed:")
            show_error(node.error)


def show_nodes(nodes: list[NodeRunView]) -> None:
    words = [state(name).word for name in ("done", "cached", "running", "waiting", "failed", "skipped", "cancelled")]
    st.dataframe(
        pd.DataFrame([_node_row(node) for node in nodes]),
        hide_index=True,
        alt="What each node of the run did",
        placeholder="–",
        height="content",
        column_config={
            "Node": st.column_config.TextColumn(pinned=True),
            "State": st.column_config.MultiselectColumn(
                options=words, color=["green", "green", "blue", "gray", "red", "gray", "gray"], width="small"
            ),
            "Rows in": st.column_config.NumberColumn(format="localized"),
            "Rows out": st.column_config.NumberColumn(format="localized"),
            "Seconds": st.column_config.NumberColumn(format="%.2f"),
            "CPU seconds": st.column_config.NumberColumn(format="%.2f"),
            "Memory (MB)": st.column_config.NumberColumn(format="%.0f"),
        },
    )
    rows = sum(node.rows_out or 0 for node in nodes)
    st.caption(
        f"{count(len(nodes), 'node')}, {number(rows)} rows made in all. A node without a time is part of the query "
        "of the node after it."
    )


def _node_row(node: NodeRunView) -> dict[str, Any]:
    return {
        "Node": node.title,
        "State": [state("cached" if node.cached else NODE_STATES.get(node.status, node.status)).word],
        "Rows in": node.rows_in,
        "Rows out": node.rows_out,
        "Seconds": node.seconds,
        "CPU seconds": node.cpu_seconds,
        "Memory (MB)": node.memory_mb,
        "Size": size(node.bytes),
    }


asked = places.asked("run")
if asked:
    show_one(asked)
else:
    show_list()
