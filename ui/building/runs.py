"""The runs of a pipeline; two of them can be compared."""

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count, seconds
from engine.service.running import runs
from engine.service.views import RunView
from ui import places, session
from ui.frame import Column, badge, empty, listing
from ui.words import ago


def show_runs(home: Workspace, pipeline_id: str, latest: RunView | None) -> None:
    found = runs.list_runs(home, pipeline_id)
    if not found:
        empty(":material/play_circle:", "No run yet", "Press Run on the canvas.")
        return
    _show_compare(found)
    columns: list[Column[RunView]] = [
        Column("", 0.35, _show_tick),
        Column("Run", 2, lambda it: places.link(places.RUNS, f"Run {it.number}", run=it.id)),
        Column("State", 2, lambda it: badge(it.status)),
        Column("Version", 1.5, lambda it: st.write(f"v{it.pipeline_version}")),
        Column("Took", 1.5, lambda it: st.write(seconds(it.seconds))),
        Column("Reused", 1.5, lambda it: st.write(count(it.reused, "node"))),
        Column("Started", 2, lambda it: st.caption(ago(it.created_at))),
    ]
    listing(found, columns, noun="run", key="runs")


def _tick(it: RunView) -> str:
    return f"tick_run_{it.id}"


def _show_tick(it: RunView) -> None:
    st.checkbox(f"Compare run {it.number}", key=_tick(it), label_visibility="collapsed")


def _show_compare(found: list[RunView]) -> None:
    """Both runs side by side, and why the score changed from one to the other."""
    ticked = [it for it in found if session.is_ticked(_tick(it))]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_ready = len(ticked) == 2
        label = f"Compare run {ticked[1].number} with run {ticked[0].number}" if is_ready else "Compare two runs"
        if st.button(
            label, icon=":material/compare_arrows:", disabled=not is_ready, type="primary" if is_ready else "secondary"
        ):
            places.go(places.RUNS, run=ticked[0].id, beside=ticked[1].id)
        told = "Params, data, metrics, and why the score changed." if is_ready else "Tick two runs."
        st.caption("Tick only two." if len(ticked) > 2 else told, width="content")
