"""Which versions are kept, with a look at what would go."""

from __future__ import annotations

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import versions
from engine.service.views import DatasetView
from ui import session
from ui.trouble import guarded
from ui.words import escaped

ALL, NEWEST, DAYS, BOTH = "All versions", "The newest", "Those of the last days", "Whichever is more"
SHOWN = 50


def ask_retention(home: Workspace, dataset: DatasetView) -> None:
    """Ask which versions are kept from now on."""
    about = versions.about_dataset(home, dataset.name)

    @st.dialog("What is kept", width="medium")
    @guarded
    def ask() -> None:
        newest, days = _ask_rules(about)
        fates = versions.preview_retention(home, dataset.name, newest, days)
        going = [fate for fate in fates if fate.goes]
        _show_fates(fates)
        if st.button(
            f"Save and let {count(len(going), 'version')} go" if going else "Save",
            type="primary",
            icon=":material/delete:" if going else ":material/check:",
        ):
            gone = versions.set_retention(home, dataset.name, newest, days)
            session.say(f"{count(len(gone), 'version')} went." if gone else "Saved.", ":material/auto_delete:")
            st.rerun()

    ask()


def _ask_rules(about: versions.AboutView) -> tuple[int | None, int | None]:
    now = {(False, False): ALL, (True, False): NEWEST, (False, True): DAYS, (True, True): BOTH}
    chosen = st.radio(
        "Keep",
        list(now.values()),
        index=list(now).index((about.newest is not None, about.days is not None)),
        horizontal=True,
        label_visibility="collapsed",
    )
    newest = days = None
    left, right = st.columns(2)
    if chosen in (NEWEST, BOTH):
        newest = left.number_input("Versions", 1, 100_000, about.newest or 10)
    if chosen in (DAYS, BOTH):
        side = right if chosen == BOTH else left
        days = side.number_input("Days", 1, 36_500, about.days or 90)
    if chosen != ALL:
        st.caption("Never let go: the latest, those with a label, and those that a pipeline, run or model needs.")
    return newest, days


def _show_fates(fates: list[versions.FateView]) -> None:
    going = [f"v{fate.number}" for fate in fates if fate.goes]
    if going:
        more = f" and {len(going) - SHOWN} more" if len(going) > SHOWN else ""
        st.warning(f"At once: {', '.join(going[:SHOWN])}{more}. This cannot be undone.", icon=":material/delete:")
    else:
        st.caption("No version goes now.")
    kept = [fate for fate in fates if not fate.goes]
    if going and kept:
        with st.expander(f"{count(len(kept), 'version')} stay"):
            for fate in kept[:SHOWN]:
                st.caption(f"v{fate.number}: {escaped(fate.kept_because)}")
