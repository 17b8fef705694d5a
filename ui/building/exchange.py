"""Python's side of the canvas: take what the browser drew and wished, give back what it needs to show."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.graph import Pipeline, in_effect
from engine.limits import NO_LIMITS, RunLimits
from engine.service import Workspace
from engine.service.building import components, pipelines
from engine.service.data import datasets
from engine.service.data.connections import list_connections
from engine.service.running import runs
from engine.service.views import DraftView, NodeRunView, RunView
from ui import session
from ui.building import pasting
from ui.building.drawing import as_graph, as_options
from ui.building.outcomes import outcome_of
from ui.building.planned import told_plan
from ui.building.told_columns import told_facts
from ui.building.wishes import Outcome, do
from ui.building.written import written
from ui.canvas import Said

NODE_STATES = {"queued": "waiting", "succeeded": "done", "crashed": "failed", "cancelled": "skipped"}
"""What a run calls the states of nodes, in the words of the canvas."""


def take(workspace: Workspace, pipeline_id: str, said: Said, limits: RunLimits = NO_LIMITS) -> Outcome:
    """Do what is wished for, once.

    The browser repeats its last words at every rerun, so this may be called again with the same.
    """
    fresh = session.is_first_sight(pipeline_id)
    intent = said.intent
    if intent is None or intent.doc != pipeline_id or not session.is_new(intent) or fresh:
        return Outcome()
    try:
        return do(workspace, pipeline_id, intent, limits)
    except PEOPLE_ERRORS as error:
        return Outcome(trouble=error, changed=True)


def editor_data(
    workspace: Workspace, draft: DraftView, latest: RunView | None, *, knows: str | None = None
) -> dict[str, Any]:
    """Everything that the canvas shows of a draft: the lasting part of ``EditorData`` of its protocol.

    Parameters
    ----------
    knows
        The digest of the catalogue that the browser says it has; then it is not sent again.
    """
    pipeline = pipelines.drawn(draft)
    reviewed = pipelines.review_pipeline(workspace, pipeline)
    known, samples = catalogue()
    return {
        "doc": draft.pipeline_id,
        "name": draft.name,
        "rev": draft.rev,
        "by": draft.by,
        "ack": draft.ack,
        "readonly": False,
        "graph": as_graph(pipeline),
        "catalogue": None if knows == known["digest"] else known,
        **told_facts(reviewed.facts),
        "problems": reviewed.problems,
        "options": as_options(datasets.list_datasets(workspace), samples, list_connections(workspace)),
        "run": feed_data(workspace, pipeline, draft.pipeline_id, latest),
    }


def answers(workspace: Workspace, draft: DraftView, said: Said, outcome: Outcome) -> dict[str, Any]:
    """What the canvas is told because of what it said: the passing part of ``EditorData``."""
    return {
        "answer": session.answer_to(draft.pipeline_id, said.intent, outcome.answer),
        "pasted": pasting.answer(said.intent, draft.pipeline_id),
        "plan": told_plan(workspace, draft, outcome.plan) if outcome.plan else None,
        "written": written(workspace, draft, said.asked) if said.asked else None,
    }


def feed_data(workspace: Workspace, pipeline: Pipeline, pipeline_id: str, run: RunView | None) -> dict[str, Any]:
    """The state of every node in the latest run, as it is drawn now: ``FeedData`` of the canvas's protocol."""
    if run is None:
        return {"doc": pipeline_id, "run": None, "nodes": {}}
    stale, apart = runs.stale_nodes(workspace, run.id, pipeline), in_effect(pipeline).apart
    return {
        "doc": pipeline_id,
        "run": {
            "id": run.id,
            "status": run.status,
            "number": run.number,
            "progress": run.progress,
            "remaining_seconds": run.remaining_seconds,
            "seconds": run.seconds,
            "message": run.message or (run.error or {}).get("message"),
            "params": run.params,
        },
        "nodes": {
            node.node: _node_state(run, node, is_stale=node.node in stale)
            for node in run.nodes
            if node.node not in apart
        },
    }


def _node_state(run: RunView, node: NodeRunView, *, is_stale: bool) -> dict[str, Any]:
    status = "cached" if node.cached else NODE_STATES.get(node.status, node.status)
    return {
        "status": "stale" if is_stale and status in ("done", "cached", "failed") else status,
        "rows_in": node.rows_in,
        "rows_out": node.rows_out,
        "seconds": node.seconds,
        "message": node.message or (node.error or {}).get("message"),
        "hint": (node.error or {}).get("hint") or None,
        "outcome": outcome_of(run, node),
    }


@st.cache_data(show_spinner=False, ttl="1h")
def catalogue() -> tuple[dict[str, Any], list[str]]:
    """What does not change while the server runs, and the bundled tables that a source offers."""
    palette = components.list_components()
    fields = [field for spec in palette for field in spec["params"].get("properties", {}).values()]
    samples: list[str] = next((field["enum"] for field in fields if field.get("x-options") == "samples"), [])
    told = {
        "palette": palette,
        "categories": components.list_categories(),
        "functions": components.list_functions(),
        "messages": components.canvas_messages(),
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return {**told, "digest": digest}, list(samples)
