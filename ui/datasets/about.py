"""Where a dataset came from, how it was read, and who uses it."""

import streamlit as st

from engine.service import Workspace
from engine.service.lineage import get_lineage
from engine.service.views import DatasetView
from ui import places
from ui.frame import facts
from ui.words import plain


def show_about(home: Workspace, dataset: DatasetView) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("How it was read", anchor=False)
        facts({name.replace("_", " ").capitalize(): plain(value) for name, value in dataset.read_as.items()})
    with right:
        st.subheader("Where it came from", anchor=False)
        facts({name.capitalize(): plain(value) for name, value in dataset.source.items()} or {"Source": "unknown"})
        st.subheader("Used by", anchor=False)
        _show_users(home, dataset.name)


def _show_users(home: Workspace, name: str) -> None:
    used = [node for node in get_lineage(home, dataset=name).nodes if node.stage in ("pipeline", "model", "endpoint")]
    if not used:
        st.caption("Nothing has used it in a run yet.")
    for node in used[:20]:
        place, key = places.of_stage(node.stage)
        places.link(place, f"{node.stage.capitalize()} {node.label}", **{key: node.key})
    places.link(places.LINEAGE, "Show lineage", icon=":material/timeline:", dataset=name)
