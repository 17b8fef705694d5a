"""Everything that happened to an endpoint as a vertical list, and why it changed at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import streamlit as st

from engine.service.amounts import count
from engine.service.retraining.timeline import timeline, why_changed
from engine.service.retraining.timeline_events import KINDS, EventKind, EventView
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import places, session
from ui.words import escaped

ICONS: dict[EventKind, tuple[str, str]] = {
    "change": (":material/swap_horiz:", "blue"),
    "round": (":material/autorenew:", "violet"),
    "run": (":material/play_circle:", "green"),
    "data": (":material/table:", "green"),
    "sync": (":material/sync_problem:", "red"),
    "alert": (":material/notifications:", "orange"),
    "drift": (":material/moving:", "orange"),
    "model": (":material/verified:", "violet"),
    "access": (":material/key:", "gray"),
    "setting": (":material/settings:", "gray"),
}
PLACES = {
    "model": (places.MODELS, "Model"),
    "run": (places.RUNS, "Run"),
    "dataset": (places.DATASETS, "Dataset"),
    "endpoint": (places.ENDPOINTS, "Round"),
}
NEWS = ("alert", "drift", "data")
"""Kinds whose bad news say themselves what is wrong; the others have failed."""
FIRST, MORE = 60, 200


def show_timeline(home: Workspace, endpoint: EndpointView) -> None:
    """Ask about a moment, choose what is shown, and show it by days."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input("Why did it change on", value=None, width=200, key="why_day")
        at = st.time_input("at", value=None, step=60, width=130, key="why_time")
    if isinstance(day, date) and at is not None:
        _show_why(home, endpoint, datetime.combine(day, at, _zone()))
        return
    st.caption("Give a day and a time to see the last change until then, and the chain of causes behind it.")
    chosen = st.pills(
        "Show", list(KINDS), selection_mode="multi", format_func=lambda it: f"{ICONS[it][0]} {KINDS[it]}",
        key="kinds", label_visibility="collapsed",
    )  # fmt: skip
    events = timeline(home, endpoint.name, list(chosen or ()))
    if not events:
        st.caption("Nothing of this kind has happened.")
        return
    most = MORE if session.is_ticked("all_events") else FIRST
    _show_days(events[:most])
    if len(events) > most:
        st.toggle(f"Show more of {count(len(events), 'event')}", key="all_events")


def _show_why(home: Workspace, endpoint: EndpointView, moment: datetime) -> None:
    found = why_changed(home, endpoint.name, moment)
    if found.change is None:
        st.info(f"Nothing answered {escaped(endpoint.name)} by then.", icon=":material/info:")
        return
    st.markdown(f"**The last change until {moment:%d %b %Y, %H:%M}, and what led to it**")
    with st.container(border=True, gap="xsmall"):
        for nth, event in enumerate(found.chain):
            if nth:
                st.caption(":material/arrow_upward: because of")
            _show_event(event, has_day=True)


def _show_days(events: Sequence[EventView]) -> None:
    zone = _zone()
    for day, group in groupby(events, key=lambda event: event.at.astimezone(zone).date()):
        st.markdown(f"**{day:%A, %d %B %Y}**")
        with st.container(border=True, gap="xsmall"):
            for event in group:
                _show_event(event)


def _show_event(event: EventView, *, has_day: bool = False) -> None:
    icon, color = ICONS[event.kind]
    color = "red" if event.is_bad else color
    shown = event.at.astimezone(_zone())
    when, words, link = st.columns([1.5 if has_day else 0.7, 9, 1.4], gap="small", vertical_alignment="top")
    when.caption(f"{shown:%d %b %Y, %H:%M}" if has_day else f"{shown:%H:%M}")
    with words:
        by = f" :gray[by {escaped(event.by)}]" if event.by and event.by != "local" else ""
        bad = " :red-badge[Failed]" if event.is_bad and event.kind not in NEWS else ""
        told = " ".join(part for part in (event.why and f"{event.why.rstrip('.')}.", event.about) if part)
        more = f"  \n:small[:gray[{escaped(' '.join(told.split()))}]]" if told else ""
        st.markdown(f":{color}[{icon}] {escaped(event.title)}{bad}{by}{more}")
    with link:
        _show_link(event)


def _show_link(event: EventView) -> None:
    page = str(event.place.get("page", ""))
    if page in PLACES:
        place, label = PLACES[page]
        params = {name: value for name, value in event.place.items() if name != "page"}
        if page == "endpoint":
            params |= {"view": "Loop", "loop": "Retraining"}
        places.link(place, label, **params)


def _zone() -> ZoneInfo:
    """The browser's own time zone; the server's where it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")
