"""Connections: how databases of others are reached."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from storage.repositories.base import NamedRepository
from storage.schema import UNFINISHED, Connection, Dataset, Job, Sync


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

    def change(self, name: str, settings: dict[str, Any], secret: str | None, *, writes: bool | None) -> Connection:
        """Change what is given; the password stays where none is."""
        row = self.by_name(name)
        row.settings = settings
        row.secret = secret or row.secret
        row.writes = row.writes if writes is None else writes
        self._session.flush()
        return row

    def users(self, name: str) -> Sequence[str]:
        """Return the syncs and the unfinished imports that read through a connection."""
        syncs = select(Dataset.name, Sync.source).join(Sync, Sync.dataset_id == Dataset.id).order_by(Dataset.name)
        waiting = select(Job.payload).where(Job.kind == "import_dataset", Job.status.in_(UNFINISHED))
        sources = [(f"sync of {dataset}", source) for dataset, source in self._session.execute(syncs)]
        payloads = self._session.scalars(waiting)
        sources += [(f"import of {payload.get('name')}", payload.get("source", {})) for payload in payloads]
        return [user for user, source in sources if source.get("connection") == name]

    def delete(self, name: str) -> None:
        """Forget a connection and its password."""
        self._change(delete(Connection).where(Connection.id == self.by_name(name).id))
