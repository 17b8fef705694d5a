"""The sides from which a model is explained, one at a time."""

from collections.abc import Callable

import streamlit as st

from engine.service import Workspace
from engine.service.views import ModelView
from ui.models.explain.column import show_column
from ui.models.explain.failing import show_failing
from ui.models.explain.overall import show_overall
from ui.models.explain.row import show_row
from ui.trouble import guarded

SIDES: dict[str, Callable[[Workspace, ModelView], None]] = {
    "One row": show_row,
    "Over all": show_overall,
    "One column": show_column,
    "Where it fails": show_failing,
}


def show_explain(home: Workspace, model: ModelView) -> None:
    chosen = st.segmented_control(
        "Explain", list(SIDES), default="One row", key="explain", label_visibility="collapsed", required=True,
        bind="query-params",
    )  # fmt: skip
    guarded(SIDES[str(chosen or "One row")])(home, model)
