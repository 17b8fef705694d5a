"""A new alert rule as a form: what can be chosen next depends on what was chosen before."""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.monitoring import alert_rules, channels
from engine.service.monitoring.alert_rules import Condition, SubjectKind
from engine.service.monitoring.measures import MEASURES, Measure
from ui import session
from ui.alerts.looks import SEVERITIES, SUBJECTS
from ui.trouble import guarded, show_error
from ui.words import short_name

CONDITIONS: dict[Condition, str] = {
    "above": "is above a limit",
    "below": "is below a limit",
    "rises": "rises against before",
    "falls": "falls against before",
    "absent": "is absent",
}
WINDOWS = {
    5: "5 minutes", 15: "15 minutes", 60: "1 hour", 360: "6 hours", 1440: "1 day", 2880: "2 days", 10080: "7 days",
    43200: "30 days",
}  # fmt: skip
REMINDERS = {None: "Never", 60: "After an hour", 240: "After 4 hours", 1440: "After a day", 10080: "After a week"}


def ask_rule(home: Workspace) -> None:
    """Ask for a new rule in a dialog."""

    @st.dialog("Add a rule", width="medium")
    @guarded
    def ask() -> None:
        show_form(home)

    session.forget("rule_subject_kind", "rule_subject", "rule_measure")
    ask()


def show_form(home: Workspace) -> None:
    """The form; the page is drawn again once the rule is kept."""
    found = _ask_subject(home)
    if found is None:
        return
    measure, given = found
    condition = _ask_condition(measure, given)
    _ask_limit(measure, condition, given)
    _ask_how(home, given)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel"):
            st.rerun()
        if st.button("Add", type="primary", icon=":material/add:", key="rule_add"):
            _keep(home, given)


def _ask_subject(home: Workspace) -> tuple[Measure, dict[str, Any]] | None:
    kind = cast(
        SubjectKind,
        st.segmented_control(
            "About", list(SUBJECTS), default="endpoint", format_func=lambda it: SUBJECTS[it][0],
            key="rule_subject_kind", required=True,
        )
        or "endpoint",
    )  # fmt: skip
    names = alert_rules.subjects_of(home, kind)
    if not names:
        st.caption(f"There is no {kind} yet that a rule could be about.")
        return None
    left, right = st.columns(2)
    subject = left.selectbox(SUBJECTS[kind][0], names, format_func=short_name, key=f"rule_subject_{kind}")
    keys = [key for key, measure in MEASURES.items() if measure.kind == kind]
    key = right.selectbox(
        "What is measured", keys, format_func=lambda it: MEASURES[it].title, key=f"rule_measure_{kind}"
    )
    measure = MEASURES[key]
    st.caption(measure.about)
    given: dict[str, Any] = {"subject": subject, "measure": key}
    if measure.needs:
        choices = alert_rules.choices_of(home, measure, subject)
        given["of"] = st.selectbox(
            measure.needs.capitalize(), choices, key=f"rule_of_{measure.needs}", accept_new_options=not choices
        )
    return measure, given


def _ask_condition(measure: Measure, given: dict[str, Any]) -> Condition:
    known = list(alert_rules.conditions_of(measure))
    condition = st.selectbox(
        "It is worth an alert when it", known, format_func=CONDITIONS.__getitem__, key=f"rule_when_{measure.key}"
    )
    given["condition"] = condition
    return condition


def _ask_limit(measure: Measure, condition: Condition, given: dict[str, Any]) -> None:
    limit, window = measure.usual
    unit = "%" if condition in ("rises", "falls") else measure.unit
    left, right = st.columns(2)
    if condition != "absent":
        is_change = condition in ("rises", "falls")
        usual = 50.0 if is_change else float(limit)
        label = "By more than" if is_change else "Limit"
        given["limit"] = left.number_input(
            f"{label} ({unit})" if unit else label, value=usual, step=None if unit else 0.05,
            key=f"rule_limit_{measure.key}_{condition}",
        )  # fmt: skip
    if measure.window_of(condition, window):
        given["window_minutes"] = right.selectbox(
            "For" if condition == "absent" else "Measured over", list(WINDOWS), index=list(WINDOWS).index(window),
            format_func=WINDOWS.__getitem__, key=f"rule_window_{measure.key}_{condition}",
        )  # fmt: skip
    if condition in ("rises", "falls"):
        given["windows_before"] = st.number_input(
            "Compared with the mean of so many windows before", 1, 30, value=7, key="rule_before"
        )


def _ask_how(home: Workspace, given: dict[str, Any]) -> None:
    given["severity"] = st.segmented_control(
        "Severity", list(SEVERITIES), default="warning", required=True, key="rule_severity",
        format_func=lambda it: f"{SEVERITIES[it].icon} {SEVERITIES[it].word}",
    )  # fmt: skip
    names = [channel.name for channel in channels.list_channels(home)]
    with st.expander("More", icon=":material/tune:"):
        left, right = st.columns(2)
        given["looks"] = left.number_input(
            "Must hold so many times in a row", 1, 60, value=1, key="rule_looks",
            help="It is looked at every minute; for long windows every few minutes.",
        )  # fmt: skip
        given["remind_minutes"] = right.selectbox(
            "Remind people", list(REMINDERS), index=3, format_func=REMINDERS.__getitem__, key="rule_remind"
        )
        given["channels"] = st.multiselect(
            "Told to", names, key="rule_channels", placeholder="All channels" if names else "There is no channel yet",
            help="None chosen: all channels.",
        )  # fmt: skip
        given["name"] = str(
            st.text_input("Name", max_chars=200, key="rule_name", placeholder="What it says") or ""
        ).strip()


def _keep(home: Workspace, given: dict[str, Any]) -> None:
    try:
        view = alert_rules.add_rule(home, alert_rules.read_rule(given))
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{view.name} is looked at from now on.", ":material/notifications:")
    st.rerun()
