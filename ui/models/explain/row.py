"""One row: choose or write it, see the answer and its reasons, move values, and ask what would change the answer."""

from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling import held_rows
from engine.service.modelling.held_rows import Order, RowView
from engine.service.views import ModelView
from ui import places, session
from ui.models.explain import asked
from ui.models.explain.changes import show_changes
from ui.models.explain.classes import known_classes, pick_class
from ui.models.explain.form import row_form
from ui.models.explain.reasons import show_reasons
from ui.trouble import errors_shown, guarded, show_error
from ui.words import escaped

ORDERS: dict[str, Order] = {"Worst first": "worst", "Least sure first": "unsure", "As they come": "row"}
WRITTEN = "new"


def show_row(home: Workspace, model: ModelView) -> None:
    with errors_shown():
        _choose(home, model)
        row = _chosen(home, model)
        if row is not None:
            _show_chosen(home, model, row)


def _choose(home: Workspace, model: ModelView) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        order = st.selectbox(_rows(model), list(_orders(model)), key="row_order", width=200)
        words = st.text_input(
            "Search", key="row_search", placeholder="A row's number, or any text", type="search", width=300
        )
        if st.button("Write a row", icon=":material/edit:", help="Begins with a row in the middle of the data."):
            places.ask(row=WRITTEN)
    found = asked.rows(home, asked.keyed(model), _orders(model)[str(order)], str(words or ""))
    if not found.rows:
        st.caption(f"No {_rows(model).lower().removesuffix('s')} holds that.")
        return
    key = f"rows_{model.version_id}_{order}_{words}"
    picked = st.dataframe(
        pd.DataFrame(found.rows, columns=found.columns), hide_index=True, on_select="rerun",
        selection_mode="single-row", key=key, height=240, alt=f"{_rows(model)} to choose from",
    )  # fmt: skip
    chosen = picked.selection.rows
    if chosen and session.is_first_look(key, chosen[0]):
        places.ask(row=found.rows[chosen[0]][0])
    st.caption(f"{count(found.total, 'row')}; {min(len(found.rows), found.total)} shown. Tick one to explain it.")


def _rows(model: ModelView) -> str:
    """A model without a target has held out none."""
    return "Held-out rows" if model.target else "Rows"


def _orders(model: ModelView) -> dict[str, Order]:
    if model.task == "regression":
        return {name: order for name, order in ORDERS.items() if order != "unsure"}
    if model.task == "clustering":
        return {"As they come": "row"}
    return {"Strangest first": "worst", "As they come": "row"} if model.task == "anomaly" else ORDERS


def _chosen(home: Workspace, model: ModelView) -> RowView | None:
    wanted = places.asked("row")
    if wanted == WRITTEN:
        return held_rows.median_row(home, model.model, model.version)
    if not wanted or not wanted.isdecimal():
        st.caption("The answer and its reasons appear here once a row is ticked.")
        return None
    try:
        return held_rows.held_row(home, model.model, model.version, int(wanted))
    except PEOPLE_ERRORS as error:  # another version has held out other rows
        show_error(error)
        return None


@st.fragment
@guarded
def _show_chosen(home: Workspace, model: ModelView, row: RowView) -> None:
    key = f"{model.version_id}_{row.row}"
    left, right = st.columns([2, 3], gap="large")
    with left:
        record = _form(home, model, row, key)
    with right, errors_shown():
        label = pick_class(model, f"row_class_{row.row}", "Explain") if len(known_classes(model)) > 2 else None
        before = asked.explained(home, asked.keyed(model), row.record, label)
        if record == row.record:
            show_reasons(before, None, f"reasons_{key}")
            _note_of_training(row, before.answer.prediction)
        else:
            now = asked.explained(home, asked.keyed(model), record, label)
            show_reasons(now, before, f"reasons_{key}_changed")
    with errors_shown():
        show_changes(home, model, record, key)


def _form(home: Workspace, model: ModelView, row: RowView, key: str) -> dict[str, Any]:
    title = f"Row {row.row}" if row.row is not None else "A row of your own"
    rounds = session.round_of(f"whatif_{key}")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{title}** · what if …")
        if st.button("As it was", icon=":material/undo:", key=f"undo_{key}", help="Put every value back."):
            session.next_round(f"whatif_{key}")
            st.rerun(scope="fragment")
    if row.row is not None and row.truth is not None:
        st.caption(f"Actually {escaped(str(row.truth))}; predicted {escaped(str(row.said))} while it was held out.")
    typed = row_form(asked.inputs(home, asked.keyed(model)), row.record, f"whatif_{key}_{rounds}")
    if row.others:
        with st.expander(f"{count(len(row.others), 'column')} that the model does not look at"):
            st.table({name: str(value) for name, value in row.others.items()}, border="horizontal")
    return typed


def _note_of_training(row: RowView, prediction: Any) -> None:
    if row.row is not None and str(row.said) != str(prediction):
        st.caption(
            ":material/info: The answer differs from the one while the row was held out: after a cross-validation the "
            "model has learned from every row."
        )
