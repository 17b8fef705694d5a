"""The link that opens the overview of a dataset: made, looked at, revoked."""

from __future__ import annotations

import streamlit as st

from engine.service import Workspace
from engine.service.data import overviews
from ui import places, session


def show_sharing(home: Workspace, name: str) -> None:
    """A popover with the link, or a way to make one."""
    with st.popover("Share", icon=":material/share:", key="share"):
        key = overviews.overview_key(home, name)
        if key is None:
            st.caption(
                "Whoever has the link reads an overview: figures, whether the rules are kept, the columns, and the "
                "first rows. Nothing on it changes anything, and nothing else is opened by it."
            )
            if st.button("Make a link", type="primary", icon=":material/link:"):
                overviews.share_overview(home, name)
                st.rerun()
            return
        _show_link(home, name, key)


def _show_link(home: Workspace, name: str, key: str) -> None:
    st.code(places.whole_address(f"overview?key={key}", home.settings.ui_url), language=None, wrap_lines=True)
    st.caption("Whoever has this link sees the overview of the latest version, with its first rows.")
    with st.container(horizontal=True, vertical_alignment="center"):
        places.link(places.OVERVIEW, "Look at it", icon=":material/visibility:", key=key)
        if st.button("Make another link", help="This one stops working."):
            overviews.share_overview(home, name)
            st.rerun()
        if st.button("Revoke", icon=":material/link_off:"):
            overviews.revoke_overview(home, name)
            session.say("The link opens nothing any more.", ":material/link_off:")
            st.rerun()
