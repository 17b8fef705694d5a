"""A dataset in a few plain figures and sentences, for people who only read."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import datasets, rules
from engine.service.data.rule_views import RulesView
from engine.service.views import DatasetView
from ui.datasets.rule_look import failing_words, look_of
from ui.grid import show_rows
from ui.profiled import show_columns
from ui.trouble import errors_shown
from ui.words import ago, escaped, when

ROWS = 20
SHOWN = 12


def show_overview(home: Workspace, dataset: DatasetView) -> None:
    """Figures, rules, columns and first rows of the version that pipelines read."""
    if dataset.description:
        st.markdown(escaped(dataset.description))
    _show_figures(home, dataset)
    with errors_shown():
        _show_rules(rules.get_rules(home, dataset.name, dataset.version))
    profile = _profile(home, dataset)
    if profile:
        st.subheader("Columns", anchor=False)
        show_columns(profile)
    st.subheader("First rows", anchor=False)
    with errors_shown():
        rows = datasets.preview_dataset(home, dataset.name, dataset.version, 0, ROWS)
        show_rows(rows, f"First rows of {dataset.name}")
        st.caption(f"The first {len(rows.rows):,} of {count(dataset.rows, 'row')}.")


def _show_figures(home: Workspace, dataset: DatasetView) -> None:
    about = [f"Version {dataset.version}", f"of {when(dataset.created_at)}"]
    about += [f"owned by {escaped(dataset.owner)}"] if dataset.owner else []
    about += [" ".join(f"#{escaped(str(tag))}" for tag in dataset.tags)] if dataset.tags else []
    if rules.held_versions(home, [dataset.id]):
        about.append("a newer version is being looked at")
    st.caption(" · ".join(about))
    profile = _profile(home, dataset)
    rows, columns, age, score = st.columns(4, gap="small")
    rows.metric("Rows", f"{dataset.rows or 0:,}", border=True)
    columns.metric("Columns", f"{len(dataset.columns):,}", border=True)
    age.metric("Came in", ago(dataset.created_at), border=True)
    points = f"{profile['quality_score']:.0f} of 100" if profile else "–"
    score.metric("Quality score", points, border=True, help="100 minus what was found to be wrong with the values.")


def _show_rules(found: RulesView) -> None:
    if not found.rules:
        return
    kept = [rule for rule in found.rules if rule.state == "kept"]
    st.subheader("Rules", anchor=False)
    st.markdown(f"{len(kept)} of {count(len(found.rules), 'rule')} are kept.")
    with st.container(border=True, gap="xsmall"):
        for rule in sorted(found.rules, key=lambda one: not one.is_broken)[:SHOWN]:
            look = look_of(rule)
            rows = f" · {failing_words(rule.failing, rule.share)}" if rule.is_broken and rule.failing else ""
            st.markdown(f":{look.color}-badge[{look.icon} {look.word}] {escaped(rule.title)}{rows}")
        if len(found.rules) > SHOWN:
            st.caption(f"and {len(found.rules) - SHOWN} more")


def _profile(home: Workspace, dataset: DatasetView) -> dict[str, Any] | None:
    try:
        return datasets.profile_dataset(home, dataset.name, dataset.version)
    except PEOPLE_ERRORS:  # a version without a profile has rows all the same
        return None
