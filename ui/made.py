"""What a run noticed about its rows, and what left it: datasets, files, charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count, size
from engine.service.running import runs
from engine.service.views import NodeRunView, RunView
from ui import places
from ui.charting.of_run import show_chart
from ui.profiled import show_columns
from ui.trouble import show_error, show_finding
from ui.words import escaped

MOST_BYTES = 200_000_000
"""What is handed to a browser; larger files are fetched by the command line."""


def show_findings(run: RunView) -> None:
    """What the nodes noticed, each under its name."""
    noticed = [node for node in run.nodes if node.findings]
    if not noticed:
        return
    st.subheader("Noticed", anchor=False)
    for node in noticed:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{escaped(node.title)}**")
            for finding in node.findings:
                show_finding(finding)


def show_profiles(run: RunView) -> None:
    """The statistics that were made on the way, each under its node's name."""
    for node in run.nodes:
        profile = (node.report or {}).get("profile")
        if profile:
            with st.expander(f"{escaped(node.title)}: statistics", icon=":material/query_stats:"):
                duplicates = count(profile["duplicates"], "duplicate row")
                st.caption(f"Quality score {profile['quality_score']:.0f} of 100 · {duplicates}")
                show_columns(profile)


def show_made(workspace: Workspace, run: RunView) -> None:
    """What left the pipeline, with a way to it."""
    made = [node for node in run.nodes if node.made]
    if not made:
        return
    st.subheader("Outputs", anchor=False)
    for node in made:
        with st.container(border=True):
            show_output(workspace, run.id, node)


def show_output(workspace: Workspace, run_id: str, node: NodeRunView) -> None:
    """One thing that left the pipeline."""
    made: Mapping[str, Any] = node.made or {}
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{escaped(node.title)}** · {escaped(str(made.get('message', '')))}", width="content")
        try:
            _way_to(workspace, run_id, node.node, made)
        except PEOPLE_ERRORS as error:
            show_error(error)
    if made.get("kind") == "chart":
        try:
            show_chart(runs.made_chart(workspace, run_id, node.node), f"chart_{run_id}_{node.node}")
        except PEOPLE_ERRORS as error:
            show_error(error)


def _way_to(workspace: Workspace, run_id: str, node: str, made: Mapping[str, Any]) -> None:
    match made.get("kind"):
        case "dataset":
            places.link(places.DATASETS, "Open dataset", dataset=made["dataset"], version=made["version"])
        case "model":
            places.link(places.MODELS, "Open model", model=made["model"], version=made["version"])
        case "file" | "report":
            _download(workspace, run_id, node, made)


def _download(workspace: Workspace, run_id: str, node: str, made: Mapping[str, Any]) -> None:
    if int(made["bytes"]) > MOST_BYTES:
        st.caption(f"{size(made['bytes'])}: fetch it with `canvasback runs fetch {run_id} {node}`")
        return
    name, path = runs.made_file(workspace, run_id, node)
    st.download_button(
        f"Download ({size(made['bytes'])})",
        path.read_bytes,
        name,
        str(made["media_type"]),
        icon=":material/download:",
        key=f"fetch_{run_id}_{node}",
    )
