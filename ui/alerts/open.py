"""Open alerts: what, since when, how far beyond the limit, where, and who takes care of it."""

from __future__ import annotations

import streamlit as st

from engine.service import Workspace
from engine.service.monitoring import alerts
from engine.service.monitoring.alerts import AlertView
from ui import session
from ui.alerts.looks import link_subject, show_severity
from ui.frame import Column, empty, listing
from ui.models.who import comment_field, decided, name_field
from ui.trouble import errors_shown, guarded
from ui.words import ago, escaped, when


def show_open(home: Workspace) -> None:
    """The open alerts, the worst first."""
    found = alerts.list_alerts(home, is_open=True)
    if not found:
        empty(":material/check_circle:", "Nothing is open", "When a rule holds, it is told here and on the channels.")
        return
    columns: list[Column[AlertView]] = [
        Column("Severity", 1.5, lambda it: show_severity(it.severity)),
        Column("What", 6, _what),
        Column("About", 2, lambda it: link_subject(it.subject_kind, it.subject, it.subject_key)),
        Column("Since", 1.6, _since),
        Column("Who", 2.6, lambda it: _who(home, it)),
    ]
    listing(found, columns, noun="alert", key="alerts")


def show_closed(home: Workspace) -> None:
    """The alerts that have closed, the newest first."""
    found = alerts.list_alerts(home, is_open=False)
    if not found:
        empty(
            ":material/history:", "Nothing has closed yet", "Alerts close by themselves once their rule does not hold."
        )
        return
    columns: list[Column[AlertView]] = [
        Column("Severity", 1.5, lambda it: show_severity(it.severity)),
        Column("What", 6, _what),
        Column("About", 2, lambda it: link_subject(it.subject_kind, it.subject, it.subject_key)),
        Column("Opened", 2, lambda it: st.caption(when(it.opened_at))),
        Column("Closed", 2.4, _closed),
    ]
    listing(found, columns, noun="alert", key="closed")


def _what(it: AlertView) -> None:
    with st.container(gap="xxsmall"):
        st.markdown(f"**{escaped(it.rule)}**")
        st.caption(escaped(it.message))


def _since(it: AlertView) -> None:
    st.caption(ago(it.opened_at))


def _closed(it: AlertView) -> None:
    with st.container(gap="xxsmall"):
        st.caption(when(it.closed_at))
        st.caption(escaped(it.closed_because))


def _who(home: Workspace, it: AlertView) -> None:
    if it.acknowledged_at:
        note = f": {escaped(it.note)}" if it.note else ""
        by = escaped(it.acknowledged_by)
        st.caption(f":material/visibility: Seen by {by}, {ago(it.acknowledged_at)}{note}")
        return
    with st.container(gap="xxsmall"):
        if st.button("Acknowledge", icon=":material/visibility:", key=f"ack_{it.id}"):
            _ask(home, it)
        if it.muted_until:
            st.caption(f":material/notifications_off: Muted until {when(it.muted_until)}")


def _ask(home: Workspace, it: AlertView) -> None:
    ask = st.dialog("Acknowledge")(guarded(lambda: show_form(home, it)))
    ask()


def show_form(home: Workspace, it: AlertView) -> None:
    """The form with which somebody takes care of an alert."""
    st.markdown(f"**{escaped(it.rule)}**")
    st.caption("Nobody is reminded of it any more. It closes by itself once its rule holds no more.")
    with st.form("acknowledge", border=False):
        who = name_field(is_needed=True)
        note = comment_field("What is being done about it?", label="Note")
        if st.form_submit_button("Acknowledge", type="primary") and who.strip():
            with errors_shown():
                alerts.acknowledge(home, it.id, note, who.strip())
                decided(who.strip(), f"{session.person() or who} takes care of it.", ":material/visibility:")
