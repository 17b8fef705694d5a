"""The list of endpoints."""

from __future__ import annotations

import streamlit as st

from engine.service.serving.endpoint_list import EndpointLine, list_lines
from engine.workspace import Workspace
from ui import places
from ui.endpoints.state import shares, show_state, show_traffic
from ui.frame import Column, empty, heading, listing, search
from ui.words import ago

MANY = 8
"""From so many endpoints on there is a search box."""
MOST_VERSIONS = 3
MODEL = ":material/model_training:"
LONGEST = 38
"""Letters of a name in the list."""


def show_list(home: Workspace) -> None:
    """Every endpoint, newest first."""
    with heading("Endpoints"):
        pass
    found = list_lines(home)
    if not found:
        empty(
            ":material/api:", "No endpoint yet",
            "Publish a model version: it gets a URL that answers exactly as its training run did.", _first,
        )  # fmt: skip
        return
    if len(found) >= MANY:
        words = search("endpoints", "search").lower()
        found = [it for it in found if words in it.name.lower() or any(words in one.lower() for one in shares(it))]
        if not found:
            st.caption("No endpoint, and no model behind one, is called so.")
            return
    columns: list[Column[EndpointLine]] = [
        Column("Name", 3, _name),
        Column("State", 1.5, show_state),
        Column("Answered by", 2.8, _answering),
        Column("Last 24 hours", 2, show_traffic),
        Column("Last changed", 2, lambda it: st.caption(ago(it.changed_at))),
    ]
    listing(found, columns, noun="endpoint", key="endpoints")


def _first() -> None:
    if st.button("Choose a model", type="primary", icon=":material/model_training:"):
        places.go(places.MODELS)


def _name(it: EndpointLine) -> None:
    places.link_name(places.ENDPOINTS, it.name, icon=":material/api:", most=LONGEST, endpoint=it.name)


def _answering(it: EndpointLine) -> None:
    if not it.answering:
        st.caption("Nothing")
    for one, words in list(zip(it.answering, shares(it), strict=True))[:MOST_VERSIONS]:
        places.link_name(places.MODELS, words, icon=MODEL, most=LONGEST, model=one.model, version=one.version)
    if len(it.answering) > MOST_VERSIONS:
        st.caption(f"and {len(it.answering) - MOST_VERSIONS} more")
