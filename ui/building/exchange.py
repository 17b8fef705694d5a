"""Python's side of the canvas: take what the browser drew and wished, give back what it needs to show."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.graph import Pipeline
from engine.limits import NO_LIMITS, RunLimits
from engine.service import Workspace, components, datasets, pipelines, runs, trials
from engine.service.connections import list_connections
from engine.service.views import DraftView, NodeRunView, RunView
from ui import session
from ui.building.drawing import as_graph, as_options, as_pipeline
from ui.building.outcomes import outcome_of
from ui.building.planned import told_plan
from ui.canvas import Cancel, CatchUp, Edit, Fix, Here, Intent, Open, Plan, Run, Said, Save, Select

log = logging.getLogger("canvasback.ui")

CONFLICT = "conflict"

NODE_STATES = {"queued": "waiting", "succeeded": "done", "crashed": "failed", "cancelled": "skipped"}
"""What a run calls the states of nodes, in the words of the canvas."""


@dataclass(frozen=True)
class Outcome:
    """What became of what the browser said.

    Parameters
    ----------
    refused
        The edit that was not taken, as the canvas wants to hear of it.
    trouble
        What the person must read: an error with message and hint.
    node
        The node that is looked at now; None where that did not change.
    changed
        Whether the page below the canvas shows something else now.
    plan
        What the canvas wants to know of a run beforehand.
    """

    refused: Mapping[str, Any] | None = None
    trouble: Exception | None = None
    node: str | None = None
    changed: bool = False
    plan: Plan | None = None


def take(workspace: Workspace, pipeline_id: str, said: Said, limits: RunLimits = NO_LIMITS) -> Outcome:
    """Apply the newest edit, then do what is wished for; both only once.

    The browser repeats its last words at every rerun, so everything here may be called again with the same.
    """
    fresh = session.is_first_sight(pipeline_id)
    refused = _apply(workspace, pipeline_id, said.edit) if said.edit else None
    intent = said.intent
    if intent is None or intent.doc != pipeline_id or not session.is_new(intent) or fresh:
        return Outcome(refused=refused)
    if refused is not None and not isinstance(intent, Select | Open | Cancel | Here | CatchUp):
        return Outcome(refused=refused)  # what was drawn last is not stored: running or saving would mean another one
    try:
        return _do(workspace, pipeline_id, intent, refused, limits)
    except PEOPLE_ERRORS as error:
        return Outcome(refused=refused, trouble=error, changed=True)


def _apply(workspace: Workspace, pipeline_id: str, edit: Edit) -> Mapping[str, Any] | None:
    """Store an edit under the draft's compare-and-swap; says why not, when it cannot be read."""
    if edit.doc != pipeline_id:
        return None
    draft = pipelines.get_draft(workspace, pipeline_id)
    if edit.cid == draft.by and edit.seq <= draft.ack:
        return None
    try:
        pipeline = as_pipeline(edit.graph, pipelines.drawn(draft))
        outcome, _ = pipelines.apply_edit(workspace, pipeline_id, pipeline, base=edit.base, cid=edit.cid, seq=edit.seq)
    except PEOPLE_ERRORS as error:
        return {"cid": edit.cid, "seq": edit.seq, "message": str(error)}
    if outcome == CONFLICT:
        log.info("an edit of pipeline %s came too late", pipeline_id)
    return None


def _do(
    workspace: Workspace, pipeline_id: str, intent: Intent, refused: Mapping[str, Any] | None, limits: RunLimits
) -> Outcome:
    match intent:
        case Select(node=node):
            return Outcome(refused=refused, node=node or "", changed=True)
        case Open(node=node):
            return Outcome(refused=refused, node=node, changed=True)
        case Here() | CatchUp():
            return Outcome(refused=refused)  # that it was said is enough: what is there is sent with the answer
        case Plan():
            return Outcome(refused=refused, plan=intent)
        case Run(to=target, params=params):
            drawn = pipelines.drawn(pipelines.get_draft(workspace, pipeline_id))
            runs.start_run(workspace, pipeline_id, drawn, target=target, params=params, limits=limits)
        case Cancel():
            latest = runs.latest_run(workspace, pipeline_id)
            if latest is not None and not latest.is_finished:
                runs.cancel_run(workspace, latest.id)
        case Fix(problem=problem, fix=fix):
            pipelines.fix_problem(workspace, pipeline_id, problem, fix)
        case Save():
            number = pipelines.save_version(workspace, pipeline_id)
            session.say(f"Saved as version {number}.", ":material/save:")
    return Outcome(refused=refused, changed=True)


def editor_data(
    workspace: Workspace,
    draft: DraftView,
    latest: RunView | None,
    refused: Mapping[str, Any] | None,
    *,
    looked_at: str | None = None,
    knows: str | None = None,
    plan: Plan | None = None,
) -> dict[str, Any]:
    """Everything the canvas shows: ``EditorData`` of its protocol.

    Parameters
    ----------
    looked_at
        The node whose work is shown on sample rows.
    knows
        The digest of the catalogue that the browser says it has; then it is not sent again.
    plan
        The run that is asked about.
    """
    pipeline = pipelines.drawn(draft)
    reviewed = pipelines.review_pipeline(workspace, pipeline)
    catalogue, samples = _catalogue()
    trial = trials.try_out(workspace, pipeline, looked_at) if looked_at else None
    return {
        "doc": draft.pipeline_id,
        "name": draft.name,
        "rev": draft.rev,
        "by": draft.by,
        "ack": draft.ack,
        "readonly": False,
        "graph": as_graph(pipeline),
        "catalogue": None if knows == catalogue["digest"] else catalogue,
        "trial": trial.model_dump(mode="json") if trial else None,
        "facts": {node: facts.model_dump(mode="json") for node, facts in reviewed.facts.items()},
        "problems": reviewed.problems,
        "options": as_options(datasets.list_datasets(workspace), samples, list_connections(workspace)),
        "run": feed_data(workspace, pipeline, draft.pipeline_id, latest),
        "plan": told_plan(workspace, draft, plan) if plan else None,
        "refused": refused,
    }


def feed_data(workspace: Workspace, pipeline: Pipeline, pipeline_id: str, run: RunView | None) -> dict[str, Any]:
    """The state of every node in the latest run, as it is drawn now: ``FeedData`` of the canvas's protocol."""
    if run is None:
        return {"doc": pipeline_id, "run": None, "nodes": {}}
    stale = runs.stale_nodes(workspace, run.id, pipeline)
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
        "nodes": {node.node: _node_state(run, node, is_stale=node.node in stale) for node in run.nodes},
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
def _catalogue() -> tuple[dict[str, Any], list[str]]:
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
