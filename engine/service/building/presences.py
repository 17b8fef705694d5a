"""Who has a pipeline open, and what they look at: heard of in every server process, forgotten soon after they leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import Busy, Conflict
from storage.schema import Presence, utc_now
from storage.unit_of_work import UnitOfWork

GONE = timedelta(seconds=15)
AGAIN = timedelta(seconds=4)
"""After so long without a change, somebody is noted again."""


class Visitor(View):
    """A browser that has a pipeline open.

    Parameters
    ----------
    who
        Of the browser's session: it survives a refresh.
    cid
        Under which its edits are stored.
    name
        What the person calls themselves; empty while they have not said.
    node
        What they have selected.
    """

    who: str
    cid: str
    name: str = ""
    node: str | None = None


class PersonView(View):
    """Somebody who is here.

    Parameters
    ----------
    colour
        The first number that nobody else here has.
    is_editing
        Whether the last edit was theirs, a moment ago.
    """

    who: str
    cid: str
    name: str
    colour: int
    node: str | None = None
    is_editing: bool = False


def meet(
    workspace: Workspace,
    pipeline_id: str,
    me: Visitor | None,
    *,
    edited_by: str = "",
    edited_at: datetime | None = None,
    now: datetime | None = None,
) -> list[PersonView]:
    """Say that I am here, and hear who else is, who came first first.

    Parameters
    ----------
    me
        None while the browser has not said who it is.
    edited_by, edited_at
        Whose the last edit was, by `cid`, and when.
    """
    now = now or utc_now()
    here = _listed(workspace, pipeline_id, now)
    if me is not None and not _is_known(here, me, now):
        try:
            workspace.database.transact(lambda uow: _beat(uow, pipeline_id, me, now), patience=2.0)
        except (Busy, Conflict):
            return _told(here, edited_by, edited_at, now)  # the next heartbeat will do
        here = _listed(workspace, pipeline_id, now)
    return _told(here, edited_by, edited_at, now)


def _beat(uow: UnitOfWork, pipeline_id: str, me: Visitor, now: datetime) -> None:
    uow.presences.beat(pipeline_id, me.who, cid=me.cid, name=me.name, node=me.node, now=now, gone=GONE)


def _listed(workspace: Workspace, pipeline_id: str, now: datetime) -> Sequence[Presence]:
    with workspace.database.read() as uow:
        return uow.presences.here(pipeline_id, now - GONE)


def _is_known(here: Sequence[Presence], me: Visitor, now: datetime) -> bool:
    mine = next((one for one in here if one.who == me.who), None)
    same = mine is not None and (mine.cid, mine.name, mine.node) == (me.cid, me.name, me.node)
    return mine is not None and same and now - mine.seen_at < AGAIN


def _told(here: Sequence[Presence], edited_by: str, edited_at: datetime | None, now: datetime) -> list[PersonView]:
    is_fresh = edited_at is not None and now - edited_at < GONE
    return [
        PersonView(
            who=one.who,
            cid=one.cid,
            name=one.name or f"Guest {one.colour + 1}",
            colour=one.colour,
            node=one.node,
            is_editing=is_fresh and one.cid == edited_by,
        )
        for one in here
    ]
