"""Deliveries: what is to be sent to channels, and what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, exists, func, select, update

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import Channel, Delivery


class DeliveryEntry(NamedTuple):
    """A delivery with the name of its channel."""

    delivery: Delivery
    channel: str


class Deliveries(Repository):
    def add(self, channel_id: str, kind: str, message: dict[str, Any], now: datetime, status: str) -> Delivery:
        """Write down what is to be sent (`waiting`), or what is held back (`held`)."""
        row = Delivery(channel_id=channel_id, kind=kind, message=message, status=status, created_at=now)
        row.next_at = now if status == "waiting" else None
        return self._insert(row, Conflict("The channel was deleted", "Nothing is to be done."))

    def get(self, delivery_id: str) -> Delivery:
        """Return the delivery with this id."""
        return self._get(Delivery, delivery_id, "delivery")

    def list(self, *, limit: int = 50, offset: int = 0) -> Sequence[DeliveryEntry]:
        """Return deliveries with their channels, the newest first."""
        query = (
            select(Delivery, Channel.name)
            .join(Channel, Channel.id == Delivery.channel_id)
            .order_by(Delivery.created_at.desc(), Delivery.id.desc())
        )
        return [DeliveryEntry(*row) for row in self._session.execute(query.limit(limit).offset(offset))]

    def count_since(self, channel_id: str, since: datetime) -> int:
        """Return how many messages a channel has been given since a moment, without tests and what is held back."""
        given = (Delivery.channel_id == channel_id, Delivery.created_at > since, Delivery.kind != "test")
        query = select(func.count()).select_from(Delivery).where(*given, Delivery.status.in_(_GIVEN))
        return self._session.scalar(query) or 0

    def held(self, channel_id: str) -> Sequence[Delivery]:
        """Return what is held back for a channel, the oldest first."""
        query = select(Delivery).where(Delivery.channel_id == channel_id, Delivery.status == "held")
        return self._session.scalars(query.order_by(Delivery.created_at, Delivery.id)).all()

    def is_any_due(self, now: datetime) -> bool:
        """Whether anything is to be sent now."""
        due = exists().where(Delivery.status == "waiting", Delivery.next_at <= now)
        return bool(self._session.scalar(select(due)))

    def take_due(self, now: datetime, most: int, give_up_after: timedelta) -> Sequence[Delivery]:
        """Take what is to be sent now, so that no other process sends it, and count a try.

        Parameters
        ----------
        give_up_after : when no word comes for so long, whoever took it has died, and it is sent again.
        """
        query = (
            select(Delivery)
            .where(Delivery.status == "waiting", Delivery.next_at <= now)
            .order_by(Delivery.next_at, Delivery.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        rows = self._session.scalars(query).all()
        for row in rows:
            row.next_at, row.tries = now + give_up_after, row.tries + 1
        self._session.flush()
        return rows

    def end_try(self, delivery_id: str, tries: int, now: datetime, error: str, again_at: datetime | None) -> bool:
        """Write down how a try ended; False when another try has begun meanwhile, or the channel was deleted.

        Parameters
        ----------
        error : empty when it was delivered.
        again_at : when it is tried again; None for no more.
        """
        mine = (Delivery.id == delivery_id, Delivery.tries == tries, Delivery.status == "waiting")
        status = "sent" if not error else "waiting" if again_at else "failed"
        finished = None if status == "waiting" else now
        ended = update(Delivery).where(*mine)
        return bool(self._change(ended.values(status=status, error=error, next_at=again_at, finished_at=finished)))

    def forget(self, before: datetime) -> int:
        """Delete the deliveries that were made before a moment; returns how many."""
        return self._change(delete(Delivery).where(Delivery.created_at < before))


_GIVEN = ("waiting", "sent", "failed")
