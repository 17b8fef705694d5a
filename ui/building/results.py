"""What the latest run found: findings, files, scores and reports."""

import streamlit as st

from engine.service import Workspace
from engine.service.views import NodeRunView, RunView
from ui import places
from ui.building.script import offer_script
from ui.frame import empty
from ui.made import show_findings, show_made, show_profiles
from ui.publishing import ask_publish
from ui.reports import show_report
from ui.scores import show_scores
from ui.searching import show_searches
from ui.trouble import show_error

STILL_GOING = "The run is still going. What it makes appears here as it comes."
NOTHING_MADE = (
    "No model and no report was made in this run. Add a model to get scores, and an Evaluate node to get plots."
)


def show_results(home: Workspace, pipeline_id: str, latest: RunView | None) -> None:
    if latest is None:
        empty(":material/play_circle:", "No run yet", "Press Run on the canvas; scores and plots appear here.")
        return
    if latest.error:
        show_error(latest.error)
    with st.container(horizontal=True, horizontal_alignment="right"):
        offer_script(home, latest)
    show_searches(latest)
    show_findings(latest)
    show_profiles(latest)
    show_made(home, latest)
    made = [node for node in latest.nodes if node.model or (node.report and "profile" not in node.report)]
    if not (made or latest.made or latest.findings or latest.error):
        st.caption(NOTHING_MADE if latest.is_finished else STILL_GOING)
    for node in made:
        show_result(node)


def show_result(node: NodeRunView) -> None:
    with st.container(border=True):
        if node.model:
            show_model_result(node.node, node.title, node.model, (node.report or {}).get("intervals"))
        elif node.report:
            show_report(node.title, node.report, f"report_{node.node}", _judged(node))


def _judged(node: NodeRunView) -> str:
    """The models that a report is about, by their nodes."""
    return ", ".join(f"{it['title']} ({it['model']} v{it['version']})" for it in node.judged)


def show_model_result(
    node: str, title: str, model: dict[str, object], intervals: dict[str, object] | None = None
) -> None:
    name, version = str(model["model"]), model["version"]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{title}** · {name} v{version}", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            if st.button("Open model", icon=":material/model_training:", key=f"open_{node}"):
                places.go(places.MODELS, model=name, version=version)
            if st.button("Publish", icon=":material/publish:", type="primary", key=f"publish_{node}"):
                ask_publish(name, int(str(version)))
    metrics, baseline = model.get("metrics"), model.get("baseline")
    show_scores(metrics if isinstance(metrics, dict) else {}, baseline if isinstance(baseline, dict) else {}, intervals)
