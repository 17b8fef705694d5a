"""Connections: how databases of others are reached."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from storage.repositories.base import NamedRepository
from storage.schema import Connection


class Connections(NamedRepository[Connection]):
    entity = Connection
    noun = "connection"

    def add(self, name: str, kind: str, settings: dict[str, Any], secret: str | None, *, writes: bool) -> Connection:
        """Make a connection; `NameTaken` when there is one of that name.

        Parameters
        ----------
        settings : everything but the password.
        secret : the password as `storage.secrets.encrypt` gives it.
        """
        return self._add_named(Connection(name=name, kind=kind, settings=settings, secret=secret, writes=writes))

    def list(self) -> Sequence[Connection]:
        """Return all connections by name."""
        return self._session.scalars(select(Connection).order_by(Connection.name)).all()

    def delete(self, name: str) -> None:
        """Forget a connection and its password."""
        self._change(delete(Connection).where(Connection.id == self.by_name(name).id))
