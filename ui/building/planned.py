"""What a run of the drawing would do and take, told beside it before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS, PipelineProblems
from engine.graph import Pipeline
from engine.service import Workspace
from engine.service.amounts import count, memory, seconds
from engine.service.building.pipelines import drawn
from engine.service.building.plans import RunPlanView, StepView, preview_run
from engine.service.views import DraftView
from ui import session
from ui.canvas import Plan

MOST_TOLD = 12


def told_plan(workspace: Workspace, draft: DraftView, asked: Plan) -> dict[str, Any]:
    """What a run would do, for the menu of the canvas; `rev` and `to` say of which drawing."""
    pipeline = drawn(draft)
    plan, problem = _planned(workspace, pipeline, None, asked.params)
    steps = plan.steps if plan else []
    changed = [{"node": step.node, "title": step.title} for step in steps if step.doing != "reused"]
    return {
        "rev": draft.rev,
        "to": asked.to,
        "changed": changed[:MOST_TOLD],
        "more": max(0, len(changed) - MOST_TOLD),
        "reused": plan.reused if plan else 0,
        "cost": plan.cost_in_words if plan else "",
        "words": plan.in_words if plan else "",
        "problem": problem,
        "until": _until(workspace, pipeline, asked),
    }


def _until(workspace: Workspace, pipeline: Pipeline, asked: Plan) -> str:
    if asked.to is None:
        return ""
    plan, problem = _planned(workspace, pipeline, asked.to, asked.params)
    return plan.in_words if plan else problem or ""


def _planned(
    workspace: Workspace, pipeline: Pipeline, target: str | None, params: Mapping[str, Any]
) -> tuple[RunPlanView | None, str | None]:
    """The plan, or why there is none."""
    try:
        return preview_run(workspace, pipeline, target=target, params=params), None
    except PipelineProblems as found:
        return None, f"{_in_the_way(found)}."
    except PEOPLE_ERRORS as error:
        return None, str(error)


def _in_the_way(found: PipelineProblems) -> str:
    """Only errors are; what else the canvas tells does not keep anybody from running it."""
    verb = "stands" if len(found.problems) == 1 else "stand"
    return f"{count(len(found.problems), 'problem')} {verb} in the way"


def show_plan(pipeline: Pipeline) -> None:
    """One quiet line, with the steps behind a button."""
    if not pipeline.nodes:
        return
    try:
        plan = preview_run(session.workspace(), pipeline)
    except PipelineProblems as found:
        st.caption(f":material/info: Not ready to run: {_in_the_way(found)}.")
        return
    except PEOPLE_ERRORS as error:
        st.caption(f":material/info: {error}")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/bolt: {plan.in_words}.", width="content")
        with st.popover("What would run"):
            show_steps(plan)


def show_steps(plan: RunPlanView) -> None:
    """Every step with what becomes of it."""
    names = {step.node: step.title for step in plan.steps}
    rows = [_row(step, names) for step in plan.steps]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="What a run would do with each node", height="content")
    for split, node in plan.splits_moved.items():
        st.caption(f"{names[split]} will stand before {names[node]}, so that nothing is learned from test rows.")
    st.caption(_about(plan))


def _row(step: StepView, names: dict[str, str]) -> dict[str, str]:
    happens = {"computed": "Computed", "reused": "Reused"}.get(step.doing) or f"Within {names[step.stage or step.node]}"
    return {
        "Step": step.title,
        "What happens": happens,
        "Expected": "not measured yet" if step.is_unknown else seconds(step.seconds),
        "Memory": memory(step.memory_mb),
    }


def _about(plan: RunPlanView) -> str:
    if all(step.doing == "reused" for step in plan.steps):
        return "Every result is kept from an earlier run."
    similar = sum(step.is_similar for step in plan.steps)
    parts = [f"Expected from earlier runs, for {count(plan.rows, 'row')} of data." if plan.seconds else ""]
    parts += [f"{count(similar, 'step was', 'steps were')} set otherwise in those runs." if similar else ""]
    return " ".join(part for part in parts if part) or "Nothing like it was run yet; the first run measures it."
