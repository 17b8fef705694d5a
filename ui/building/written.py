"""The text view of the canvas: what is drawn as a text, or what a text would draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.service import Workspace
from engine.service.building import pipelines
from engine.service.building.texts import Remark, review_text
from ui.building.drawing import as_graph
from ui.canvas import Refused, check_graph

if TYPE_CHECKING:
    from engine.service.views import DraftView
    from ui.canvas import Asked


def written(workspace: Workspace, draft: DraftView, asked: Asked) -> dict[str, Any] | None:
    """What the text view is told: ``Written`` of the canvas's protocol; nothing is stored.

    Returns
    -------
    dict
        With the drawing of the text, where it is one; `text` is that of the draft, where no other was sent.
    """
    if asked.doc != draft.pipeline_id:
        return None
    drawn = pipelines.drawn(draft)
    text = drawn.as_yaml() if asked.text is None else asked.text
    found = review_text(workspace, text, drawn)
    graph, remarks = (as_graph(found.pipeline) if found.pipeline else None), found.remarks
    if graph:
        try:
            check_graph(graph)
        except Refused as refusal:
            graph, remarks = None, (_too_much(refusal), *remarks)
    return {
        "serial": asked.serial,
        "rev": draft.rev,
        "text": text if asked.text is None else None,
        "graph": graph if asked.text is not None else None,
        "remarks": [remark.model_dump() for remark in remarks],
    }


def _too_much(refusal: Refused) -> Remark:
    hint = "Shorten it: what is refused here could not be drawn either."
    return Remark(line=1, column=1, severity="error", message=f"The canvas cannot hold this: {refusal}", hint=hint)
