"""Publications that wait: for their time, for somebody's look, or for a worker; and those that failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.serving import publications
from engine.service.serving.publications import PublicationView
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import places, session
from ui.frame import Column, badge, listing
from ui.trouble import show_error
from ui.words import ago, escaped, when

SHOWN = timedelta(days=7)
"""So long a failure is shown."""
WORDS = {"planned": "Planned", "working": "At work", "checked": "Waits for a look", "failed": "Failed"}
STATES = {"planned": "waiting", "working": "running", "checked": "paused", "failed": "failed"}


def show_plans(home: Workspace, endpoint: EndpointView) -> None:
    """What is still to come, and what did not."""
    since = datetime.now(UTC) - SHOWN
    found = [it for it in publications.list_publications(home, endpoint.name) if _is_shown(it, since)]
    if not found:
        return
    st.markdown("**To come**")
    columns: list[Column[PublicationView]] = [
        Column("Publication", 3, lambda it: st.markdown(escaped(it.parts))),
        Column("State", 2, lambda it: badge(STATES[it.status], WORDS[it.status])),
        Column("When", 2.2, lambda it: st.caption(when(it.at) if it.at else ago(it.created_at))),
        Column("By", 1.6, lambda it: st.caption(escaped(it.asked_by))),
        Column("Note", 3, _note),
        Column("", 2, lambda it: _act(home, it)),
    ]
    listing(found, columns, noun="publication", key="plans")


def _is_shown(it: PublicationView, since: datetime) -> bool:
    if it.status == "failed":
        return (it.finished_at or it.created_at) > since
    return it.status in WORDS


def _note(it: PublicationView) -> None:
    if it.error:
        st.caption(f":red[{escaped(str(it.error.get('message', '')))}]")
    elif it.status == "checked" and it.replay:
        st.caption(escaped(str(it.replay["said"])))
    else:
        st.caption(escaped(it.note) if it.note else "–")


def _act(home: Workspace, it: PublicationView) -> None:
    if it.status == "planned":
        if st.button("Cancel", icon=":material/event_busy:", key=f"cancel_{it.id}", type="tertiary"):
            _cancel(home, it)
    elif it.job_id is not None and st.button(
        "Look", icon=":material/difference:", key=f"look_{it.id}", type="tertiary"
    ):
        places.go(places.ENDPOINTS, endpoint=it.endpoint, job=it.job_id)


def _cancel(home: Workspace, it: PublicationView) -> None:
    try:
        publications.cancel_publication(home, it.id, by=session.person())
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("The publication is cancelled.", ":material/event_busy:")
    st.rerun()
