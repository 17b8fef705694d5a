"""Publish a model version: name the endpoint, follow the parity gate, show the key once."""

from __future__ import annotations

import re

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import endpoints
from engine.service.amounts import count
from engine.service.views import JobView
from ui import places, session
from ui.progress import follow_job
from ui.trouble import guarded, show_error
from ui.words import number


@st.dialog("Publish as an endpoint")
@guarded
def ask_publish(model: str, version: int) -> None:
    """Ask for the endpoint's name and queue the publication; its job is followed on the endpoints page."""
    home = session.workspace()
    st.markdown(f"**{model} v{version}**")
    with st.form("publish", border=False):
        name = st.text_input("Endpoint", value=_suggestion(model), max_chars=63, required=True)
        note = st.text_input("Note", max_chars=500, placeholder="What is new in this version")
        st.caption(
            "Stored training rows are sent through the endpoint first. It goes live only if every answer is the one "
            "that the training run gave."
        )
        sent = st.form_submit_button("Publish", type="primary", icon=":material/publish:")
    if not sent:
        return
    try:
        job = endpoints.start_publish(home, model, version, str(name or ""), str(note or ""))
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    places.go(places.ENDPOINTS, endpoint=str(name).strip(), job=job)


def show_publication(job_id: str, endpoint: str) -> None:
    """The publication's progress, then what the parity gate found, and the key where it is the first."""
    job = follow_job(job_id, f"Publishing {endpoint}")
    if job is None:
        st.caption("You can close this page; the publication goes on.")
    elif job.status == "succeeded":
        show_proof(job, endpoint)
    else:
        show_error(job.error or {"message": f"The publication was {job.status}."})
        st.caption("What answered before still answers.")


def show_proof(job: JobView, endpoint: str) -> None:
    result = job.result or {}
    parity = result.get("parity", {})
    st.success(
        f"**{endpoint} is live** with {result.get('model')} v{result.get('version')}.  \n"
        f"{count(parity.get('rows'), 'stored row')} replayed, largest difference "
        f"{number(parity.get('max_difference'))}.",
        icon=":material/verified:",
    )
    key = session.key_of(endpoint) or endpoints.first_key(session.workspace(), endpoint)
    if key:
        show_key(endpoint, key)
    if st.button("I have copied it" if key else "Done", icon=":material/check:"):
        places.go(places.ENDPOINTS, endpoint=endpoint)


def show_key(endpoint: str, key: str) -> None:
    """A new key, to be copied now."""
    session.keep_key(endpoint, key)
    with st.container(border=True):
        st.markdown("**The endpoint's key** – copy it now, it is shown only once.")
        st.code(key, language=None)
        st.caption("Only a hash of it is kept. A lost key cannot be found again, but you can make another one.")


def _suggestion(model: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", model.lower()).strip("-_")[:63] or "endpoint"
