"""How good the model is: its report, its search, all of its scores."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.modelling import evaluations
from engine.service.running import runs, searches
from engine.service.running.searches import Ranked
from engine.service.views import ModelView
from ui import places
from ui.models.learning import show_learning_curve
from ui.reports import has_plots, show_judgement
from ui.scores import score_rows
from ui.trials import show_trials
from ui.trouble import show_error


def show_results(home: Workspace, model: ModelView) -> None:
    """Everything that is known of how good this version is."""
    found = report_of(home, model)
    if has_plots(found):
        show_judgement(found, f"report_{model.version_id}")
    else:
        st.caption("This version came without plots. Add an Evaluate node after the model and run again.")
    show_learning_curve(home, model)
    if model.report.get("search"):
        show_trials(model.report["search"], f"trials_{model.version_id}", partial(open_trial, home, model))
    with st.expander("All scores as a table", icon=":material/table:"):
        st.table(
            pd.DataFrame(score_rows(model.metrics, model.baseline, model.report.get("intervals"))),
            hide_index=True,
            alt="Scores and baseline",
        )


def open_trial(home: Workspace, model: ModelView, one: Ranked) -> None:
    """Make a pipeline of a trial and go there; where it cannot do quite what the search did, a note in it says so."""
    try:
        opened = searches.open_as_pipeline(home, model, one.place)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    places.go(places.BUILDER, pipeline=opened.pipeline_id)


def report_of(home: Workspace, model: ModelView) -> dict[str, Any]:
    """The plots stored with the model, else those of an evaluate node of its run, else some from its kept rows."""
    if has_plots(model.report):
        return model.report
    run = runs.get_run(home, model.lineage["run_id"])
    reports = [node.report for node in run.nodes if node.report and node.report.get("task") == model.task]
    return reports[0] if len(reports) == 1 and reports[0] else _from_kept_rows(home, model, model.version_id or "")


@st.cache_data(max_entries=50, show_spinner="Looking at the rows kept with the model…")
def _from_kept_rows(_home: Workspace, _model: ModelView, version_id: str) -> dict[str, Any]:
    """Made once for each version: its rows never change."""
    return evaluations.report_of(_home, _model)
