"""What answers an endpoint now, what is about to, and what did: with everything that changes it."""

from __future__ import annotations

import streamlit as st

from engine.service.serving import canaries, deployments, sunsets
from engine.service.serving.deployments import RevisionView
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui.endpoints.canary import show_canary, show_canary_acts
from ui.endpoints.ending import ask_end, show_end
from ui.endpoints.plans import show_plans
from ui.endpoints.revisions import show_revisions
from ui.endpoints.shares import ask_shares, show_shares
from ui.words import ago, escaped, when


def show_deployments(home: Workspace, endpoint: EndpointView) -> None:
    """From what answers now to the first revision."""
    revisions = deployments.list_revisions(home, endpoint.name)
    now = next((it for it in revisions if it.active), None)
    show_end(home, endpoint, sunsets.get_sunset(home, endpoint.name))
    if now is None:
        told = "It is retired: nothing answers any more." if endpoint.status == "retired" else "Nothing answers it yet."
        st.caption(told)
    else:
        _show_now(home, endpoint, now)
    show_plans(home, endpoint)
    if revisions:
        show_revisions(home, endpoint, revisions)


def _show_now(home: Workspace, endpoint: EndpointView, now: RevisionView) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown("**Answers now**", width="content")
            with st.container(horizontal=True, width="content", gap="small"):
                if len(now.answering) == 2:
                    show_canary_acts(home, endpoint.name, now)
                if st.button("Change the traffic", icon=":material/call_split:"):
                    ask_shares(home, endpoint.name, now)
                if st.button("Retire", icon=":material/event_busy:"):
                    ask_end(home, endpoint.name)
        show_shares(now)
        why = f" · {escaped(now.note)}" if now.note else ""
        st.caption(
            f"Revision {now.revision}, {ago(now.created_at)} by {escaped(now.made_by)}{why}",
            help=when(now.created_at),
        )
        rule = canaries.last_canary(home, endpoint.name)
        if rule is not None and (rule.revision == now.revision or rule.status != "ended"):
            show_canary(home, endpoint.name, rule, is_now=rule.revision == now.revision)
