"""Who else is at a pipeline: heard of with every look at its state."""

from __future__ import annotations

from typing import Any

from engine.service import Workspace
from engine.service.building import presences
from engine.service.building.presences import Visitor
from engine.service.views import DraftView
from ui import session
from ui.canvas import Said, Select


def notice(pipeline_id: str, said: Said) -> None:
    """Remember who sits at this browser, and what they have selected, from what it last said."""
    intent = said.intent
    if intent is None or intent.doc != pipeline_id or intent.who is None:
        return
    before = session.visitor(pipeline_id)
    node = intent.node if isinstance(intent, Select) else before.node if before else None
    session.keep_visitor(
        pipeline_id, Visitor(who=intent.who.id, cid=intent.cid, name=intent.who.name.strip(), node=node)
    )


def told_people(workspace: Workspace, draft: DraftView) -> dict[str, Any]:
    """What the feed says of others: whose the newest drawing is, and who is here."""
    me = session.visitor(draft.pipeline_id)
    found = presences.meet(workspace, draft.pipeline_id, me, edited_by=draft.by, edited_at=draft.updated_at)
    return {
        "rev": draft.rev,
        "by": draft.by,
        "people": [
            {
                "id": one.who,
                "cid": one.cid,
                "name": one.name,
                "colour": one.colour,
                "node": one.node,
                "editing": one.is_editing,
                "me": me is not None and one.who == me.who,
            }
            for one in found
        ],
    }
