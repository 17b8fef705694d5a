"""Changes that a whole drawing follows: proposed first, and made by whoever adopts the drawing that is proposed."""

from collections.abc import Mapping
from typing import Any

from engine.checks import Fix, apply_fix
from engine.graph import Pipeline
from engine.refactor import Proposal, later_uses, rename_column, retype_column
from engine.service.building.pipelines import drawn, get_draft, look_through
from engine.workspace import Workspace

MOST_FIXES = 100


def propose_name(workspace: Workspace, pipeline_id: str, node: str, port: str, column: str, to: str) -> Proposal:
    """What another name for a column of an output would change.

    Raises
    ------
    MissingThing, ParamError
    """
    return rename_column(_drawn(workspace, pipeline_id), workspace.schema_of, node, port, column, to)


def propose_type(workspace: Workspace, pipeline_id: str, node: str, port: str, column: str, to: str) -> Proposal:
    """What another type of a column of an output would change.

    Raises
    ------
    MissingThing, ParamError
    """
    return retype_column(_drawn(workspace, pipeline_id), workspace.schema_of, node, port, column, to)


def propose_later_uses(workspace: Workspace, pipeline_id: str, node: str, params: Mapping[str, Any]) -> Proposal | None:
    """What after a node still calls a column by the name that it had with the node's earlier params."""
    return later_uses(_drawn(workspace, pipeline_id), workspace.schema_of, node, params)


def fix_all(workspace: Workspace, pipeline_id: str) -> int:
    """Mend every problem of a draft whose fix loses nothing that was drawn.

    Returns
    -------
    int
        How many were mended.
    """
    pipeline = _drawn(workspace, pipeline_id)
    mended, count = _mended(workspace, pipeline)
    if count:
        document = mended.as_document()
        workspace.database.transact(lambda uow: uow.pipelines.replace(pipeline_id, document))
    return count


def _mended(workspace: Workspace, pipeline: Pipeline) -> tuple[Pipeline, int]:
    count, tried = 0, set[tuple[str, str]]()
    looked = look_through(workspace, pipeline)
    while len(tried) < MOST_FIXES:
        fixes = [problem.fix for problem in looked.problems if problem.fix and problem.fix.is_safe]
        fix = next((it for it in fixes if _name(it) not in tried), None)
        if fix is None:
            break
        tried.add(_name(fix))
        other = apply_fix(pipeline, fix, workspace.schema_of)
        then = look_through(workspace, other)
        if other != pipeline and len(then.errors) <= len(looked.errors):
            pipeline, looked, count = other, then, count + 1
    return pipeline, count


def _name(fix: Fix) -> tuple[str, str]:
    return fix.node, f"{fix.id} {fix.label}"


def _drawn(workspace: Workspace, pipeline_id: str) -> Pipeline:
    return drawn(get_draft(workspace, pipeline_id))
