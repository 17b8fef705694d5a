"""What the model was made from, and with."""

import streamlit as st

from engine.service import Workspace
from engine.service.modelling import model_bin
from engine.service.views import ModelView
from ui import places
from ui.frame import facts
from ui.running.notes import show_notes
from ui.words import when


def show_origin(home: Workspace, model: ModelView) -> None:
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
        show_notes(home, lineage["run_id"])
        _show_answers(home, model)
    with right:
        st.subheader("Made with", anchor=False)
        rows = ", ".join(
            f"{amount:,} {role.replace('_', ' ')}"
            for role, amount in (model.signature.get("rows") or {}).items()
            if amount
        )
        facts({"Trained": when(model.created_at), "Rows": rows or "–", **model.libraries})


def _show_answers(home: Workspace, model: ModelView) -> None:
    """Where it went: what it answers, and what could roll back to it."""
    found = model_bin.dependants(home, model.model, model.version)
    if not found.live and not found.earlier:
        return
    st.subheader("Answers", anchor=False)
    for name in found.live:
        places.link(places.ENDPOINTS, name, icon=":material/api:", endpoint=name)
    for name in found.earlier:
        label = f"{name}, which could roll back to it"
        places.link(places.ENDPOINTS, label, icon=":material/history:", endpoint=name)
