"""How severities and subjects look, the same on every screen that tells of alerts."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui import places
from ui.words import State

SEVERITIES: Mapping[str, State] = {
    "critical": State("Critical", ":material/report:", "red"),
    "warning": State("Warning", ":material/warning:", "orange"),
    "info": State("Note", ":material/info:", "blue"),
}
SUBJECTS = {
    "endpoint": ("Endpoint", ":material/api:"),
    "dataset": ("Dataset", ":material/table:"),
    "pipeline": ("Pipeline", ":material/account_tree:"),
}


def show_severity(severity: str) -> None:
    """A severity as icon, word and colour."""
    look = SEVERITIES[severity]
    st.badge(look.word, icon=look.icon, color=look.color)  # type: ignore[arg-type]


def link_subject(kind: str, name: str, key: str) -> None:
    """A link to what a rule or an alert is about."""
    place, part = places.of_stage(kind)
    places.link_name(place, name, icon=SUBJECTS[kind][1], most=26, help=SUBJECTS[kind][0], **{part: key})
