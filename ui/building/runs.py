"""The runs of a pipeline."""

import streamlit as st

from engine.service import Workspace, runs
from engine.service.amounts import count, seconds
from engine.service.views import RunView
from ui import places
from ui.frame import Column, badge, empty, listing
from ui.words import ago


def show_runs(home: Workspace, pipeline_id: str, latest: RunView | None) -> None:
    found = runs.list_runs(home, pipeline_id)
    if not found:
        empty(":material/play_circle:", "No run yet", "Press Run on the canvas.")
        return
    columns: list[Column[RunView]] = [
        Column("Run", 2, lambda it: places.link(places.RUNS, f"Run {it.number}", run=it.id)),
        Column("State", 2, lambda it: badge(it.status)),
        Column("Version", 1.5, lambda it: st.write(f"v{it.pipeline_version}")),
        Column("Took", 1.5, lambda it: st.write(seconds(it.seconds))),
        Column("Reused", 1.5, lambda it: st.write(count(it.reused, "node"))),
        Column("Started", 2, lambda it: st.caption(ago(it.created_at))),
    ]
    listing(found, columns, noun="run", key="runs")
