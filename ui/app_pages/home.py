"""What there is, and what to do next."""

from typing import NamedTuple

import streamlit as st

from engine.service.amounts import seconds
from engine.service.building import pipelines
from engine.service.data import datasets
from engine.service.modelling import models
from engine.service.running import runs
from engine.service.serving import endpoints
from engine.service.views import ModelView, RunView
from ui import places, session
from ui.alerts.count import show_open_count
from ui.frame import badge, heading
from ui.scores import score_line
from ui.words import ago

SHOWN = 5


class Step(NamedTuple):
    """One of the things to do, and whether it is done."""

    title: str
    about: str
    done: bool
    place: str
    label: str


def tile(label: str, amount: int, place: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.metric(label, f"{amount:,}")
        places.link(place, f"All {label.lower()}", icon=":material/arrow_forward:")


def steps_of(sets: int, drawn: int, ran: bool, learned: int, served: int) -> list[Step]:
    return [
        Step(
            "Bring a dataset",
            "Import a CSV, Parquet or JSON file – or go on with the sample data.",
            bool(sets or drawn),
            places.IMPORT,
            "Import a dataset",
        ),
        Step(
            "Draw a pipeline",
            "Say what you want to know and let it be drawn, take a template, or draw it yourself.",
            bool(drawn),
            places.BEGIN,
            "Begin a pipeline",
        ),
        Step(
            "Run it",
            "Every node is measured, and what has not changed is reused.",
            ran,
            places.PIPELINES,
            "Choose a pipeline to run",
        ),
        Step(
            "Train a model",
            "Add a model and run again: it is scored on rows it has not seen.",
            bool(learned),
            places.PIPELINES,
            "Add a model",
        ),
        Step(
            "Publish an endpoint",
            "It goes live once it has answered stored rows exactly as the training run did.",
            bool(served),
            places.MODELS,
            "Choose a model to publish",
        ),
    ]


def show_next(steps: list[Step]) -> None:
    todo = next((step for step in steps if not step.done), None)
    if todo is None:
        return
    with st.container(border=True):
        st.markdown(f"**Next: {todo.title.lower()}**")
        st.caption(todo.about)
        with st.container(horizontal=True):
            if st.button(todo.label, type="primary", icon=":material/arrow_forward:"):
                places.go(todo.place)
            if todo is steps[0] and st.button("Use sample data", icon=":material/science:"):
                places.go(places.BEGIN, of="templates")
        marks = [f":{'green' if step.done else 'gray'}[{_mark(step, todo)} {step.title}]" for step in steps]
        st.markdown("&emsp;".join(marks))


def _mark(step: Step, todo: Step) -> str:
    if step.done:
        return ":material/check_circle:"
    return ":material/radio_button_checked:" if step is todo else ":material/radio_button_unchecked:"


def show_runs(found: list[RunView]) -> None:
    st.subheader("Recent runs", anchor=False)
    if not found:
        st.caption("No run yet. Open a pipeline and press Run.")
        return
    with st.container(border=True, gap="xsmall"):
        for run in found[:SHOWN]:
            name, how, length, age = st.columns([4, 3, 2, 3], vertical_alignment="center")
            with name:
                places.link(
                    places.RUNS, f"{run.pipeline} · run {run.number}", icon=":material/play_circle:", run=run.id
                )
            with how:
                badge(run.status)
            length.caption(seconds(run.seconds))
            age.caption(ago(run.created_at))


def show_models(found: list[ModelView]) -> None:
    st.subheader("Recent models", anchor=False)
    if not found:
        st.caption("No model yet. A run of a pipeline with a model node makes one.")
        return
    with st.container(border=True, gap="xsmall"):
        for model in found[:SHOWN]:
            name, score = st.columns([3, 5], vertical_alignment="center")
            with name:
                places.link(
                    places.MODELS,
                    f"{model.model} v{model.version}",
                    icon=":material/model_training:",
                    model=model.model,
                )
            score.markdown(score_line(model.metrics, model.baseline))


home = session.workspace()
sets, drawings = datasets.list_datasets(home), pipelines.list_pipelines(home)
recent, learned = runs.list_runs(home, limit=SHOWN), models.list_models(home)
serving = [endpoint for endpoint in endpoints.list_endpoints(home) if endpoint.status != "retired"]

with heading("Home"):
    show_open_count(home)
with st.grid(4, min_column_width=160, gap="small"):
    tile("Datasets", len(sets), places.DATASETS)
    tile("Pipelines", len(drawings), places.PIPELINES)
    tile("Models", len(learned), places.MODELS)
    tile("Endpoints", len(serving), places.ENDPOINTS)
show_next(steps_of(len(sets), len(drawings), bool(recent), len(learned), len(serving)))
left, right = st.columns(2, gap="medium")
with left:
    show_runs(recent)
with right:
    show_models(learned)
