"""The alert rules, how each stands, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

from engine.service import Workspace
from engine.service.monitoring import alert_rules, suggested_rules
from engine.service.monitoring.alert_rules import RuleView
from ui import session
from ui.alerts.looks import link_subject, show_severity
from ui.alerts.rule_form import ask_rule
from ui.frame import Column, confirm, empty, listing, menu
from ui.trouble import errors_shown
from ui.words import ago, escaped, when

MUTES = {1: "an hour", 24: "a day", 7 * 24: "a week"}


def show_rules(home: Workspace) -> None:
    """The rules, a way to add one, and those that are worth having."""
    found = alert_rules.list_rules(home)
    if found:
        columns: list[Column[RuleView]] = [
            Column("Rule", 5, _rule),
            Column("About", 2, lambda it: link_subject(it.subject_kind, it.subject, it.subject_key)),
            Column("Severity", 1.4, lambda it: show_severity(it.severity)),
            Column("Stands", 3, _stands),
            Column("", 0.8, lambda it: _menu(home, it)),
        ]
        listing(found, columns, noun="rule", key="rules")
    else:
        about = "A rule says what is worth an alert: drift, errors, latency, old data, failed runs and syncs."
        empty(":material/notifications:", "No rule yet", about, lambda: _first(home))
    _suggest(home)


def _first(home: Workspace) -> None:
    if st.button("Add the first one", type="primary", icon=":material/add:", key="first_rule"):
        ask_rule(home)


def _rule(it: RuleView) -> None:
    with st.container(gap="xxsmall"):
        st.markdown(f"**{escaped(it.name)}**")
        told = f", told to {escaped(', '.join(it.channels))}" if it.channels else ""
        looks = f", {it.looks} looks in a row" if it.looks > 1 else ""
        st.caption(f"{escaped(it.words)}{looks}{told}")


def _stands(it: RuleView) -> None:
    if it.gone:
        st.caption(f":material/block: {escaped(it.reason) or 'What it is about is gone.'}")
    elif it.looked_at is None:
        st.caption(":material/schedule: Not looked at yet")
    else:
        found = escaped(it.found)
        word = f":red[:material/notifications_active: **Open:** {found}]" if it.is_open else found
        with st.container(gap="xxsmall"):
            st.markdown(word or f":gray[:material/help: {escaped(it.reason)}]")
            st.caption(f"Looked at {ago(it.looked_at)}")
    if it.is_muted():
        st.caption(f":material/notifications_off: Muted until {when(it.muted_until)}")


def _menu(home: Workspace, it: RuleView) -> None:
    acts: dict[str, Callable[[], None]] = {}
    if it.is_muted():
        acts[":material/notifications: Mute no more"] = lambda: _mute(home, it.name, 0)
    else:
        for hours, words in MUTES.items():
            acts[f":material/notifications_off: Mute for {words}"] = partial(_mute, home, it.name, hours)
    if not it.gone:
        acts[":material/edit: Edit"] = lambda: ask_rule(home, it.name)
    acts[":material/delete: Delete"] = lambda: _ask_to_delete(home, it.name)
    menu(it.name, acts, f"rule_{it.name}")


def _ask_to_delete(home: Workspace, name: str) -> None:
    warning = f"**{escaped(name)}** is looked at no more. Its alerts stay among the closed ones."
    confirm("Delete rule", warning, "Delete", lambda: _delete(home, name))


def _mute(home: Workspace, name: str, hours: int) -> None:
    with errors_shown():
        alert_rules.mute_rule(home, name, datetime.now(UTC) + timedelta(hours=hours) if hours else None)
        session.say(f"{name} is muted." if hours else f"{name} is muted no more.", ":material/notifications_off:")
        st.rerun()


def _delete(home: Workspace, name: str) -> None:
    alert_rules.delete_rule(home, name)
    session.say(f"{name} is deleted.", ":material/delete:")
    st.rerun()


def _suggest(home: Workspace) -> None:
    """The rules that any endpoint is better with, as far as it has none like them."""
    for endpoint in alert_rules.subjects_of(home, "endpoint")[:20]:
        missing = suggested_rules.missing_suggestions(home, endpoint)
        if not missing:
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(gap="xxsmall"):
                st.markdown(f":material/lightbulb: **Worth having for {escaped(endpoint)}**")
                names = " · ".join(alert_rules.default_name(rule).removeprefix(f"{endpoint}: ") for rule in missing)
                st.caption(escaped(names))
            if st.button("Add them", icon=":material/add:", key=f"suggest_{endpoint}"):
                with errors_shown():
                    for rule in missing:
                        alert_rules.add_rule(home, rule)
                    session.say(f"{endpoint} is watched by {len(missing)} more rules.", ":material/notifications:")
                    st.rerun()
