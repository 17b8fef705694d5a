"""The page about an endpoint for people without a key: made, written on, revoked."""

from __future__ import annotations

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service.serving import endpoint_pages
from engine.service.serving.endpoint_pages import LONGEST_WORDS, MOST_A_MINUTE, PageView
from engine.workspace import Workspace
from ui import places, session
from ui.trouble import guarded, show_error
from ui.words import when


@st.dialog("A page to share", width="medium")
@guarded
def ask_share(home: Workspace, name: str) -> None:
    """Make the link, or change what it opens."""
    page = endpoint_pages.get_page(home, name)
    if page is None:
        st.write(
            "Whoever has the link reads what the endpoint does and how good it is, and may try it in a form. They need "
            "no key, can change nothing, and see no row of the data; where a text has few values, they are listed."
        )
        st.button("Make a link", type="primary", icon=":material/link:", on_click=_make_link, args=(home, name))
        return
    st.code(link_of(home, page), language=None)
    st.caption(f"Made {when(page.created_at)}.")
    _ask_words(home, page)
    with st.container(horizontal=True):
        st.button(
            "New link", icon=":material/refresh:", help="The link above stops working.", on_click=_make_link,
            args=(home, name),
        )  # fmt: skip
        if st.button("Revoke the link", icon=":material/link_off:"):
            endpoint_pages.revoke_page(home, name)
            session.say("Nobody can open the page any more.", ":material/link_off:")
            st.rerun()


def _make_link(home: Workspace, name: str) -> None:
    try:
        endpoint_pages.share_endpoint(home, name)
    except PEOPLE_ERRORS as error:
        session.say(error.message, ":material/error:")


def _ask_words(home: Workspace, page: PageView) -> None:
    with st.form("page", border=False):
        words = st.text_area(
            "In your own words", page.words, max_chars=LONGEST_WORDS, height=120,
            placeholder="What it is for, who decides with it, and whom to ask.",
        )  # fmt: skip
        can_try = st.toggle(
            "Let people try it", page.can_try,
            help=f"Up to {MOST_A_MINUTE} times a minute. What they try is not kept and is no traffic of the endpoint.",
        )  # fmt: skip
        if not st.form_submit_button("Save", type="primary", icon=":material/check:"):
            return
    try:
        endpoint_pages.change_page(home, page.endpoint, str(words or ""), can_try=bool(can_try))
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("Saved.")
    st.rerun()


def link_of(home: Workspace, page: PageView) -> str:
    """The address that opens the page."""
    return places.whole_address(f"prediction?key={page.key}", home.settings.ui_url)
