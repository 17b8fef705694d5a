"""Which runs are wanted: chosen with a few widgets, kept in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import pipelines
from engine.service.running.run_conditions import FIELDS, TESTS, Known, parts_of, read_conditions
from ui import places
from ui.frame import search
from ui.trouble import show_error
from ui.words import metric, short_name

STATES: dict[str, tuple[str, ...]] = {
    "Succeeded": ("succeeded",),
    "Failed": ("failed", "crashed"),
    "Running": ("running", "queued"),
    "Cancelled": ("cancelled",),
}
SINCE = {"Today": 0, "Last 7 days": 7, "Last 30 days": 30, "Last year": 365}
BETWEEN = ";"
NUMBERS = ("seconds", "memory_mb", "version", "number", "computed", "reused")
LABELS = {"seconds": "Seconds it took", "memory_mb": "Peak memory in MB", "number": "Run number"}


@dataclass(frozen=True)
class Asked:
    """What was chosen.

    Parameters
    ----------
    conditions
        As `engine.service.running.run_conditions` reads them.
    """

    conditions: tuple[str, ...]
    words: str

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.conditions or self.words)


def ask_filters(home: Workspace, known: Known, states: Any) -> Asked:
    """Draw the widgets, those of the state in a container of their own; what they say."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = search("runs", "q")
        names = sorted(it.name for it in pipelines.list_pipelines(home))
        pipeline = st.selectbox(
            "Pipeline", names, index=None, placeholder="All pipelines", key="of", bind="query-params",
            label_visibility="collapsed", width=220, format_func=lambda it: short_name(it, 22),
        )  # fmt: skip
        since = st.selectbox(
            "Started", list(SINCE), index=None, placeholder="Any time", key="since", bind="query-params",
            label_visibility="collapsed", width=150,
        )  # fmt: skip
        tag = None
        if known.tags:
            tag = st.selectbox(
                "Tag", known.tags, index=None, placeholder="Any tag", key="tag", bind="query-params",
                label_visibility="collapsed", width=160,
            )  # fmt: skip
        there = len(written())
        # Under another key it is another popover, closed and empty: what was asked for is in the table now.
        with st.popover("Add a condition", icon=":material/filter_alt:", width="content", key=f"condition_{there}"):
            _ask_condition(known, there)
    state = states.pills("State", list(STATES), key="state", bind="query-params", label_visibility="collapsed")
    chosen = [f"pipeline = {pipeline}"] if pipeline else []
    chosen += [f"tag = {tag}"] if tag else []
    chosen += [f"started >= {_day(since)}"] if since else []
    chosen += [f"status != {other}" for word, those in STATES.items() if state and word != state for other in those]
    return Asked((*chosen, *_show_conditions(known)), words)


def written() -> list[str]:
    """The conditions that the address holds."""
    return [part.strip() for part in (places.asked("where") or "").split(BETWEEN) if part.strip()]


def in_words(condition: str, known: Known) -> str:
    """A condition as people say it: ``roc_auc > 0.8`` is *ROC AUC is more than 0.8*."""
    parts = parts_of(condition)
    return f"{label(parts[0], known)} {TESTS[parts[1]]} {parts[2]}" if parts else condition


def _show_conditions(known: Known) -> list[str]:
    """Each condition, to be taken away with one click."""
    found = written()
    if not found:
        return []
    kept = st.multiselect(
        "Conditions", found, default=found, key=f"where_{'|'.join(found)}", label_visibility="collapsed",
        format_func=lambda it: in_words(it, known),
    )  # fmt: skip
    if kept != found:
        places.ask(where=BETWEEN.join(kept) or None)
        st.rerun()
    return found


def _ask_condition(known: Known, there: int) -> None:
    offered = [*known.metrics, *known.params, *NUMBERS, "note", "backend", "target"]
    name = st.selectbox(
        "Of each run", offered, index=None, format_func=lambda it: label(it, known),
        placeholder="Search metrics and settings", key=f"condition_of_{there}",
    )  # fmt: skip
    left, right = st.columns(2)
    tests = [test for test in TESTS if test != "~" or (name and name not in known.metrics and name not in NUMBERS)]
    test = left.selectbox("Test", tests, format_func=TESTS.__getitem__, key=f"condition_test_{there}")
    value = right.text_input("Value", key=f"condition_value_{there}", placeholder="0.8")
    condition = f"{name} {test} {value.strip()}"
    if not (name and value.strip()):
        st.caption("For example: ROC AUC is more than 0.8.")
    if st.button("Add", type="primary", disabled=not (name and value.strip())):
        try:
            read_conditions([condition], known)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        places.ask(where=BETWEEN.join(dict.fromkeys([*written(), condition.replace(BETWEEN, " ")])))
        st.rerun()


def label(name: str, known: Known) -> str:
    """What a column is called."""
    if name in known.metrics:
        return metric(name)
    if name in FIELDS:
        return LABELS.get(name, name.capitalize())
    return name


def _day(since: str) -> str:
    return f"{datetime.now(UTC) - timedelta(days=SINCE[since]):%Y-%m-%d}"
