"""Channels: how people are told outside the product."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from storage.repositories.base import NamedRepository
from storage.schema import Channel


class Channels(NamedRepository[Channel]):
    entity = Channel
    noun = "channel"

    def add(self, name: str, kind: str, settings: dict[str, Any], secret: str | None, **how: Any) -> Channel:
        """Make a channel; `NameTaken` when there is one of that name.

        Parameters
        ----------
        settings : everything but the secret.
        secret : as `storage.secrets.encrypt` gives it.
        how : `least_severity` and `most_per_hour`.
        """
        return self._add_named(Channel(name=name, kind=kind, settings=settings, secret=secret, **how))

    def change(self, name: str, settings: dict[str, Any], secret: str | None, **how: Any) -> Channel:
        """Change a channel; the secret is what it is to be from now on, None for none."""
        row = self.by_name(name)
        row.settings, row.secret = settings, secret
        for key, value in how.items():
            setattr(row, key, value)
        self._session.flush()
        return row

    def list(self) -> Sequence[Channel]:
        """Return all channels by name."""
        return self._session.scalars(select(Channel).order_by(Channel.name)).all()

    def delete(self, name: str) -> None:
        """Forget a channel, its secret, and what was sent to it."""
        self._change(delete(Channel).where(Channel.id == self.by_name(name).id))
