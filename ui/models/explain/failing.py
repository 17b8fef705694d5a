"""Where a model fails: groups of held-out rows with more error than the rest, beyond chance."""

from typing import Any

import pandas as pd
import streamlit as st

from engine.service import Workspace
from engine.service.amounts import count
from engine.service.views import ModelView
from ui.models.explain import asked
from ui.trouble import errors_shown
from ui.words import escaped, number, percent

SHOWN = 6


def show_failing(home: Workspace, model: ModelView) -> None:
    if not model.target:
        st.info(
            "Without a target there is no right answer to miss. Look at a single row instead.", icon=":material/info:"
        )
        return
    with st.container(horizontal=True, gap="small"):
        depth = st.number_input("Conditions at most", 1, 4, 2, key=f"depth_{model.version_id}", width=180)
        least = st.number_input("Rows at least", 5, 10_000, 30, key=f"least_rows_{model.version_id}", width=180)
    with errors_shown():
        found = asked.failing(home, asked.keyed(model), int(depth), int(least))
        sure = [each for each in found["slices"] if each["is_significant"]]
        if not sure:
            st.success("No group of rows has more error than the rest beyond chance.", icon=":material/check_circle:")
        for first in range(0, min(len(sure), SHOWN), 2):
            for cell, each in zip(st.columns(2, gap="small"), sure[first : min(first + 2, SHOWN)], strict=False):
                with cell:
                    _show_slice(each, model)
        _show_all(found, model)


def _show_slice(each: dict[str, Any], model: ModelView) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{escaped(each['slice'])}**")
        st.caption(
            f"{_error(each, model)} elsewhere · "
            f"{count(each['rows'], 'row')} ({percent(each['share'])}) · "
            f"{each['lift']:.1f} times the mean error · p {_chance(each['p_value'])}"
        )


def _error(each: dict[str, Any], model: ModelView) -> str:
    told, kind = (percent, "Error") if model.task == "classification" else (number, "Mean error")
    return f"{kind} {told(each['error'])} against {told(each['error_elsewhere'])}"


def _chance(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _show_all(found: dict[str, Any], model: ModelView) -> None:
    for note in found["notes"]:
        st.caption(escaped(note))
    st.caption(
        "Small trees propose groups on one half of the held-out rows; what is told of a group comes from the other "
        "half, and its p-value is corrected for how many were tried."
    )
    if not found["slices"]:
        return
    with st.expander("All that was tried, with the conditions for Filter rows", icon=":material/table:"):
        frame = pd.DataFrame(found["slices"])[
            ["slice", "rows", "share", "error", "error_elsewhere", "lift", "p_value", "condition"]
        ]
        st.dataframe(
            frame, hide_index=True, key=f"slices_{model.version_id}", alt="Slices with their errors and conditions"
        )
