"""The list of connections, and what can be done with one."""

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.data import connections
from engine.service.data.connections import ConnectionView
from ui import places, session
from ui.connecting.editing import ask_connection
from ui.connecting.kinds import answer_words, kind_words
from ui.frame import Column, confirm, empty, listing, menu
from ui.trouble import show_error
from ui.words import ago, escaped


def show_connections(home: Workspace) -> None:
    """The list, or what to do where there is none."""
    found = connections.list_connections(home)
    if not found:
        about = "Add one to import tables from PostgreSQL, MySQL, MariaDB, SQL Server, SQLite, or files from S3."
        empty(":material/cable:", "No connection yet", about, lambda: _first(home))
        return
    columns: list[Column[ConnectionView]] = [
        Column("Name", 2.6, lambda it: st.markdown(f"**{escaped(it.name)}**")),
        Column("Kind", 1.8, lambda it: st.write(kind_words(it.kind))),
        Column("Leads to", 4, lambda it: st.caption(escaped(it.place))),
        Column("Outputs", 1.8, _may_write),
        Column("Last used", 1.8, lambda it: st.caption(ago(it.used_at) if it.used_at else "never")),
        Column("", 3.2, lambda it: _actions(home, it)),
    ]
    listing(found, columns, noun="connection", key="connections")


def _first(home: Workspace) -> None:
    if st.button("Add the first one", type="primary", icon=":material/add:"):
        ask_connection(home)


def _may_write(it: ConnectionView) -> None:
    if it.writes:
        st.badge("May write", icon=":material/edit:", color="orange")
    else:
        st.badge("Only reads", icon=":material/lock:", color="gray")


def _actions(home: Workspace, it: ConnectionView) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button("Test", icon=":material/network_check:", key=f"test_{it.name}"):
            _test(home, it.name)
        menu(
            it.name,
            {
                ":material/upload: Import from it": lambda: _import(it),
                ":material/edit: Change": lambda: ask_connection(home, it),
                ":material/delete: Remove": lambda: _ask_to_remove(home, it.name),
            },
            f"more_{it.name}",
        )


def _import(it: ConnectionView) -> None:
    places.go(places.IMPORT, origin="store" if it.is_store else "database", connection=it.name)


def _test(home: Workspace, name: str) -> None:
    with st.spinner("Asking…"):
        try:
            answer = connections.test_connection(home, name)
        except PEOPLE_ERRORS as error:
            _tell(name, error)
            return
    st.toast(f"{escaped(name)} answers: {escaped(answer_words(answer))}", icon=":material/check:")


@st.dialog("The test")
def _tell(name: str, error: BaseException) -> None:
    st.caption(escaped(name))
    show_error(error)


def _ask_to_remove(home: Workspace, name: str) -> None:
    users = connections.connection_users(home, name)
    if users:
        _say_who_needs_it(name, users)
        return
    warning = f"**{escaped(name)}** and its password are forgotten. Datasets that were imported through it stay."
    confirm("Remove connection", warning, "Remove", lambda: _remove(home, name))


@st.dialog("It is in use")
def _say_who_needs_it(name: str, users: list[str]) -> None:
    st.write(f"**{escaped(name)}** is used by:")
    st.markdown("\n".join(f"- {escaped(user)}" for user in users[:20]))
    st.caption("Change those first; then it can be removed.")


def _remove(home: Workspace, name: str) -> None:
    connections.remove_connection(home, name)
    session.say(f"{name} is removed.", ":material/delete:")
    st.rerun()
