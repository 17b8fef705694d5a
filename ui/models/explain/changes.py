"""What would change the answer: the smallest changes, each asked of the model."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.modelling import what_if
from engine.service.modelling.what_if import ChangesView
from engine.service.views import ModelView
from ui.models.explain.classes import known_classes
from ui.models.words import ANSWERS
from ui.words import escaped, number

ANY = "any other"


def show_changes(home: Workspace, model: ModelView, record: Mapping[str, Any], key: str) -> None:
    """Let a person wish for an answer, and say what it takes."""
    if model.task == "clustering":
        return
    st.markdown("**What would change the answer?**")
    row = st.form(f"wish_{key}", border=True)
    with row, st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        wish = _wish(model, key)
        locked = st.multiselect(
                "Cannot change", list(record), key=f"locked_{model.version_id}", placeholder="No column is locked",
                help="Columns that nobody can change, such as an age or a date in the past.",
            )  # fmt: skip
        sent = st.form_submit_button("Find the smallest changes", icon=":material/swap_horiz:")
    if sent:
        with st.spinner("Trying changes …"):
            _show(what_if.smallest_changes(home, model.model, model.version, record, locked=locked, **wish), key)


def _wish(model: ModelView, key: str) -> dict[str, Any]:
    if model.task == "regression":
        side = st.selectbox("Wish for a prediction of", ["at least", "at most"], key=f"side_{key}", width=190)
        value = st.number_input("Value", value=None, key=f"bound_{key}", format="%g", width=160)
        return {"least" if side == "at least" else "most": value}
    classes = known_classes(model)
    if len(classes) <= 2 or model.task in ANSWERS:
        return {}
    chosen = st.selectbox("Wish for", [ANY, *classes], key=f"wished_{key}", width=200)
    return {"label": None if chosen == ANY else chosen}


def _show(found: ChangesView, key: str) -> None:
    st.caption(escaped(found.in_words))
    if not found.found:
        return
    for each in found.found:
        st.markdown(f":material/arrow_right_alt: {escaped(each.words)}")
    names = list(dict.fromkeys(name for each in found.found for name in each.changes))
    lines = [
        {
            **{name: _step(each.changes.get(name)) for name in names},
            "answer": str(each.answer.prediction),
            "distance": number(each.distance),
        }
        for each in found.found
    ]
    st.dataframe(pd.DataFrame(lines), hide_index=True, key=f"changes_{key}", alt="Changes that make another answer")
    st.caption(
        "Fewest columns first, then the shortest way: standard deviations for numbers, 1 for any other value. Values "
        "are such as the data hold; whether a person could make such a change, the model does not know."
    )


def _step(change: tuple[Any, Any] | None) -> str:
    if change is None:
        return ""
    before, after = ("missing" if value is None else str(value) for value in change)
    return f"{before} → {after}"
