"""The canvas on its page, and the pulse that keeps its states live."""

import streamlit as st

from engine.service import Workspace
from engine.service.building import pipelines
from engine.service.running import runs
from engine.service.views import RunView
from ui import places, session
from ui.building import exchange
from ui.building.limits import chosen_limits
from ui.building.planned import show_plan
from ui.building.together import notice, told_people
from ui.canvas import canvas, feed, said
from ui.trouble import guarded, show_error

LIVE, TOGETHER, CALM = 1.0, 2.0, 5.0
"""Seconds between two looks: while a run is going, while somebody else is here, and else (somebody may come)."""


@st.fragment
@guarded
def show_canvas(home: Workspace, pipeline_id: str) -> None:
    """The canvas in a fragment of its own: drawing does not draw the page below it again."""
    key = f"canvas_{pipeline_id}"
    last = said(key)
    notice(pipeline_id, last)
    outcome = exchange.take(home, pipeline_id, last, chosen_limits(pipeline_id))
    if outcome.begin:
        places.go(places.BEGIN, into=pipeline_id, of=outcome.begin)
    draft = pipelines.get_draft(home, pipeline_id)
    if outcome.trouble:
        show_error(outcome.trouble)
    knows = last.intent.knows if last.intent else None
    latest = runs.latest_run(home, pipeline_id)
    data = exchange.editor_data(home, draft, latest, knows=knows)
    data |= exchange.answers(home, draft, last, outcome)
    focus = session.first_asked(pipeline_id, places.asked("node"))
    told = canvas(key, data, focus=focus)
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
    company = session.company(pipeline_id)

    @st.fragment(run_every=LIVE if is_live else TOGETHER if company > 1 else CALM)
    @guarded
    def look() -> None:
        run, draft = runs.latest_run(home, pipeline_id), pipelines.get_draft(home, pipeline_id)
        people = told_people(home, draft)
        here = len(people["people"])
        feed(
            f"feed_{pipeline_id}",
            {**exchange.feed_data(home, pipelines.drawn(draft), pipeline_id, run), **people},
        )
        now = (run.id, run.status) if run else None
        has_moved = now != known and (
            run is None or run.is_finished or known is None or known[0] != run.id or not is_live
        )
        session.keep_company(pipeline_id, here)
        if has_moved or (here > 1) != (company > 1):
            st.rerun()

    look()
