"""A text from a clipboard as a part of a pipeline; the format has one reader, whatever the way it comes in."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.errors import CanvasbackError
from engine.graph import Pipeline
from ui.building.drawing import as_graph
from ui.canvas import Paste, Refused
from ui.canvas.messages import read_graph

if TYPE_CHECKING:
    from ui.canvas import Intent

FEW = 4
"""Texts that are remembered: the browser repeats its last intent at every rerun."""


def answer(intent: Intent | None, pipeline_id: str) -> dict[str, Any] | None:
    """What became of a pasted text: ``Pasted`` of the canvas's protocol; None where nothing was pasted."""
    if not isinstance(intent, Paste) or intent.doc != pipeline_id:
        return None
    graph, message = read_fragment(intent.text)
    return {"cid": intent.cid, "seq": intent.seq, "graph": graph, "message": message}


@lru_cache(maxsize=FEW)
def read_fragment(text: str) -> tuple[dict[str, Any] | None, str]:
    """A text as nodes and wires for the canvas, or None and why it is none."""
    try:
        drawn = as_graph(Pipeline.from_yaml(text))
        if not drawn["nodes"]:
            return None, "This pipeline is empty."
        return read_graph(_plain(drawn)).model_dump(mode="json", exclude_unset=True), ""
    except CanvasbackError as error:
        return None, f"{error.message} {error.hint or ''}".strip()
    except Refused as refusal:
        return None, f"This is no pipeline: {refusal}"


def _plain(drawn: dict[str, Any]) -> Any:
    """As JSON can say it: a date is a text on the canvas, as in a stored draft."""
    try:
        return json.loads(json.dumps(drawn, default=str))
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused("a setting in it is neither text, number, list nor mapping of names.") from error
