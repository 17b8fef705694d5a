"""What a run gave, what it left, and whether the next one is right."""

from pathlib import Path
from typing import Any

from engine.graph import Pipeline
from engine.service.views import RunView
from engine.workspace import Workspace
from tests.homes import do_run
from tests.processes import half_written

UNTOLD = {"unexpected", "process_died", "worker_lost", "duckdb"}
"""Errors that say nothing to a person who looks at a full disk or a lost file."""


def facts(view: RunView) -> dict[str, Any]:
    """The rows and scores of each node."""
    assert view.status == "succeeded", view.error
    return {node.node: (node.rows_out, (node.report or {}).get("metrics")) for node in view.nodes}


def is_right(view: RunView, undisturbed: dict[str, Any], *, may_not_know: bool = False) -> None:
    """A run succeeded and gave what an undisturbed run gives.

    Parameters
    ----------
    may_not_know
        The rows of a fused node are counted by the query that it is part of: when that result is still kept, and
        only the node's own is lost, they are not known.
    """
    found = facts(view)
    if may_not_know:
        found = {node: (undisturbed[node][0] if rows is None else rows, score) for node, (rows, score) in found.items()}
    different = {node: (found.get(node), wanted) for node, wanted in undisturbed.items() if found.get(node) != wanted}
    assert not different, f"found, wanted: {different}"


def told(view: RunView) -> dict[str, Any]:
    """What a run that failed says: in words, with what to do next."""
    error = view.error or {}
    assert view.status == "failed", (view.status, error)
    assert error["code"] not in UNTOLD, error
    assert error["message"]
    assert error["hint"]
    return error


def right_or_told(view: RunView, undisturbed: dict[str, Any]) -> None:
    """A disturbed run gives the right result, or says what was wrong."""
    if view.status == "succeeded":
        is_right(view, undisturbed, may_not_know=True)
    else:
        told(view)


def next_run_is_right(
    workspace: Workspace, pipeline: Pipeline, undisturbed: dict[str, Any], *, may_not_know: bool = False
) -> RunView:
    """Nothing half-written is left, and the same pipeline gives what it should."""
    assert half_written(workspace) == [], half_written(workspace)
    view = do_run(workspace, pipeline)
    is_right(view, undisturbed, may_not_know=may_not_know)
    assert half_written(workspace) == [], half_written(workspace)
    return view


def flip(path: Path) -> None:
    """Change one byte in the middle of a file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 0xFF]))
