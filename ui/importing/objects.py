"""An object of a store, or all that a prefix or pattern fits."""

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count, size
from engine.service.data import connections
from engine.sources import DataSource, ObjectSource
from ui.grid import fitting
from ui.importing.connecting import choose_connection
from ui.trouble import show_error

MOST = 500


def choose_object(home: Workspace) -> DataSource | None:
    """The object or objects that were chosen; None before."""
    connection = choose_connection(home, store=True)
    if connection is None:
        return None
    pattern = str(
        st.text_input(
            "Key, prefix/ or pattern with *", key=f"pattern_{connection.name}", placeholder="exports/2026-*.csv",
            max_chars=1_024, width=640,
        ) or ""
    ).strip()  # fmt: skip
    try:
        found = _objects(home, connection.name, str(connection.settings), pattern)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return None
    table = pd.DataFrame({"Object": [it.key for it in found[:MOST]], "Size": [size(it.bytes) for it in found[:MOST]]})
    picked = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row", height=fitting(len(table), 320),
        key=f"object_{connection.name}_{pattern}", alt="Objects of this store; select one",
    )  # fmt: skip
    total = size(sum(it.bytes for it in found))
    st.caption(f"{count(len(found), 'object')}, {total}. Select one, or write a pattern that fits several.")
    rows = picked.selection.rows if picked else []
    if rows and rows[0] < len(found):
        return ObjectSource(connection=connection.name, key=found[rows[0]].key)
    return ObjectSource(connection=connection.name, key=pattern) if pattern else None


@st.cache_data(show_spinner="Looking at the objects…", max_entries=50, ttl="1m")
def _objects(_home: Workspace, name: str, settings: str, pattern: str) -> list[connections.StoredObject]:
    """Remembered while one types; other settings are another place."""
    return connections.browse_objects(_home, name, pattern)
