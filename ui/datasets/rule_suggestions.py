"""Rules that the profile suggests, one click each."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.data import rules
from engine.service.data.rule_views import RulesView, SuggestionView
from engine.service.views import DatasetView
from ui import session
from ui.datasets.rule_form import SEVERITIES
from ui.datasets.rule_look import failing_words
from ui.trouble import show_error
from ui.words import escaped


def show_suggestions(home: Workspace, dataset: DatasetView, found: RulesView) -> None:
    """What is so for nearly all rows of this version, and not yet a rule."""
    documents = [rule.document for rule in found.rules]
    with st.spinner("Looking for rules…", show_time=False):
        try:
            offered = _suggested(home, dataset.id, dataset.name, dataset.version or 0, documents)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
    if not offered:
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        with st.container(width="content", gap=None):
            st.subheader("Suggested", anchor=False)
            st.caption("What is so for nearly all rows of this version.")
        severity = st.segmented_control(
            "When it is broken", list(SEVERITIES), default="warn", key="suggested_severity",
            format_func=SEVERITIES.__getitem__,
        )  # fmt: skip
    with st.container(border=True, gap="xsmall"):
        for place, one in enumerate(offered):
            _show_one(home, dataset, one, severity or "warn", place)


def _show_one(home: Workspace, dataset: DatasetView, one: SuggestionView, severity: str, place: int) -> None:
    title, fails, add = st.columns([7, 3, 1.4], gap="small", vertical_alignment="center")
    title.markdown(escaped(one.title), help=_columns(one.rules))
    if one.failing:
        fails.markdown(f":orange[:material/warning: {failing_words(one.failing, one.share)} fail now]")
    else:
        fails.caption("no row fails now")
    with add.container(horizontal_alignment="right"):
        added = st.button("Add", icon=":material/add:", key=f"suggested_{place}_{one.title}", help=escaped(one.title))
    if added:
        try:
            rules.add_rules(home, dataset.name, one.rules, severity)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.say(f"Added: {escaped(one.title)}.", ":material/rule:")
        st.rerun()


def _columns(documents: list[dict[str, Any]]) -> str | None:
    """The columns, where the title only counts them."""
    named = [*dict.fromkeys(name for rule in documents for name in rule.get("columns", ()))]
    return ", ".join(map(escaped, named[:60])) if len(named) > 1 else None


@st.cache_data(show_spinner=False, max_entries=50, ttl="1h")
def _suggested(_home: Workspace, dataset_id: str, name: str, version: int, present: Any) -> list[SuggestionView]:
    """Counted once for each version and set of rules."""
    return rules.suggest_rules(_home, name, version)
