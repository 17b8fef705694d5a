"""Answers to what a person looks at on the canvas, apart from the edits: a slow preview keeps no edit waiting."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.graph import Pipeline
from engine.service import Workspace
from engine.service.building import guarding, node_history, pipelines
from engine.service.running import previews
from ui.canvas import Look, look, looked_at
from ui.trouble import guarded

PATIENCE = 0.06
"""Seconds that an answer may take at once; the browser asks again for one that takes longer."""


@st.fragment
@guarded
def answer_looks(home: Workspace, pipeline_id: str) -> None:
    """The invisible mount through which the browser asks; in a fragment of its own."""
    key = f"look_{pipeline_id}"
    asked = looked_at(key)
    look(key, look_data(home, pipeline_id, asked if asked is not None and asked.doc == pipeline_id else None))


def look_data(home: Workspace, pipeline_id: str, asked: Look | None, patience: float = PATIENCE) -> dict[str, Any]:
    """The answer: ``LookData`` of the canvas's protocol. What is still being worked out is said to be pending."""
    if asked is None:
        return {"doc": pipeline_id, "cid": None, "seq": -1, "pending": False}
    drawn = pipelines.drawn(pipelines.get_draft(home, pipeline_id))
    answer: dict[str, Any] = {"doc": pipeline_id, "cid": asked.cid, "seq": asked.seq, "pending": False}
    if asked.overlay is not None:
        answer["overlay"] = _overlay(home, drawn, asked)
    if asked.node is not None and asked.node in drawn.by_id:
        answer |= _of_node(home, pipeline_id, drawn, asked, patience)
    return answer


def _overlay(home: Workspace, drawn: Pipeline, asked: Look) -> dict[str, Any]:
    if asked.overlay == "fitted":
        return guarding.fitted_overlay(home, drawn).model_dump(mode="json")
    return guarding.serving_overlay(home, drawn, asked.model).model_dump(mode="json")


def _of_node(home: Workspace, pipeline_id: str, drawn: Pipeline, asked: Look, patience: float) -> dict[str, Any]:
    assert asked.node is not None  # noqa: S101  the only caller looked
    soon = previews.preview_soon(
        home,
        pipeline_id,
        drawn,
        asked.node,
        port=asked.port,
        most=asked.rows,
        who=asked.cid,
        serial=asked.seq,
        patience=patience,
    )
    history = node_history.node_history(home, pipeline_id, asked.node)
    return {
        "pending": not soon.is_ready,
        "trial": soon.view.model_dump(mode="json") if soon.view else None,
        "history": history.model_dump(mode="json") if history.last else None,
    }
