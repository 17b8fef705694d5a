"""What the person at the canvas wants done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.limits import RunLimits
from engine.service import Workspace
from engine.service.building import pipelines, refactoring
from engine.service.running import runs
from ui import session
from ui.building.answers import answered
from ui.canvas import (
    Begin,
    Cancel,
    CatchUp,
    Fix,
    FixAll,
    Here,
    Intent,
    Later,
    Open,
    Paste,
    Plan,
    Rename,
    Retype,
    Run,
    Save,
    Select,
)


@dataclass(frozen=True)
class Outcome:
    """What became of what the browser said.

    Parameters
    ----------
    trouble
        What the person must read: an error with message and hint.
    node
        The node that is looked at now; None where that did not change.
    changed
        Whether the page below the canvas shows something else now.
    answer
        What the canvas wanted to know.
    plan
        What the canvas wants to know of a run beforehand.
    """

    trouble: Exception | None = None
    node: str | None = None
    changed: bool = False
    begin: str | None = None
    """The way to begin that was chosen on the empty canvas."""
    answer: Mapping[str, Any] | None = None
    plan: Plan | None = None


def do(workspace: Workspace, pipeline_id: str, intent: Intent, limits: RunLimits) -> Outcome:
    """Do it, or say what the canvas wants to know.

    Raises
    ------
    CanvasbackError, StorageError
    """
    match intent:
        case Select(node=node):
            return Outcome(node=node or "", changed=True)
        case Open(node=node):
            return Outcome(node=node, changed=True)
        case Here() | CatchUp() | Paste():
            return Outcome()  # that it was said is enough: what is there is sent with the answer
        case Plan():
            return Outcome(plan=intent)
        case Begin(of=of):
            return Outcome(begin=of)
        case Rename() | Retype() | Later():
            return Outcome(answer=answered(workspace, pipeline_id, intent))
        case _:
            _act(workspace, pipeline_id, intent, limits)
            return Outcome(changed=True)


def _act(workspace: Workspace, pipeline_id: str, intent: Intent, limits: RunLimits) -> None:
    match intent:
        case Run(to=target, params=params):
            drawn = pipelines.drawn(pipelines.get_draft(workspace, pipeline_id))
            runs.start_run(workspace, pipeline_id, drawn, target=target, params=params, limits=limits)
        case Cancel():
            latest = runs.latest_run(workspace, pipeline_id)
            if latest is not None and not latest.is_finished:
                runs.cancel_run(workspace, latest.id)
        case Fix(problem=problem, fix=fix):
            pipelines.fix_problem(workspace, pipeline_id, problem, fix)
        case FixAll():
            if not refactoring.fix_all(workspace, pipeline_id):
                session.say("None of the problems can be fixed by itself.", ":material/info:")
        case Save():
            number = pipelines.save_version(workspace, pipeline_id)
            session.say(f"Saved as version {number}.", ":material/save:")
