"""What the canvas is answered when it asks what a change would change."""

from __future__ import annotations

from typing import Any

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import refactoring
from ui.building.drawing import as_graph
from ui.canvas import Later, Rename, Retype

Question = Rename | Retype | Later


def answered(workspace: Workspace, pipeline_id: str, question: Question) -> dict[str, Any]:
    """``Answer`` of the canvas's protocol: a drawing to adopt with the list of its changes, or why there is none."""
    whose = {"cid": question.cid, "seq": question.seq, "asked": question.type}
    nothing = {"title": "", "uses": 0, "changes": [], "graph": None, "error": None}
    try:
        proposal = _proposal(workspace, pipeline_id, question)
    except PEOPLE_ERRORS as error:
        return {**whose, **nothing, "error": f"{error.message} {error.hint}".strip()}
    if proposal is None:
        return {**whose, **nothing}
    return {**whose, **proposal.as_data(), "graph": as_graph(proposal.pipeline), "error": None}


def _proposal(workspace: Workspace, pipeline_id: str, question: Question) -> Any:
    match question:
        case Rename(node=node, port=port, column=column, to=to):
            return refactoring.propose_name(workspace, pipeline_id, node, port, column, to)
        case Retype(node=node, port=port, column=column, to=to):
            return refactoring.propose_type(workspace, pipeline_id, node, port, column, to)
        case Later(node=node, params=params):
            return refactoring.propose_later_uses(workspace, pipeline_id, node, params)
