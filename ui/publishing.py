"""Publish a model version: name the endpoint, choose how and when, look at what would change, show the key once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.amounts import count
from engine.service.serving import deployments, endpoints, keys, publications
from engine.service.serving.publications import PublicationView
from engine.service.views import JobView
from engine.workspace import Workspace
from ui import places, session
from ui.frame import confirm
from ui.models.who import name_field
from ui.progress import follow_job
from ui.replayed import show_replay
from ui.trouble import guarded, show_error
from ui.words import escaped, number, when

HOW = {"all": "All at once", "canary": "Canary", "shadow": "Shadow"}
ABOUT = {
    "all": "It answers every request from then on. What answered before can be rolled back to at once.",
    "canary": "It answers a part of the requests, beside what answers now, until you promote it or take it back.",
    "shadow": "It is asked every request, too, and nobody hears it: see how it would do.",
}


@st.dialog("Publish as an endpoint", width="medium")
@guarded
def ask_publish(model: str, version: int) -> None:
    """Ask where, how and when, and queue the publication; its job is followed on the endpoints page."""
    home = session.workspace()
    st.markdown(f"**{escaped(model)} v{version}**")
    with st.container(horizontal=True):
        how = str(
            st.segmented_control(
                "How", list(HOW), format_func=lambda key: HOW[key], default="all", key="publish_how", required=True
            )
        )
        is_later = st.segmented_control("When", ["Now", "At a time"], default="Now", key="publish_when", required=True)
    st.caption(ABOUT[how])
    with st.form("publish", border=False):
        name = str(st.text_input("Endpoint", value=_suggestion(home, model), max_chars=63, required=True) or "").strip()
        rollout: dict[str, Any] = {"how": how, **(_canary() if how == "canary" else {})}
        at = _moment() if is_later == "At a time" else None
        note = str(st.text_input("Note", max_chars=500, placeholder="What is new in this version") or "")
        who = name_field()
        st.caption(
            "Stored training rows are sent through the endpoint first: it goes live only if every answer is the one "
            "that the training run gave. Where it replaces a version, the last requests go through both."
        )
        with st.container(horizontal=True):
            sent = st.form_submit_button("Plan it" if at else "Publish", type="primary", icon=":material/publish:")
            check = at is None and st.form_submit_button(
                "Check first", icon=":material/difference:", help="Shows what would change, and changes nothing yet."
            )
    if sent or check:
        session.keep_person(who)
        _ask(home, (model, version, name), rollout, at, note, bool(check))


def _ask(
    home: Workspace,
    what: tuple[str, int, str],
    asked: dict[str, Any],
    at: datetime | None,
    note: str,
    is_check: bool,
) -> None:
    by, name = session.person(), what[2]
    try:
        rollout = publications.rollout_of(**asked)
        if at is not None:
            publications.plan_publish(home, *what, at, note, by=by, rollout=rollout)
        else:
            start = publications.start_check if is_check else publications.start_publish
            job = start(home, *what, note, by=by, rollout=rollout)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    if at is not None:
        session.say(f"It is published on {when(at)}.", ":material/event:")
        known = any(it.name == name for it in endpoints.list_endpoints(home))
        places.go(places.ENDPOINTS, **({"endpoint": name, "view": "Deployments"} if known else {}))
    places.go(places.ENDPOINTS, endpoint=name, job=job)


def _canary() -> dict[str, Any]:
    left, right = st.columns(2)
    share = left.number_input("Share of the requests, %", min_value=1, max_value=99, value=10, key="publish_share")
    records = right.number_input(
        "Promote it after so many records", min_value=30, value=None, step=500, placeholder="by hand",
        help="If errors, time and, where outcomes are known, performance are not worse by then; otherwise it is taken "
        "back.",
    )  # fmt: skip
    rule = {} if records is None else {"rule": {"records": int(records)}}
    return {"share": float(share or 10) / 100, **rule}


def _moment() -> datetime:
    """A moment in the server's own time."""
    tomorrow = datetime.now(UTC).astimezone() + timedelta(days=1)
    left, right = st.columns(2)
    day = left.date_input("Day", value=tomorrow.date(), min_value=tomorrow.date() - timedelta(days=1))
    clock = right.time_input("Time", value=time(6), help=f"In the server's own time, {tomorrow.tzname()}.")
    return datetime.combine(day or tomorrow.date(), clock or time(6)).astimezone()


