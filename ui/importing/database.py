"""A table of a database, found by its name, or the answer to one SELECT."""

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.data import connections
from engine.service.data.connections import ConnectionView
from engine.sources import DataSource, QuerySource, TableSource
from ui.grid import fitting
from ui.importing.connecting import choose_connection
from ui.trouble import show_error

MOST = 200
HOW = {"table": "Choose a table", "query": "Write a query"}


def choose_rows(home: Workspace) -> DataSource | None:
    """The table or query that was chosen; None before."""
    connection = choose_connection(home, store=False)
    if connection is None:
        return None
    how = st.segmented_control(
        "What", list(HOW), default="table", required=True, key="what", label_visibility="collapsed",
        format_func=lambda how: HOW[how],
    )  # fmt: skip
    return _query(home, connection) if how == "query" else _table(home, connection)


def _table(home: Workspace, connection: ConnectionView) -> DataSource | None:
    words = st.text_input(
        "Search tables", placeholder="Search tables", key="tables", label_visibility="collapsed", width=420,
        type="search",
    )  # fmt: skip
    try:
        found = _tables(home, connection.name, str(connection.settings), str(words or ""))
    except PEOPLE_ERRORS as error:
        show_error(error)
        if st.button("Ask again", icon=":material/refresh:"):
            st.rerun()
        return None
    if not found:
        st.caption(f"No table is called anything like “{words}”." if words else "This account sees no table there.")
        return None
    table = pd.DataFrame(
        {
            "Table": [it.name for it in found],
            "Schema": [it.folder for it in found],
            "Kind": ["View" if it.is_view else "Table" for it in found],
            "Rows, about": pd.array([it.rows for it in found], dtype="Int64"),
        }
    )
    if not any(it.folder for it in found):
        table = table.drop(columns="Schema")
    picked = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row", key=f"picked_{connection.name}_{words}",
        height=fitting(len(found), 285), placeholder="–", alt="Tables that this connection shows; select one",
        column_config={"Rows, about": st.column_config.NumberColumn(format="localized")},
    )  # fmt: skip
    st.caption(
        f"The first {MOST} tables; search for others."
        if len(found) == MOST
        else f"{count(len(found), 'table')}. Select one to see its first rows."
    )
    rows = picked.selection.rows if picked else []
    if not rows or rows[0] >= len(found):
        return None
    one = found[rows[0]]
    return TableSource(connection=connection.name, table=one.name, folder=one.folder)


@st.cache_data(show_spinner="Looking at the tables…", max_entries=50, ttl="1m")
def _tables(_home: Workspace, name: str, settings: str, words: str) -> list[connections.Listed]:
    """Remembered while one types; other settings are another place."""
    return connections.browse_tables(_home, name, words, MOST)


def _query(home: Workspace, connection: ConnectionView) -> DataSource | None:
    sql = st.text_area(
        "One SELECT", key=f"sql_{connection.name}", height=160, max_chars=50_000,
        placeholder="SELECT id, name, price FROM customers WHERE active",
    )  # fmt: skip
    text = str(sql or "").strip()
    if not text:
        st.caption("One SELECT that only reads. It is checked here before the database is asked.")
        return None
    try:
        connections.check_query(home, connection.name, text)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return None
    return QuerySource(connection=connection.name, sql=text)
