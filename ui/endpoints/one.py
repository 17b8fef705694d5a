"""One endpoint."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import shorten

import streamlit as st

from engine.service.amounts import count
from engine.service.serving import endpoints
from engine.service.serving.endpoint_list import EndpointLine, get_line
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import places
from ui.alerts.count import show_open_count
from ui.endpoints.calling import show_call
from ui.endpoints.deployments import show_deployments
from ui.endpoints.keys import show_keys
from ui.endpoints.loop import show_loop
from ui.endpoints.settings import show_settings
from ui.endpoints.sharing import ask_share
from ui.endpoints.state import shares, show_state
from ui.endpoints.trying import show_try
from ui.endpoints.watching import show_watch
from ui.frame import heading
from ui.words import ago, escaped, percent

LONGEST_NOTE = 70
TABS: dict[str, Callable[[Workspace, EndpointView], None]] = {
    "Try it": show_try,
    "Call it": show_call,
    "Watch": show_watch,
    "Deployments": show_deployments,
    "Loop": show_loop,
    "Settings": show_settings,
    "Keys": show_keys,
}


def show_one(home: Workspace, name: str) -> None:
    """One endpoint: what answers it, how it does, and its tabs."""
    endpoint, line = endpoints.get_endpoint(home, name), get_line(home, name)
    with heading(endpoint.name, _about(line), (places.ENDPOINTS, "Endpoints")):
        show_open_count(home, ("endpoint", endpoint.name))
        show_state(line)
        if endpoint.status != "retired" and st.button(
            "Share", icon=":material/share:", help="A page for people who have no key and write no programs."
        ):
            ask_share(home, endpoint.name)
    st.code(f"POST {endpoint.url}", language=None)
    tabs = st.tabs(list(TABS), key="view", on_change="rerun", bind="query-params")
    for tab, show in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                show(home, endpoint)


def _about(line: EndpointLine) -> str:
    """What answers, since when and why, and how much was asked."""
    if not line.answering:
        return "Nothing answers it."
    by = f", {line.changed_by}" if line.changed_by not in ("", "local") else ""
    note = f" ({shorten(line.note, LONGEST_NOTE, placeholder=' …')})" if line.note else ""
    wrong = f", {percent(line.error_share)} failed" if line.failed else ""
    parts = [
        f"Answered by {', '.join(shares(line))}",
        f"revision {line.revision}, {ago(line.changed_at)}{by}{note}",
        f"{count(line.requests, 'request')} in 24 hours{wrong}",
    ]
    return escaped(" · ".join(parts))
