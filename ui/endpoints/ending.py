"""The end of an endpoint: said in good time, or at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.serving import endpoints, sunsets
from engine.service.serving.sunsets import SunsetView
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import places, session
from ui.models.who import name_field
from ui.trouble import guarded, show_error
from ui.words import escaped, when

NONE = "None"


def show_end(home: Workspace, endpoint: EndpointView, sunset: SunsetView | None) -> None:
    """What callers are told, where the end is known."""
    if sunset is None:
        return
    verb = "Ended" if endpoint.status == "retired" else "Ends"
    reason = f"  \n{escaped(sunset.reason)}" if sunset.reason else ""
    follower = f"  \n{escaped(sunset.successor)} answers instead." if sunset.successor else ""
    st.warning(f"**{verb} on {when(sunset.at)}**{reason}{follower}", icon=":material/event_busy:")
    if endpoint.status != "retired" and st.button("Keep the endpoint", icon=":material/undo:"):
        try:
            sunsets.keep_endpoint(home, endpoint.name, by=session.person())
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.say(f"{endpoint.name} stays.")
        st.rerun()


def ask_end(home: Workspace, name: str) -> None:
    """Retire an endpoint, at once or at a moment that callers are told of until then."""
    ask = st.dialog("Retire the endpoint")(guarded(lambda: _show_form(home, name)))
    ask()


def _show_form(home: Workspace, name: str) -> None:
    st.markdown(f"**{escaped(name)}** stops answering for good, and its name cannot be used again.")
    is_later = st.segmented_control("When", ["At a time", "Now"], default="At a time", key="end_when", required=True)
    with st.form("end", border=False):
        at = _moment() if is_later == "At a time" else None
        reason = str(st.text_input("Reason", max_chars=500, placeholder="What callers are told") or "")
        others = [it.name for it in endpoints.list_endpoints(home) if it.name != name and it.status == "live"]
        chosen = st.selectbox("What answers instead", [NONE, *others], key="end_successor")
        who = name_field()
        sent = st.form_submit_button("Announce it" if at else "Retire it now", type="primary", icon=":material/block:")
    if sent:
        session.keep_person(who)
        _retire(home, name, reason, None if chosen == NONE else chosen, at)


def _moment() -> datetime:
    """A moment in the server's own time; until then, answers carry the headers Sunset and Deprecation."""
    left, right = st.columns(2)
    today = datetime.now(UTC).astimezone()
    day: date = left.date_input("Day", value=today.date() + timedelta(days=30), min_value=today.date())
    clock = right.time_input("Time", value=time(6), help=f"In the server's own time, {today.tzname()}.")
    st.caption("It answers until then, and says in every answer when it will not (headers Sunset and Deprecation).")
    return datetime.combine(day, clock or time(6)).astimezone()


def _retire(home: Workspace, name: str, reason: str, successor: str | None, at: datetime | None) -> None:
    try:
        sunsets.retire_endpoint(home, name, reason=reason, successor=successor, at=at, by=session.person())
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("Its end is announced." if at else f"{name} is retired.", ":material/block:")
    places.go(places.ENDPOINTS, endpoint=name, view="Deployments")
