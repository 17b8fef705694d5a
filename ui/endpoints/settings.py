"""How an endpoint answers: strict or lenient, who stays with which version, what is kept, how much may be asked."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.serving.endpoint_settings import change_endpoint_settings, get_endpoint_settings
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import session
from ui.trouble import show_error

STRICT = {True: "Refuse the request", False: "Make the best of it"}
STICKY = {"none": "Chance decides for each request", "key": "All requests of one key go to the same version"}


def show_settings(home: Workspace, endpoint: EndpointView) -> None:
    """A form with all of them, saved together."""
    known = get_endpoint_settings(home, endpoint.name)
    names = sorted({field["name"] for field in endpoint.fields} | set(known.masked))
    with st.form(f"settings_{endpoint.name}", border=False):
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**Answers**")
            strict = st.radio(
                "A record that lacks a field, has one more, or a value of another type", list(STRICT),
                index=0 if known.strict else 1, format_func=STRICT.__getitem__,
                captions=[
                    "The answer names record and field.",
                    "What is not known is left out, what may be missing is missing, and texts that are numbers are "
                    "read as numbers.",
                ],
            )  # fmt: skip
            sticky = st.radio(
                "Where several versions share the traffic", list(STICKY), index=list(STICKY).index(known.sticky),
                format_func=STICKY.__getitem__,
                captions=["", "A caller may also name what stays together in the header Canvasback-Route."],
            )  # fmt: skip
            st.markdown("**Limits of each key**")
            per_minute, per_day = st.columns(2)
            minute = per_minute.number_input(
                "Requests a minute", 1, None, known.requests_per_minute, placeholder="no limit",
                help="More are refused with status 429 and the time to wait.",
            )  # fmt: skip
            day = per_day.number_input("Records a day", 1, None, known.records_per_day, placeholder="no limit")
        with right:
            st.markdown("**What is kept**")
            log = st.toggle(
                "Keep what was asked and answered", known.log,
                help="To watch the endpoint, to replay requests to a new version, and to look a prediction up.",
            )  # fmt: skip
            of_all, until = st.columns(2)
            share = of_all.number_input("Percent of requests kept", 1, 100, max(1, round(100 * known.log_share)))
            days = until.number_input("Days until it is deleted", 1, 3_650, known.keep_days)
            masked = st.multiselect(
                "Fields whose values are not kept", names, list(known.masked), placeholder="none",
                help="Such as names or numbers of people. What was kept before stays until it is too old.",
            )  # fmt: skip
        sent = st.form_submit_button("Save", type="primary", icon=":material/check:")
    if sent:
        changes = {"strict": strict, "sticky": sticky, "log": log, "log_share": share / 100, "masked": masked}
        changes |= {"keep_days": days, "requests_per_minute": minute, "records_per_day": day}
        _save(home, endpoint.name, changes)
    st.caption("The API takes changes up within a second. Who changed what is in the audit log.")


def _save(home: Workspace, name: str, changes: dict[str, Any]) -> None:
    try:
        change_endpoint_settings(home, name, changes, by=session.person() or "local")
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("Saved.")
    st.rerun()