def show_publication(job_id: str, endpoint: str) -> None:
    """The publication's progress, then what was found: the parity gate, the change of decisions, the first key."""
    home = session.workspace()
    publication = publications.publication_of_job(home, job_id)
    is_check = publication is not None and (publication.status == "checked" or _is_check(job_id))
    job = follow_job(job_id, f"Checking {endpoint}" if is_check else f"Publishing {endpoint}")
    if job is None:
        st.caption("You can close this page; it goes on.")
    elif job.status != "succeeded":
        show_error(job.error or {"message": f"The publication was {job.status}."})
        st.caption("What answered before still answers.")
        if publication is not None and publication.replay:
            show_replay(home, publication)
    elif publication is not None and publication.status == "checked":
        show_checked(home, publication)
    elif publication is not None and publication.status == "cancelled":
        st.info("This check was put away; nothing was changed.", icon=":material/info:")
    else:
        show_proof(job, endpoint, publication)


def show_checked(home: Workspace, publication: PublicationView) -> None:
    """What a check found, and the two ways on."""
    with st.container(border=True):
        before = (publication.replay or {}).get("instead_of")
        instead = f" instead of {escaped(str(before))}" if before else ""
        st.markdown(f"#### What would change: {escaped(publication.parts)}{instead}")
        parity = list((publication.report or {}).get("parity", {}).values())
        st.caption(f":material/verified: Parity passed: {count(parity[-1].get('rows'), 'stored row')} answered alike.")
        show_replay(home, publication)
        is_stale = _is_stale(home, publication)
        if is_stale:
            st.info(
                "What answers was changed since this was checked: it describes another change.",
                icon=":material/history:",
            )
        with st.container(horizontal=True):
            if is_stale and st.button("Check again", type="primary", icon=":material/difference:"):
                job = publications.check_again(home, publication.id, by=session.person())
                places.go(places.ENDPOINTS, endpoint=publication.endpoint, job=job)
            if not is_stale and st.button(
                "Go live", type="primary", icon=":material/publish:", key=f"live_{publication.id}"
            ):
                _ask_go_live(home, publication)
            if st.button("Leave it", key=f"leave_{publication.id}", help="Nothing is changed."):
                publications.cancel_publication(home, publication.id, by=session.person())
                places.go(places.ENDPOINTS, endpoint=publication.endpoint, view="Deployments")


def _is_stale(home: Workspace, publication: PublicationView) -> bool:
    known = any(it.name == publication.endpoint for it in endpoints.list_endpoints(home))
    found = deployments.list_revisions(home, publication.endpoint) if known else []
    now = next((it.revision for it in found if it.active), None)
    return now != (publication.report or {}).get("against")


def _ask_go_live(home: Workspace, publication: PublicationView) -> None:
    """What breaks callers is asked about once more."""
    replay = publication.replay or {}
    refused = (replay.get("refused") or {}).get("new", 0)
    if not replay.get("breaks") and not refused:
        _go_live(home, publication)
        return
    told = f"{refused:,} of the {replay['refused']['rows']:,} records would have been refused." if refused else ""
    confirm(
        "Go live although callers break", f"It breaks what callers rely on. {told}", "Go live",
        lambda: _go_live(home, publication),
    )  # fmt: skip


def _go_live(home: Workspace, publication: PublicationView) -> None:
    try:
        publications.go_live(home, publication.id, by=session.person())
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{publication.parts} is live.", ":material/publish:")
    if publication.job_id is not None and not endpoints.get_endpoint(home, publication.endpoint).keys:
        places.go(places.ENDPOINTS, endpoint=publication.endpoint, job=publication.job_id)
    places.go(places.ENDPOINTS, endpoint=publication.endpoint, view="Deployments")


def show_proof(job: JobView, endpoint: str, publication: PublicationView | None = None) -> None:
    """That it is live, and what was found before."""
    result = job.result or {}
    parity = result.get("parity", {})
    what = publication.parts if publication is not None else f"{result.get('model')} v{result.get('version')}"
    st.success(
        f"**{endpoint} is live** with {escaped(what)}.  \n"
        f"{count(parity.get('rows'), 'stored row')} replayed, largest difference "
        f"{number(parity.get('max_difference'))}.",
        icon=":material/verified:",
    )
    if publication is not None and publication.replay:
        with st.expander(f"What changed: {escaped(publication.replay['said'])}", icon=":material/difference:"):
            show_replay(session.workspace(), publication)
    key = session.key_of(endpoint) or keys.first_key(session.workspace(), endpoint)
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


def _is_check(job_id: str) -> bool:
    from engine.service import jobs

    return jobs.get_job(session.workspace(), job_id).kind == "replay_endpoint"


def _suggestion(home: Workspace, model: str) -> str:
    """The endpoint that the model answers already, else one named after it."""
    known = (it.name for it in endpoints.list_endpoints(home) if it.model == model and it.status == "live")
    named = re.sub(r"[^a-z0-9_-]+", "-", model.lower()).strip("-_")[:63] or "endpoint"
    return next(known, named)
