"""The rows that the selected node made."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.graph import in_effect
from engine.service import Workspace
from engine.service.building import pipelines
from engine.service.running import runs
from engine.service.views import RunView
from ui import places
from ui.frame import empty
from ui.grid import show_pages
from ui.trouble import show_error
from ui.words import escaped


def show_table(home: Workspace, pipeline_id: str, latest: RunView | None) -> None:
    chosen = places.asked("node")
    pipeline = pipelines.drawn(pipelines.get_draft(home, pipeline_id))
    drawn = pipeline.by_id.get(chosen or "")
    if drawn is not None and drawn.is_only_drawn:
        st.caption(f":material/draw: {escaped(drawn.label)} is only drawn: it never runs and has no rows.")
        return
    if drawn is not None and drawn.id in in_effect(pipeline).apart:
        st.caption(
            f":material/toggle_off: {escaped(drawn.label)} takes no part in runs, because of a switch: it has no rows."
        )
        return
    node = next((it for it in latest.nodes if it.node == chosen), None) if latest else None
    if chosen is None:
        st.caption(":material/ads_click: Select a node on the canvas to see the rows it made.")
        return
    if drawn is None and node is None:
        st.caption(":material/draw: This was just drawn; nothing has run here yet.")
        return
    if latest is None or node is None or node.status in ("queued", "waiting", "skipped", "cancelled"):
        empty(
            ":material/table_rows:", "No rows yet",
            "This node has not run. The arrow beside Run has “Run to …”, which runs it and what it needs.",
        )  # fmt: skip
        return
    if node.status == "running":
        st.caption(f":material/progress_activity: {node.title} is running.")
        return
    if node.error:
        show_error(node.error)
        return
    ports = [port for port in node.ports if port != "model"]
    port = ports[0] if ports else None
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{node.title}** in run {latest.number}", width="content")
        if len(ports) > 1:
            port = st.segmented_control(
                "Output", ports, default=ports[0], key=f"port_{node.node}", label_visibility="collapsed", required=True
            )
    try:
        show_pages(
            lambda offset, limit: runs.node_table(home, latest.id, node.node, port, offset, limit),
            key=f"table_{latest.id}_{node.node}_{port}",
            alt=f"Rows that {node.title} made",
        )
    except PEOPLE_ERRORS as error:
        st.caption(f"{getattr(error, 'message', '')} {getattr(error, 'hint', '')}")
