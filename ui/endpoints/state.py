"""How an endpoint does, in a word; what answers it, and what was asked of it, in a line."""

from __future__ import annotations

import streamlit as st

from engine.service.amounts import count
from engine.service.serving.endpoint_list import EndpointLine
from ui.frame import badge
from ui.words import percent

OFTEN = 0.01
"""So large a share of failures is worth a colour."""


def show_state(it: EndpointLine) -> None:
    """Retired, live and for how long, or waiting for a model."""
    if it.ends_at:
        badge("ending", f"Until {it.ends_at.astimezone():%d %b %Y}")
    else:
        badge("retired" if it.status == "retired" else "live" if it.answering else "waiting")


def shares(it: EndpointLine) -> list[str]:
    """Each version that answers, with its share where there are several, and those that only listen."""
    live = [one for one in it.answering if one.role == "live"]
    return [
        *(f"{one.model} v{one.version}" + (f" · {percent(one.share)}" if len(live) > 1 else "") for one in live),
        *(f"{one.model} v{one.version} · listens" for one in it.answering if one.role != "live"),
    ]


def show_traffic(it: EndpointLine) -> None:
    """Requests of the last 24 hours, and how many of them went wrong."""
    if not it.requests:
        st.caption("None")
        return
    wrong = []
    if it.failed:
        color = "red" if it.error_share >= OFTEN else "orange"
        wrong.append(f":{color}[:material/error: {percent(it.error_share)} failed]")
    if it.refused:
        wrong.append(f"{percent(it.refused / it.requests)} refused")
    st.caption(
        "  \n".join([count(it.requests, "request"), ", ".join(wrong)] if wrong else [count(it.requests, "request")])
    )
