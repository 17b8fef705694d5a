"""Slots: what one process does in each stretch of time, and no other."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import Slot

SET_BACK = timedelta(minutes=5)
"""A slot that lies further ahead was taken by a clock that has been set back since."""


class Slots(Repository):
    def taken(self, name: str) -> datetime | None:
        """Return the beginning of the last stretch that somebody took."""
        row = self._session.get(Slot, name)
        return row.taken if row else None

    def take(self, name: str, slot: datetime) -> bool:
        """Take a stretch that begins at a moment; False when it was taken, or a later one."""
        if self._session.get(Slot, name) is None:
            self._insert(Slot(name=name, taken=slot), Conflict("Somebody was faster", "Nothing is to be done."))
            return True
        is_free = or_(Slot.taken < slot, Slot.taken > slot + SET_BACK)
        return bool(self._change(update(Slot).where(Slot.name == name, is_free).values(taken=slot)))
