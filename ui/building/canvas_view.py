"""The canvas on its page, and the pulse that keeps its states live."""

import streamlit as st

from engine.service import Workspace, pipelines, runs
from engine.service.views import RunView
from ui import places, session
from ui.building import exchange, pasting
from ui.building.limits import chosen_limits
from ui.building.planned import show_plan
from ui.canvas import acknowledge, canvas, feed, said
from ui.trouble import guarded, show_error

HEIGHT = 560
LIVE, CALM = 1.0, 10.0
"""Seconds between two looks at the latest run: while one is going, and else (another tab may start one)."""


@st.fragment
@guarded
def show_canvas(home: Workspace, pipeline_id: str) -> None:
    """The canvas in a fragment of its own: drawing does not draw the page below it again."""
    key = f"canvas_{pipeline_id}"
    last = said(key)
    outcome = exchange.take(home, pipeline_id, last, chosen_limits(pipeline_id))
    if outcome.begin:
        places.go(places.BEGIN, into=pipeline_id, of=outcome.begin)
    draft, latest = pipelines.get_draft(home, pipeline_id), runs.latest_run(home, pipeline_id)
    board = st.container()
    acknowledge(f"ack_{pipeline_id}", doc=pipeline_id, rev=draft.rev, by=draft.by, ack=draft.ack)
    if outcome.trouble:
        show_error(outcome.trouble)
    knows = last.intent.knows if last.intent else None
    answer = session.answer_to(pipeline_id, last.intent, outcome.answer)
    data = exchange.editor_data(
        home, draft, latest, outcome.refused, knows=knows, answer=answer, asked=last.asked
    )
    focus = session.first_asked(pipeline_id, places.asked("node"))
    data["pasted"] = pasting.answer(last.intent, pipeline_id)
    with board:
        told = canvas(key, data, height=HEIGHT, focus=focus)
    if told.refused:
        st.warning(f"The canvas sent something that could not be read: {told.refused}", icon=":material/warning:")
    if latest is None or latest.is_finished:
        show_plan(pipelines.drawn(draft))
    if outcome.node is not None:
        places.ask(node=outcome.node or None)
    if outcome.changed and not outcome.trouble:
        st.rerun()


def watch(home: Workspace, pipeline_id: str, latest: RunView | None) -> None:
    """Keep the canvas's node states live; draw the page again when a run begins or ends."""
    is_live = latest is not None and not latest.is_finished
    known = (latest.id, latest.status) if latest else None

    @st.fragment(run_every=LIVE if is_live else CALM)
    @guarded
    def look() -> None:
        run = runs.latest_run(home, pipeline_id)
        drawn = pipelines.drawn(pipelines.get_draft(home, pipeline_id))
        feed(f"feed_{pipeline_id}", exchange.feed_data(home, drawn, pipeline_id, run))
        now = (run.id, run.status) if run else None
        if now != known and (run is None or run.is_finished or known is None or known[0] != run.id or not is_live):
            st.rerun()

    look()
