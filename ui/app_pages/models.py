"""Models: the list, and one version with its scores, plots, importance, inputs and origin."""

from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import models, runs
from engine.service.amounts import count, size
from engine.service.views import ModelView
from ui import charts, places, session
from ui.frame import Column, confirm, empty, facts, heading, listing, search
from ui.publishing import ask_publish
from ui.reports import has_plots, show_plots
from ui.scores import score_line, score_rows, show_scores
from ui.trials import show_trials
from ui.trouble import show_error
from ui.words import ago, metric, number, when

home = session.workspace()

TASKS = {
    "classification": "Classification",
    "regression": "Regression",
    "clustering": "Clustering",
    "anomaly": "Anomaly detection",
}
ANSWERS = {
    "clustering": "the number of the record's cluster, or -1 for none",
    "anomaly": "whether the record is an anomaly, and a score: above 0 it is one",
}
"""What models without a target answer with."""


def show_list() -> None:
    with heading("Models"):
        pass
    words = search("models", "models")
    found = models.list_models(home, search=words)
    if not found and words:
        st.caption(f"No model is called anything like “{words}”.")
        return
    if not found:
        empty(
            ":material/model_training:", "No model yet",
            "A run of a pipeline with a model node trains one and scores it on rows it has not seen.", _first,
        )  # fmt: skip
        return
    columns: list[Column[ModelView]] = [
        Column("Name", 3, _name),
        Column("Version", 1, lambda it: st.write(f"v{it.version}")),
        Column("Predicts", 2, lambda it: st.text(it.target or "–")),
        Column("Task", 1.6, lambda it: st.write(TASKS.get(it.task or "", it.task or "–"))),
        Column("Score", 3.6, lambda it: st.markdown(score_line(it.metrics, it.baseline))),
        Column("Trained", 1.7, lambda it: st.caption(ago(it.created_at))),
    ]  # fmt: skip
    listing(found, columns, noun="model", key="models")


def _name(it: ModelView) -> None:
    places.link(places.MODELS, it.model, icon=":material/model_training:", model=it.model)


def _first() -> None:
    if st.button("Open the pipelines", type="primary", icon=":material/account_tree:"):
        places.go(places.PIPELINES)


def show_one(name: str) -> None:
    model = models.get_model(home, name, places.asked_number("version"))
    task = TASKS.get(model.task or "", model.task or "")
    task = f"{task} of {model.target}" if model.target else task
    about = f"{task} · {model.signature.get('component', '').replace('_', ' ')} · {size(model.bytes)}"
    with heading(model.model, f"{about} · trained {ago(model.created_at)}", (places.MODELS, "Models")):
        pick_version(model)
        if st.button("Publish", type="primary", icon=":material/publish:"):
            ask_publish(model.model, model.version or 1)
        with st.popover("More"):
            if st.button("Delete this version", icon=":material/delete:"):
                _ask_delete(model)
    if model.endpoints:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Live", icon=":material/check_circle:", color="green")
            for endpoint in model.endpoints:
                places.link(places.ENDPOINTS, endpoint, icon=":material/api:", endpoint=endpoint)
    show_scores(model.metrics, model.baseline)
    show_spread(model)
    results, leaning, inputs, origin = st.tabs(
        ["Results", "Importance", "Inputs", "Origin"], key="view", on_change="rerun", bind="query-params"
    )
    if results.open:
        with results:
            show_results(model)
    if leaning.open:
        with leaning:
            show_importance(model)
    if inputs.open:
        with inputs:
            show_inputs(model)
    if origin.open:
        with origin:
            show_origin(model)


def show_spread(model: ModelView) -> None:
    """How far the scores of a cross-validation vary."""
    spread = model.signature.get("spread") or {}
    if spread:
        told = ", ".join(f"{metric(name)} ± {number(value)}" for name, value in spread.items())
        folds = (model.signature.get("rows") or {}).get("folds")
        st.caption(
            f"Means over {folds} folds, each tested by a model that had not seen it; standard deviations: {told}."
        )


