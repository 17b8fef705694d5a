"""What the browser drew, stored."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.building import pipelines
from ui.building.drawing import as_pipeline
from ui.canvas import Edit

log = logging.getLogger("canvasback.ui")

CONFLICT = "conflict"


def store(workspace: Workspace, edit: Edit) -> Mapping[str, Any]:
    """Store an edit under the draft's compare-and-swap; the same one again, or one that came too late, changes nothing.

    Returns
    -------
    dict
        ``Stored`` of the canvas's protocol: whose the newest drawing is now, and why this one was refused, if it was.
    """
    try:
        draft = pipelines.get_draft(workspace, edit.doc)
        if edit.cid != draft.by or edit.seq > draft.ack:
            pipeline = as_pipeline(edit.graph, pipelines.drawn(draft))
            outcome, draft = pipelines.apply_edit(
                workspace, edit.doc, pipeline, base=edit.base, cid=edit.cid, seq=edit.seq
            )
            if outcome == CONFLICT:
                log.info("an edit of pipeline %s came too late", edit.doc)
    except PEOPLE_ERRORS as error:
        return {"refused": {"cid": edit.cid, "seq": edit.seq, "message": str(error)}}
    return {"rev": draft.rev, "by": draft.by, "ack": draft.ack, "refused": None}
