"""Where a dataset came from, how it was read, and who uses it."""

from typing import Any

import streamlit as st

from engine.service import Workspace
from engine.service.lineage import get_lineage
from engine.service.views import DatasetView
from ui import places
from ui.datasets.left_out import show_left_out
from ui.frame import facts
from ui.words import plain

_VALUES = ("decimal", "thousands", "date_format", "date_formats", "day_first", "null_values", "types")
_JSON = ("format", "compression", "encoding", "date_format", "day_first", "types")
_STATISTICS = ("format", "compression", "encoding", "labels", "types")
FIELDS: dict[str, tuple[str, ...]] = {
    "csv": (
        *("format", "compression", "encoding", "delimiter", "quote", "escape", "header", "header_rows", "skip_rows"),
        *("skip_initial_space", "lenient", *_VALUES),
    ),
    "excel": ("format", "sheet", "cell_range", "header", "header_rows", "skip_rows", *_VALUES),
    "json": _JSON,
    "jsonl": _JSON,
    "spss": _STATISTICS,
    "sas": _STATISTICS,
    "stata": _STATISTICS,
}
"""What can be told of the reading of a format."""


def show_about(home: Workspace, dataset: DatasetView) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("How it was read", anchor=False)
        facts({name.replace("_", " ").capitalize(): plain(value) for name, value in read_as_of(dataset).items()})
    with right:
        st.subheader("Where it came from", anchor=False)
        facts({name.capitalize(): plain(value) for name, value in dataset.source.items()} or {"Source": "unknown"})
        st.subheader("Used by", anchor=False)
        _show_users(home, dataset.name)
    show_left_out(home, dataset)


def read_as_of(dataset: DatasetView) -> dict[str, Any]:
    """How it was read: what files of its format have, without what was left as it is."""
    shown = FIELDS.get(str(dataset.read_as.get("format")), ("format", "compression"))
    told = {name: dataset.read_as[name] for name in shown if name in dataset.read_as}
    return {name: value for name, value in told.items() if value not in (None, {}, [])}


def _show_users(home: Workspace, name: str) -> None:
    used = [node for node in get_lineage(home, dataset=name).nodes if node.stage in ("pipeline", "model", "endpoint")]
    if not used:
        st.caption("Nothing has used it in a run yet.")
    for node in used[:20]:
        place, key = places.of_stage(node.stage)
        places.link(place, f"{node.stage.capitalize()} {node.label}", **{key: node.key})
    places.link(places.LINEAGE, "Show lineage", icon=":material/timeline:", dataset=name)