def pick_version(model: ModelView) -> None:
    numbers = sorted(model.versions, reverse=True)
    chosen = st.selectbox(
        "Version", numbers, index=numbers.index(model.version or 0), format_func=lambda number: f"v{number}",
        key=f"version_of_{model.model}_{model.version}", label_visibility="collapsed", width=90,
    )  # fmt: skip
    if chosen != model.version:
        places.go(places.MODELS, model=model.model, version=chosen)


def _ask_delete(model: ModelView) -> None:
    def act() -> None:
        try:
            models.delete_model_version(home, model.model, model.version or 0)
        except PEOPLE_ERRORS as error:
            show_error(error)
            return
        session.say(f"{model.model} v{model.version} is deleted.", ":material/delete:")
        places.go(places.MODELS)

    warning = f"This deletes **{model.model} v{model.version}**. It cannot be undone, but its run can be repeated."
    confirm("Delete model version", warning, "Delete", act)


def show_results(model: ModelView) -> None:
    found = report_of(model)
    if has_plots(found):
        show_plots(found, f"report_{model.version_id}")
    else:
        st.caption("This version came without plots. Add an Evaluate node after the model and run again.")
    if model.report.get("search"):
        show_trials(model.report["search"], f"trials_{model.version_id}")
    with st.expander("All scores as a table", icon=":material/table:"):
        st.table(pd.DataFrame(score_rows(model.metrics, model.baseline)), hide_index=True, alt="Scores and baseline")


def report_of(model: ModelView) -> dict[str, Any]:
    """The plots stored with the model, else those of an evaluate node of its run."""
    if has_plots(model.report):
        return model.report
    run = runs.get_run(home, model.lineage["run_id"])
    reports = [node.report for node in run.nodes if node.report and node.report.get("task") == model.task]
    return reports[0] if len(reports) == 1 and reports[0] else {}


def show_importance(model: ModelView) -> None:
    if model.task in ANSWERS:
        st.caption("Without a target nothing can get worse; the results show in which columns the groups differ.")
        return
    unit = "R²" if model.task == "regression" else "accuracy"
    charts.importance(model.signature.get("importance") or [], unit, f"importance_{model.version_id}")


def show_inputs(model: ModelView) -> None:
    fields = model.signature.get("inputs") or []
    table = pd.DataFrame(
        [{"Field": it["name"], "Type": it["type"], "May be missing": bool(it["nullable"])} for it in fields]
    )
    st.dataframe(table, hide_index=True, alt="Fields that the model needs")
    answer = ANSWERS.get(model.task or "", model.target)
    st.caption(f"A request to an endpoint needs {count(len(fields), 'field')}; it answers with {answer}.")


def show_origin(model: ModelView) -> None:
    left, right = st.columns(2, gap="medium")
    lineage = model.lineage
    with left:
        st.subheader("Made from", anchor=False)
        for used in lineage.get("datasets", ()):
            label = f"Dataset {used['dataset']} v{used['version']}"
            places.link(places.DATASETS, label, icon=":material/table:", **used)
        label = f"Pipeline {lineage['pipeline']} v{lineage['pipeline_version']}"
        places.link(places.BUILDER, label, icon=":material/account_tree:", pipeline=lineage["pipeline_id"])
        places.link(places.RUNS, f"Run {lineage['run']}", icon=":material/play_circle:", run=lineage["run_id"])
        places.link(places.LINEAGE, "Show lineage", icon=":material/timeline:", model=model.model)
    with right:
        st.subheader("Made with", anchor=False)
        rows = ", ".join(f"{amount:,} {role}" for role, amount in (model.signature.get("rows") or {}).items())
        facts({"Trained": when(model.created_at), "Rows": rows or "–", **model.libraries})


asked = places.asked("model")
if asked:
    show_one(asked)
else:
    show_list()
