"""An alert rule as a form, new or known: what can be chosen next depends on what was chosen before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.monitoring import alert_rules, channels
from engine.service.monitoring.alert_rules import Condition, NewRule, SubjectKind
from engine.service.monitoring.measures import MEASURES, Measure
from ui import session
from ui.alerts.looks import SEVERITIES, SUBJECTS
from ui.trouble import guarded, show_error
from ui.words import escaped, short_name

Minutes = TypeVar("Minutes")

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


def ask_rule(home: Workspace, name: str = "") -> None:
    """Ask for a new rule in a dialog, or for what shall change in the one of this name."""

    @st.dialog("Edit rule" if name else "Add a rule", width="medium")
    @guarded
    def ask() -> None:
        show_form(home, name)

    session.forget("rule_subject_kind", "rule_subject", "rule_measure")
    ask()


def show_form(home: Workspace, name: str = "") -> None:
    """The form; the page is drawn again once the rule is kept."""
    known = alert_rules.find_rule(home, name) if name else None
    found = _subject_of(known) if known else _ask_subject(home)
    if found is None:
        return
    measure, given = found
    condition = _ask_condition(measure, given, known)
    _ask_limit(measure, condition, given, known)
    _ask_how(home, given, known)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel"):
            st.rerun()
        word, icon = ("Save", "check") if known else ("Add", "add")
        if st.button(word, type="primary", icon=f":material/{icon}:", key="rule_keep"):
            _keep(home, given, known)


def _subject_of(known: NewRule) -> tuple[Measure, dict[str, Any]]:
    """What a known rule is about; another subject or measure is another rule."""
    measure = MEASURES[known.measure]
    of = f", {escaped(known.of)}" if known.of else ""
    st.markdown(f"**{escaped(known.name)}** · {measure.title}{of} · {escaped(known.subject)}")
    st.caption(measure.about)
    return measure, {"name": known.name, "subject": known.subject, "measure": known.measure, "of": known.of}


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


def _ask_condition(measure: Measure, given: dict[str, Any], known: NewRule | None) -> Condition:
    can_be = list(alert_rules.conditions_of(measure))
    condition = st.selectbox(
        "It is worth an alert when it", can_be, index=can_be.index(known.condition) if known else 0,
        format_func=CONDITIONS.__getitem__, key=f"rule_when_{_key(measure.key, known)}",
    )  # fmt: skip
    given["condition"] = condition
    return condition


def _ask_limit(measure: Measure, condition: Condition, given: dict[str, Any], known: NewRule | None) -> None:
    limit, window = measure.usual
    is_as_before, key = known is not None and known.condition == condition, _key(f"{measure.key}_{condition}", known)
    window = known.window_minutes if known else window
    unit = "%" if condition in ("rises", "falls") else measure.unit
    left, right = st.columns(2)
    if condition != "absent":
        is_change = condition in ("rises", "falls")
        usual = 50.0 if is_change else float(limit)
        if known and is_as_before and known.limit is not None:
            usual = known.limit
        label = "By more than" if is_change else "Limit"
        given["limit"] = left.number_input(
            f"{label} ({unit})" if unit else label, value=usual, step=None if unit else 0.05,
            key=f"rule_limit_{key}",
        )  # fmt: skip
    if measure.window_of(condition, window):
        given["window_minutes"] = right.selectbox(
            "For" if condition == "absent" else "Measured over", _with(WINDOWS, window),
            index=_with(WINDOWS, window).index(window), format_func=lambda it: WINDOWS.get(it, f"{it} minutes"),
            key=f"rule_window_{key}",
        )  # fmt: skip
    if condition in ("rises", "falls"):
        given["windows_before"] = st.number_input(
            "Compared with the mean of so many windows before", 1, 30, value=known.windows_before if known else 7,
            key=_key("rule_before", known),
        )  # fmt: skip


def _ask_how(home: Workspace, given: dict[str, Any], known: NewRule | None) -> None:
    given["severity"] = st.segmented_control(
        "Severity", list(SEVERITIES), default=known.severity if known else "warning", required=True,
        key=_key("rule_severity", known),
        format_func=lambda it: f"{SEVERITIES[it].icon} {SEVERITIES[it].word}",
    )  # fmt: skip
    names = [channel.name for channel in channels.list_channels(home)]
    with st.expander("More", icon=":material/tune:"):
        left, right = st.columns(2)
        given["looks"] = left.number_input(
            "Must hold so many times in a row", 1, 60, value=known.looks if known else 1,
            key=_key("rule_looks", known),
            help="It is looked at every minute; for long windows every few minutes.",
        )  # fmt: skip
        remind = known.remind_minutes if known else 1440
        given["remind_minutes"] = right.selectbox(
            "Remind people", _with(REMINDERS, remind), index=_with(REMINDERS, remind).index(remind),
            format_func=lambda it: REMINDERS.get(it, f"After {it} minutes"),
            key=_key("rule_remind", known),
        )  # fmt: skip
        given["channels"] = st.multiselect(
            "Told to", names, default=list(known.channels) if known else None, key=_key("rule_channels", known),
            placeholder="All channels" if names else "There is no channel yet",
            help="None chosen: all channels.",
        )  # fmt: skip
        if known is None:
            given["name"] = str(
                st.text_input("Name", max_chars=200, key="rule_name", placeholder="What it says") or ""
            ).strip()


def _key(key: str, known: NewRule | None) -> str:
    """Widgets of a known rule begin with what it says, whatever was typed for another one."""
    return f"{key}_of_{known.name}" if known else key


def _with(usual: Mapping[Minutes, str], value: Minutes) -> list[Minutes]:
    """What can be chosen, and what a rule says already."""
    return list(usual) if value in usual else [*usual, value]


def _keep(home: Workspace, given: dict[str, Any], known: NewRule | None) -> None:
    keep = alert_rules.edit_rule if known else alert_rules.add_rule
    try:
        view = keep(home, alert_rules.read_rule(given))
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{view.name} is looked at from now on.", ":material/notifications:")
    st.rerun()
