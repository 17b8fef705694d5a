"""Every model at its latest version."""

import streamlit as st

from engine.service import Workspace
from engine.service.views import ModelView
from ui import places
from ui.frame import Column, empty, heading, listing
from ui.models.compare.choosing import compare_picked, pick
from ui.models.narrowing import Narrowed, ask_narrowed, show_bin_button, show_names
from ui.models.words import TASKS
from ui.scores import score_line
from ui.words import ago


def show_list(home: Workspace) -> None:
    with heading("Models"):
        slot = st.container(horizontal=True, width="content")
        show_bin_button(home)
    narrowed = ask_narrowed(home)
    found = narrowed.models(home)
    if not found and narrowed != Narrowed():
        st.caption("No model fits this search.")
        return
    if not found:
        empty(
            ":material/model_training:", "No model yet",
            "A run of a pipeline with a model node trains one and scores it on rows it has not seen.", _first,
        )  # fmt: skip
        return
    with slot:
        compare_picked(found)
    columns: list[Column[ModelView]] = [
        Column("", 0.3, pick),
        Column("Name", 2.9, _name),
        Column("Version", 1.1, lambda it: st.write(f"v{it.version}")),
        Column("Predicts", 1.8, lambda it: st.text(it.target or "–")),
        Column("Task", 2.1, lambda it: st.write(TASKS.get(it.task or "", it.task or "–"))),
        Column("Aliases and stages", 2.4, show_names),
        Column("Score", 3.6, lambda it: st.markdown(score_line(it.metrics, it.baseline))),
        Column("Trained", 1.7, lambda it: st.caption(ago(it.created_at))),
    ]  # fmt: skip
    listing(found, columns, noun="model", key="models")


def _name(it: ModelView) -> None:
    places.link_name(places.MODELS, it.model, icon=":material/model_training:", model=it.model)


def _first() -> None:
    if st.button("Open the pipelines", type="primary", icon=":material/account_tree:"):
        places.go(places.PIPELINES)
