"""Everything that has answered an endpoint: who put it there, when and why, and the way back to it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.amounts import count
from engine.service.serving import deployments, publications
from engine.service.serving.deployments import RevisionView
from engine.service.views import EndpointView
from engine.workspace import Workspace
from ui import session
from ui.frame import Column, badge, listing
from ui.models.who import name_field
from ui.replayed import show_replay
from ui.trouble import guarded, show_error
from ui.words import escaped, number, when


def show_revisions(home: Workspace, endpoint: EndpointView, revisions: Sequence[RevisionView]) -> None:
    """The newest first."""
    st.markdown("**History**")
    columns: list[Column[RevisionView]] = [
        Column("Revision", 1, lambda it: st.write(str(it.revision))),
        Column("Answered", 3.2, _answered),
        Column("Since", 2, lambda it: st.caption(when(it.created_at))),
        Column("By", 1.5, lambda it: st.caption(escaped(it.made_by))),
        Column("Why", 3, lambda it: st.caption(escaped(it.note) if it.note else "–")),
        Column("Proof", 1.7, lambda it: _proof(home, it)),
        Column("", 2, lambda it: _act(home, endpoint, it)),
    ]
    listing(revisions, columns, noun="revision", key="revisions")


def _answered(it: RevisionView) -> None:
    st.markdown(escaped(it.words))


def _proof(home: Workspace, it: RevisionView) -> None:
    """What the parity gate found, and what the replay showed where there was one."""
    rows = [int(part.parity.get("rows") or 0) for part in it.parts]
    largest = max((float(part.parity.get("max_difference") or 0) for part in it.parts), default=0.0)
    if not all(rows):
        st.caption("–")
        return
    told = f"{count(sum(rows), 'stored row')} replayed through the endpoint, largest difference {number(largest)}"
    publication_id = it.cause.get("publication")
    if publication_id and st.button("Proved", icon=":material/verified:", key=f"found_{it.revision}", type="tertiary"):
        _show_found(home, str(publication_id), told)
    elif not publication_id:
        st.caption(":material/verified: proved", help=told)


def _show_found(home: Workspace, publication_id: str, told: str) -> None:
    @st.dialog("What was found before it went live", width="large")
    @guarded
    def found() -> None:
        publication = publications.get_publication(home, publication_id)
        st.markdown(f"**{escaped(publication.parts)}**")
        st.caption(f":material/verified: {told}.")
        show_replay(home, publication)

    found()


def _act(home: Workspace, endpoint: EndpointView, it: RevisionView) -> None:
    if it.active:
        badge("live", "Now")
    elif endpoint.status != "retired" and st.button(
        "Roll back", icon=":material/undo:", key=f"back_{it.revision}", type="tertiary"
    ):
        _ask_back(home, endpoint.name, it)


def _ask_back(home: Workspace, name: str, it: RevisionView) -> None:
    ask = st.dialog("Roll back")(guarded(lambda: show_way_back(home, name, it)))
    ask()


def show_way_back(home: Workspace, name: str, it: RevisionView) -> None:
    """The form with which somebody rolls back, and says why."""
    st.markdown(f"What answered **{escaped(name)}** in revision {it.revision} answers again: {escaped(it.words)}.")
    with st.form("back", border=False):
        note = str(st.text_input("Why", max_chars=500, placeholder="What went wrong") or "")
        who = name_field()
        sent = st.form_submit_button("Roll back", type="primary", icon=":material/undo:")
    if sent:
        session.keep_person(who)
        _roll_back(home, name, it.revision, note)


def _roll_back(home: Workspace, name: str, revision: int, note: str) -> None:
    try:
        deployments.roll_back(home, name, revision, note=note, by=session.person())
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("Rolled back.", ":material/undo:")
    st.rerun()
