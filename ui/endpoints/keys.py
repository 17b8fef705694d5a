"""Who may ask an endpoint."""

from __future__ import annotations

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.amounts import count
from engine.service.serving import keys
from engine.service.serving.keys import MOST_NAME
from engine.service.views import EndpointView, KeyView
from engine.workspace import Workspace
from ui import session
from ui.frame import Column, badge, confirm, empty, listing
from ui.publishing import show_key
from ui.trouble import show_error
from ui.words import ago, when

ENDS = {"Never": None, "In 30 days": 30, "In 90 days": 90, "In a year": 365}


def show_keys(home: Workspace, endpoint: EndpointView) -> None:
    """Make keys, see what was asked with them, and revoke them."""
    is_retired = endpoint.status == "retired"
    if not is_retired and (key := _ask_key(home, endpoint.name)):
        show_key(endpoint.name, key)
        endpoint = endpoint.model_copy(update={"keys": keys.list_keys(home, endpoint.name)})
    if not endpoint.keys:
        about = "Nobody can ask a retired endpoint." if is_retired else "Without one nobody can ask this endpoint."
        empty(":material/key:", "No key yet", about)
        return
    columns: list[Column[KeyView]] = [
        Column("Name", 2.6, lambda it: st.text(it.name or "–")),
        Column("Key", 2, lambda it: st.markdown(f"`{it.prefix}…`")),
        Column("Made", 2, lambda it: st.caption(when(it.created_at))),
        Column("Expires", 2, _end),
        Column("Last used", 1.8, lambda it: st.caption(ago(it.last_used_at) if it.last_used_at else "never")),
        Column("Used today", 2.2, _used),
        Column("", 1.6, lambda it: _revoke(home, endpoint.name, it)),
    ]
    listing(endpoint.keys, columns, noun="key", key="keys")
    st.caption("Today is the day in UTC. Limits for each key are among the settings of the endpoint.")


def _ask_key(home: Workspace, endpoint: str) -> str | None:
    """A form for a new key; the key when one was made now."""
    with (
        st.popover("New key", icon=":material/key:", width="content"),
        st.form("new_key", border=False, clear_on_submit=True),
    ):
        name = st.text_input("Name", max_chars=MOST_NAME, placeholder="Who uses it, for what")
        end = st.selectbox("Expires", list(ENDS))
        sent = st.form_submit_button("Make the key", type="primary", icon=":material/key:")
    if not sent:
        return None
    try:
        return keys.create_key(home, endpoint, str(name or ""), ENDS[str(end)])
    except PEOPLE_ERRORS as error:
        show_error(error)
        return None


def _end(it: KeyView) -> None:
    if it.expires_at is None:
        st.caption("never")
    elif it.is_expired:
        badge("retired", "Expired")
    else:
        st.caption(when(it.expires_at))


def _used(it: KeyView) -> None:
    st.caption(count(it.records_today, "record") if it.requests_today else "–", help=_requests(it))


def _requests(it: KeyView) -> str | None:
    return f"In {count(it.requests_today, 'request')}." if it.requests_today else None


def _revoke(home: Workspace, endpoint: str, it: KeyView) -> None:
    if it.revoked_at:
        st.caption(f"Revoked {ago(it.revoked_at)}")
    elif not it.is_expired and st.button("Revoke", icon=":material/block:", key=f"revoke_{it.id}", type="tertiary"):
        named = f"**{it.name}** (`{it.prefix}…`)" if it.name else f"**{it.prefix}…**"
        warning = f"Programs with the key {named} are refused from now on. It cannot be undone."
        confirm("Revoke key", warning, "Revoke", lambda: _end_key(home, endpoint, it.id))


def _end_key(home: Workspace, name: str, key_id: str) -> None:
    try:
        keys.revoke_key(home, name, key_id)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("The key is revoked.", ":material/block:")
    st.rerun()
