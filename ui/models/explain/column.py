"""One column: what the model says on average, and of single rows, over its values."""

import streamlit as st

from engine.service import Workspace
from engine.service.modelling import explanations
from engine.service.views import ModelView
from ui.models.explain import asked
from ui.models.explain.classes import known_classes, pick_class
from ui.pictured import show_pictured
from ui.trouble import errors_shown
from ui.words import escaped

HOW = "All rows get the same value of this column, and the model is asked (partial dependence)."
CROSSING = " Where lines of single rows cross, the column works together with another one."


def show_column(home: Workspace, model: ModelView) -> None:
    with errors_shown():
        names = explanations.inputs_by_weight(home, model.model, model.version)
        with st.container(horizontal=True, gap="small"):
            column = st.selectbox("Column", names, key=f"column_{model.version_id}", help="The most telling one first.")
            label = pick_class(model, "column_class", "Probability of") if len(known_classes(model)) > 2 else None
        report = asked.dependence(home, asked.keyed(model), str(column), label)
        for name, plot in report["plots"].items():
            show_pictured(plot, f"{name}_{model.version_id}_{column}_{label}")
        has_lines = any(plot["kind"] == "lines" for plot in report["plots"].values())
        st.caption(f"{escaped(' '.join(report['notes']))} {HOW}{CROSSING if has_lines else ''}")
