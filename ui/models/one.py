"""One version of a model: its heading, its scores, and a tab for each side of it."""

from collections.abc import Callable

import streamlit as st

from engine.service import Workspace
from engine.service.amounts import size
from engine.service.modelling import models, registry
from engine.service.views import ModelView
from ui import places
from ui.frame import heading
from ui.models.card import show_card
from ui.models.choosing import pick_version
from ui.models.compare.choosing import show_compare_tab
from ui.models.explain.tab import show_explain
from ui.models.exporting import show_export
from ui.models.fairness import show_fairness
from ui.models.inputs import show_inputs
from ui.models.menu import show_menu
from ui.models.origin import show_origin
from ui.models.results import show_results
from ui.models.standing import show_standing, why_not_published
from ui.models.training import show_training
from ui.models.versions import show_versions
from ui.models.words import TASKS
from ui.publishing import ask_publish
from ui.scores import show_scores
from ui.words import ago, metric, number

Show = Callable[[Workspace, ModelView], None]
TABS: dict[str, Show] = {
    "Results": show_results,
    "Explain": show_explain,
    "Fairness": show_fairness,
    "Compare": show_compare_tab,
    "Inputs": show_inputs,
    "Versions": show_versions,
    "Card": show_card,
    "Export": show_export,
    "Origin": show_origin,
}


def show_one(home: Workspace, name: str) -> None:
    model = models.get_model(home, name, places.asked_number("version"))
    version = next(it for it in registry.list_versions(home, name) if it.version == model.version)
    task = TASKS.get(model.task or "", model.task or "")
    task = f"{task} of {model.target}" if model.target else task
    about = f"{task} · {model.kind} · {size(model.bytes)}"
    with heading(model.model, f"{about} · trained {ago(model.created_at)}", (places.MODELS, "Models")):
        pick_version(model)
        withheld = why_not_published(model)
        if st.button("Publish", type="primary", icon=":material/publish:", disabled=bool(withheld), help=withheld):
            ask_publish(model.model, model.version or 1)
        show_menu(home, model, version)
    show_standing(home, model, version)
    show_scores(model.metrics, model.baseline, model.report.get("intervals"))
    show_spread(model)
    show_training(model)
    opened = st.tabs(list(TABS), key="view", on_change="rerun", bind="query-params")
    for tab, show in zip(opened, TABS.values(), strict=True):
        if tab.open:
            with tab:
                show(home, model)


def show_spread(model: ModelView) -> None:
    """How far the scores of a cross-validation vary."""
    spread = model.signature.get("spread") or {}
    if spread:
        told = ", ".join(f"{metric(name)} ± {number(value)}" for name, value in spread.items())
        folds = (model.signature.get("rows") or {}).get("folds")
        st.caption(
            f"Means over {folds} folds, each tested by a model that had not seen it; standard deviations: {told}."
        )
