"""Presences: who has a pipeline open, from whichever server process."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import Presence


class Presences(Repository):
    def here(self, pipeline_id: str, since: datetime) -> Sequence[Presence]:
        """Return who was heard of since a moment, who came first first."""
        query = select(Presence).where(Presence.pipeline_id == pipeline_id, Presence.seen_at >= since)
        return self._session.scalars(query.order_by(Presence.since, Presence.who)).all()

    def beat(
        self, pipeline_id: str, who: str, *, cid: str, name: str, node: str | None, now: datetime, gone: timedelta
    ) -> Presence:
        """Note that somebody is here, in the first colour that nobody else here has; those who went are forgotten."""
        self._change(delete(Presence).where(Presence.pipeline_id == pipeline_id, Presence.seen_at < now - gone))
        found = self._session.get(Presence, (pipeline_id, who))
        if found is not None:
            found.cid, found.name, found.node, found.seen_at = cid, name, node, now
            return found
        taken = {one.colour for one in self.here(pipeline_id, now - gone)}
        colour = next(number for number in range(len(taken) + 1) if number not in taken)
        fresh = Presence(
            pipeline_id=pipeline_id, who=who, cid=cid, name=name, colour=colour, node=node, since=now, seen_at=now
        )
        return self._insert(fresh, Conflict("Somebody with this name just came", "Nothing is to be done."))
