"""What every version of a dataset is held to, and how it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import rules
from engine.service.data.rule_views import RulesView, RuleView
from engine.service.views import DatasetView
from ui import places, session
from ui.datasets.rule_form import ask_rule
from ui.datasets.rule_look import LEVELS, failing_words, look_of, marks, told_history
from ui.datasets.rule_rows import show_rule
from ui.datasets.rule_suggestions import show_suggestions
from ui.frame import Column, confirm, empty, listing
from ui.progress import follow_job, show_end
from ui.trouble import show_error
from ui.words import ago, escaped


def show_rules(home: Workspace, dataset: DatasetView) -> None:
    """The rules, one of them from close by, and what is suggested."""
    _follow_check()
    found = rules.get_rules(home, dataset.name, dataset.version)
    if found.rules:
        _show_head(home, dataset, found)
        _show_list(home, dataset, found)
        chosen = next((rule for rule in found.rules if rule.id == places.asked("rule")), None)
        if chosen:
            show_rule(home, dataset, chosen)
    else:
        empty(
            ":material/rule:",
            "No rule yet",
            "Say what every version must be like. What breaks it is told, or held back.",
            partial(_add_button, home, dataset),
        )
    show_suggestions(home, dataset, found)


def _follow_check() -> None:
    """The progress of a check; its id is in the address."""
    running = places.asked("check")
    if running is None:
        return
    job = follow_job(running, "Checking the rules")
    if job is None:
        return
    if job.status == "succeeded":
        places.ask(check=None)
    else:
        show_end(job, "The check")


def _show_head(home: Workspace, dataset: DatasetView, found: RulesView) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(_summary(found), width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            _add_button(home, dataset)
            label, is_due = f"Check v{dataset.version}", bool(found.waiting)
            if st.button(
                label, icon=":material/fact_check:", type="primary" if is_due else "secondary", key="check_rules"
            ):
                _start(lambda: rules.start_check(home, dataset.name, dataset.version))


def _summary(found: RulesView) -> str:
    broken = [rule for rule in found.rules if rule.is_broken]
    parts = [f"**{count(len(found.rules), 'rule')}**"]
    if found.checked_at:
        parts.append(f"{len(broken)} broken" if broken else "none broken")
        parts.append(f"v{found.version} was checked {ago(found.checked_at)}")
    if found.waiting:
        parts.append(f"{len(found.waiting)} to be checked")
    return " · ".join(parts)


def _add_button(home: Workspace, dataset: DatasetView) -> None:
    if st.button("Add rule", icon=":material/add:", key="add_rule"):
        ask_rule(home, dataset)


def _start(queue: Callable[[], str]) -> None:
    try:
        job = queue()
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    places.ask(check=job)
    st.rerun()


def _show_list(home: Workspace, dataset: DatasetView, found: RulesView) -> None:
    columns: list[Column[RuleView]] = [
        Column("State", 1.7, _state),
        Column("Rule", 5.5, _title),
        Column("When broken", 1.4, lambda it: st.caption(LEVELS[it.severity])),
        Column("Rows that fail", 2, lambda it: st.write(failing_words(it.failing, it.share) if it.failing else "–")),
        Column("Versions", 1.7, lambda it: st.markdown(marks(it), help=told_history(it.history) or None)),
        Column("", 1.9, partial(_actions, home, dataset)),
    ]
    listing(_ordered(found.rules), columns, noun="rule", key="rules")


def _ordered(found: list[RuleView]) -> list[RuleView]:
    """What is broken first, and of that what stops."""
    return sorted(found, key=lambda rule: (not rule.is_broken, rule.is_broken and rule.severity != "stop"))


def _state(rule: RuleView) -> None:
    look = look_of(rule)
    st.badge(look.word, icon=look.icon, color=look.color)  # type: ignore[arg-type]


def _title(rule: RuleView) -> None:
    st.markdown(escaped(rule.title))
    if rule.state == "unfit":
        st.caption(escaped(f"{rule.told}. {rule.hint}"))


def _actions(home: Workspace, dataset: DatasetView, rule: RuleView) -> None:
    with st.container(horizontal=True, gap="xsmall", horizontal_alignment="right"):
        if st.button("Look", type="tertiary", key=f"look_{rule.id}", help="Rows that fail, and versions before"):
            places.ask(rule=rule.id)
            st.rerun()
        if st.button("", icon=":material/edit:", type="tertiary", key=f"edit_{rule.id}", help="Change it"):
            ask_rule(home, dataset, rule)
        if st.button("", icon=":material/delete:", type="tertiary", key=f"delete_{rule.id}", help="Delete it"):
            warning = f"**{escaped(rule.title)}** is forgotten. What it found in versions stays with them."
            confirm("Delete the rule", warning, "Delete", lambda: _delete(home, dataset, rule))


def _delete(home: Workspace, dataset: DatasetView, rule: RuleView) -> None:
    try:
        rules.delete_rule(home, dataset.name, rule.id)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("The rule is deleted.", ":material/delete:")
    st.rerun()
