"""How a source is read, shown on its first rows and open to correction."""

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS, error_data
from engine.service import Workspace
from engine.sources import DataSource
from ui import session
from ui.importing.how import ask_how, words_of
from ui.importing.looking import can_be_unseen, looked_at
from ui.importing.seen import merged, show_columns, show_findings, show_left_out, show_rows
from ui.trouble import show_error

TOO_LONG = "took_too_long"
OTHER_TABLE = {"sheet", "cell_range"}
"""What leads to another table of the same file: its header has to be found anew."""
OF_ONE_TABLE = {"skip_rows", "header", "header_rows", "types", "date_formats"}


def show_reading(home: Workspace, source: DataSource, key: str) -> dict[str, Any]:
    """How the source is read and its first rows; returns what the person wants otherwise.

    What a database did not answer in time can be imported all the same: as a job, which may take longer.
    """
    document = source.model_dump(mode="json")
    chosen = session.reading_chosen(key)
    unseen = session.unseen(key)
    if unseen is not None:
        _show_unseen(unseen, key)
        return {}
    found = _detected(home, document, chosen, key)
    if found is None:
        st.stop()
    source_key, key = key, f"{key}_{session.reading_round(key)}"
    left, right = st.columns([2, 5], gap="medium")
    with left:
        st.markdown("**How it is read**")
        st.caption(words_of(found))
        wrong = st.empty()
        wanted = ask_how(found, key)
    overrides = {**chosen, **wanted}
    if OTHER_TABLE & wanted.keys():
        others = {name: value for name, value in overrides.items() if name not in OF_ONE_TABLE}
        with wrong:
            _read_other_table(home, document, others, source_key)
    with right:
        return _show_seen(home, document, overrides, key)


def _detected(home: Workspace, document: dict[str, Any], chosen: dict[str, Any], key: str) -> dict[str, Any] | None:
    try:
        return looked_at(home, document, chosen, key)
    except PEOPLE_ERRORS as error:
        if can_be_unseen(document) and error.code == TOO_LONG:
            session.keep_unseen(key, error_data(error))
            st.rerun()
        show_error(error)
        if chosen:
            st.button("Read it as detected", icon=":material/undo:", on_click=session.choose_reading, args=(key, {}))
        return None


def _show_unseen(error: dict[str, Any], key: str) -> None:
    if error:
        show_error(error)
    else:
        st.info("The first rows were not looked at.", icon=":material/visibility_off:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Look again", icon=":material/refresh:", on_click=session.forget_unseen, args=(key,))
        st.caption("It can be imported all the same. The import may take longer; its progress is shown.")


def _read_other_table(home: Workspace, document: dict[str, Any], overrides: dict[str, Any], key: str) -> None:
    """Read it from now on; where that cannot be, the form stays as it is, and says so above its first fields."""
    try:
        looked_at(home, document, overrides, key)
    except PEOPLE_ERRORS as error:
        show_error(error)
        st.stop()
    session.choose_reading(key, overrides)
    st.rerun()


def _show_seen(home: Workspace, document: dict[str, Any], overrides: dict[str, Any], key: str) -> dict[str, Any]:
    """The rows as they would be read with what was chosen on the left, and then with the types chosen here."""
    source_key = key.split("_", maxsplit=1)[0]
    seen = looked_at(home, document, overrides, source_key)
    about = st.container()
    left_out = f"Lines left out ({seen['rejected_count']:,})" if seen["rejected_count"] else "Lines left out"
    has_lines = document["kind"] not in ("table", "query")
    rows, columns, *lines = st.tabs(["First rows", "Columns", *([left_out] if has_lines else [])])
    with columns:
        imposed = show_columns(seen, key)
    if imposed:
        overrides = merged(overrides, imposed)
        seen = looked_at(home, document, overrides, source_key)
    with rows:
        show_rows(seen)
    for tab in lines:
        with tab:
            show_left_out(seen, overrides, key)
    with about:
        show_findings(seen, overrides, key)
    return overrides
