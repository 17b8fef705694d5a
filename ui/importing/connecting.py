"""Choosing a connection of the kind that is wanted, or making the first one."""

import streamlit as st

from engine.service import Workspace
from engine.service.data.connections import ConnectionView, list_connections
from ui import places
from ui.connecting.kinds import kind_words
from ui.frame import empty


def choose_connection(home: Workspace, *, store: bool) -> ConnectionView | None:
    """The connection that was chosen; None where there is none yet."""
    known = {it.name: it for it in list_connections(home) if it.is_store == store}
    what = "an object store" if store else "a database"
    if not known:
        about = f"A connection says how {what} is reached. Its password is kept encrypted and never shown again."
        empty(":material/cable:", f"No connection to {what} yet", about, _add)
        return None
    asked = places.asked("connection")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Connection", list(known), index=list(known).index(asked) if asked in known else 0, width=420,
            key="store" if store else "connection",
            format_func=lambda name: f"{name} · {kind_words(known[name].kind)} · {known[name].place}",
        )  # fmt: skip
        places.link(places.CONNECTIONS, "Connections", icon=":material/cable:")
    places.ask(connection=name)
    return known.get(name or "")


def _add() -> None:
    if st.button("Add a connection", type="primary", icon=":material/add:"):
        places.go(places.CONNECTIONS, add="yes")
