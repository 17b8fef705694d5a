"""How a program asks an endpoint: a snippet in each language, for one record, for many, and for feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.service.serving import endpoint_samples
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui.endpoints.receipts import show_receipts
from ui.snippets import FEEDBACK_ID, feedback_of, snippets

ONE, MANY, FEEDBACK = "One record", "Many records", "Feedback"
AT_ONCE = 3
NOTES = {
    ONE: "The fields may come in any order.",
    MANY: "All records of one request are answered by the same version, in their order.",
    FEEDBACK: f'Instead of "{FEEDBACK_ID}", send the *id* that came with a prediction, once you know what was true.',
}


def show_call(home: Workspace, endpoint: EndpointView) -> None:
    """A program to copy, and the predictions that were made."""
    if endpoint.model:
        _show_snippets(home, endpoint, endpoint.model)
    else:
        st.caption("No model answers this endpoint.")
    st.divider()
    show_receipts(home, endpoint)


def _show_snippets(home: Workspace, endpoint: EndpointView, model: str) -> None:
    samples = endpoint_samples.sample_records(home, model, endpoint.version)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        what = st.segmented_control("What", [ONE, MANY, FEEDBACK], default=ONE, key="call_what", required=True)
        url, body = _request(endpoint.url, str(what or ONE), samples.records, samples.said)
        found = snippets(url, body)
        language = st.segmented_control("Language", list(found), default="curl", key="language", required=True)
    snippet = found[str(language or "curl")]
    # Without colours: those that Streamlit gives to code are too pale to be read by everybody (WCAG, 4.5 to 1).
    st.code(snippet.text, language=None)
    st.caption(NOTES[str(what or ONE)])
    st.caption(
        f"Needs {snippet.needs}. The key is read from the environment variable CANVASBACK_KEY: it is in no file."
    )


def _request(url: str, what: str, records: Sequence[Mapping[str, Any]], said: Any) -> tuple[str, dict[str, Any]]:
    if what == FEEDBACK:
        return feedback_of(url, {}, said)
    return url, {"records": list(records[: AT_ONCE if what == MANY else 1])}
