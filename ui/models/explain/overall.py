"""Over all: what a model loses without each column, and how columns move the answers for many rows."""

from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.amounts import count
from engine.service.modelling import explanations
from engine.service.views import ModelView
from ui import charts
from ui.models.words import ANSWERS
from ui.pictured import show_pictured
from ui.progress import follow_job
from ui.trouble import show_error
from ui.words import escaped


def show_overall(home: Workspace, model: ModelView) -> None:
    known = explanations.find_summary(home, model.model, model.version)
    if known.refused:
        st.info(escaped(known.refused), icon=":material/info:")
        return
    if known.summary is not None:
        _show_summary(known.summary, f"{model.version_id}", _noun(model))
        return
    if known.job_id and not _has_ended(known.job_id, model):
        return
    _offer(home, model)
    if model.task not in ANSWERS:
        unit = "R²" if model.task == "regression" else "accuracy"
        charts.importance(model.signature.get("importance") or [], unit, f"importance_{model.version_id}")


def _has_ended(job_id: str, model: ModelView) -> bool:
    job = follow_job(job_id, f"Explaining {model.model} v{model.version}")
    if job is None:
        return False
    if job.status != "succeeded":
        show_error(job.error or {"message": f"The explanation was {job.status}."})
    return True


def _offer(home: Workspace, model: ModelView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Explain this model", icon=":material/lightbulb:", type="primary"):
            try:
                explanations.start_summary(home, model.model, model.version)
            except PEOPLE_ERRORS as error:
                show_error(error)
                return
            st.rerun()
        st.caption(
            f"Works out what each column adds to the answers for some hundred {_noun(model)}s (SHAP), in the columns "
            "where the rows begin. It takes seconds, or minutes for a slow model, and is kept.",
            width="stretch",
        )


def _noun(model: ModelView) -> str:
    """A model without a target has held out no row."""
    return "held-out row" if model.target else "row"


def _show_summary(found: dict[str, Any], key: str, noun: str) -> None:
    output = _output(found, key)
    left, right = st.columns(2, gap="medium")
    with left:
        show_pictured(output["plots"]["strength"], f"strength_{key}_{output['label']}")
    with right:
        show_pictured(output["plots"]["spread"], f"spread_{key}_{output['label']}")
    of = "" if output["label"] is None else f" of {output['label']}"
    how = f"{found['how']}, for {count(found['rows'], noun)}"
    st.caption(
        f"What each column adds to the {found['unit']}{escaped(of)} beside the mean of rows the model learned from, "
        f"found {how}. One column counts as one, however many features are made from it."
    )
    if found["shuffling"]:
        for name, plot in found["shuffling"]["plots"].items():
            show_pictured(plot, f"{name}_{key}")
        st.caption(
            "A second opinion: what gets worse when a column is shuffled. " + " ".join(found["shuffling"]["notes"])
        )


def _output(found: dict[str, Any], key: str) -> dict[str, Any]:
    outputs: list[dict[str, Any]] = found["outputs"]
    if len(outputs) == 1:
        return outputs[0]
    labels = [output["label"] for output in outputs]
    chosen = st.selectbox("Class", labels, key=f"class_over_all_{key}", width=260)
    return outputs[labels.index(chosen)]
