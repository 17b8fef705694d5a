"""What the rules say of a version, above its tabs; and the way out where it is held."""

from __future__ import annotations

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import rules, versions
from engine.service.views import DatasetView
from ui import places, session
from ui.frame import confirm
from ui.trouble import show_error, show_finding
from ui.words import escaped

SHOWN = 2
"""Broken rules that are told at once; the tab has all."""
TAB = "Rules"


def show_held(home: Workspace, dataset: DatasetView) -> None:
    """Why this version is held, or that a newer one is; and which rules it breaks."""
    if dataset.held:
        _show_why(home, dataset)
        return
    newer = rules.held_versions(home, [dataset.id]).get(dataset.id)
    if newer and newer != dataset.version:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(f"v{newer} came later and is held back.", icon=":material/front_hand:")
            _link(f"Look at v{newer}", dataset.name, newer)
    if places.asked("view") != TAB:  # there, the list says it
        _show_broken(dataset)


def _show_broken(dataset: DatasetView) -> None:
    broken = [one for one in dataset.findings if one.get("code") == "rule_broken"]
    for finding in broken[:SHOWN]:
        show_finding({**finding, "fix": None})
    if broken:
        more = len(broken) - SHOWN
        label = f"{count(more, 'more broken rule')}" if more > 0 else "Look at the rows"
        _link(label, dataset.name, dataset.version)


def _show_why(home: Workspace, dataset: DatasetView) -> None:
    held = dataset.held or {}
    message, hint = escaped(str(held.get("message", "It is held back."))), escaped(str(held.get("hint", "")))
    st.error(f"**v{dataset.version} is held back.** {message}  \n{hint}", icon=":material/front_hand:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Release", icon=":material/lock_open:", key="release"):
            warning = (
                f"v{dataset.version} of **{escaped(dataset.name)}** becomes the version that pipelines read, as it is. "
                "Versions can take that back."
            )
            confirm("Release the version", warning, "Release", lambda: _release(home, dataset))
        if held.get("code") == "rules" and places.asked("view") != TAB:
            _link("Look at the rows", dataset.name, dataset.version)


def _link(label: str, name: str, version: int | None) -> None:
    places.link(places.DATASETS, label, icon=":material/rule:", dataset=name, version=version, view=TAB)


def _release(home: Workspace, dataset: DatasetView) -> None:
    try:
        versions.make_latest(home, dataset.name, dataset.version or 0)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"v{dataset.version} is released.", ":material/lock_open:")
    places.go(places.DATASETS, dataset=dataset.name, view=TAB)
