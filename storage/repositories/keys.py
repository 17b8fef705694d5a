"""Keys of endpoints: which there are, what they open, how much they were used."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import Endpoint, EndpointKey, KeyUse, utc_now


class KnownKey(NamedTuple):
    """A key that is neither revoked nor expired, and what it opens."""

    key: EndpointKey
    endpoint: Endpoint


class Keys(Repository):
    def add(
        self, endpoint_id: str, prefix: str, hash: str, *, name: str = "", expires_at: datetime | None = None
    ) -> EndpointKey:
        """Allow a key, of which only the start and the keyed hash are kept."""
        self._get(Endpoint, endpoint_id, "endpoint")
        key = EndpointKey(endpoint_id=endpoint_id, prefix=prefix, hash=hash, name=name, expires_at=expires_at)
        return self._insert(key, Conflict("This key exists already", "Make another."))

    def of(self, endpoint_id: str) -> Sequence[EndpointKey]:
        """Return the keys of an endpoint, revoked and expired ones too, newest first."""
        query = select(EndpointKey).where(EndpointKey.endpoint_id == endpoint_id)
        return self._session.scalars(query.order_by(EndpointKey.created_at.desc(), EndpointKey.id.desc())).all()

    def find(self, hash: str, now: datetime | None = None) -> KnownKey | None:
        """Return the key with this keyed hash, unless it is revoked or has expired."""
        query = (
            select(EndpointKey, Endpoint)
            .join(Endpoint, Endpoint.id == EndpointKey.endpoint_id)
            .where(EndpointKey.hash == hash, EndpointKey.revoked_at.is_(None))
        )
        found = self._session.execute(query).first()
        if found is None or (found[0].expires_at is not None and found[0].expires_at <= (now or utc_now())):
            return None
        return KnownKey(*found)

    def revoke(self, key_id: str) -> EndpointKey:
        """Refuse a key from now on; the first revocation's time stays."""
        key = self._get(EndpointKey, key_id, "key")
        key.revoked_at = key.revoked_at or utc_now()
        return key

    def used(self, hash: str, at: datetime | None = None) -> None:
        """Note when a key was last used."""
        self._change(update(EndpointKey).where(EndpointKey.hash == hash).values(last_used_at=at or utc_now()))

    def uses(self, endpoint_id: str, day: str) -> dict[str, KeyUse]:
        """Return what was asked with the keys of an endpoint on a day, by the keys' ids."""
        query = select(KeyUse).join(EndpointKey, EndpointKey.id == KeyUse.key_id)
        found = self._session.scalars(query.where(EndpointKey.endpoint_id == endpoint_id, KeyUse.day == day))
        return {row.key_id: row for row in found}

    def count(self, key_id: str, day: str, *, requests: int = 0, records: int = 0) -> None:
        """Add to what was asked with a key on a day; less than nothing gives back what was taken too much."""
        row = self._use(key_id, day)
        row.requests += requests
        row.records += records

    def take(self, key_id: str, day: str, records: int, most: int) -> bool:
        """Add records to a key's day if they do not become more than `most`; whether that was so."""
        row = self._use(key_id, day)
        if row.records + records > most:
            return False
        row.records += records
        return True

    def _use(self, key_id: str, day: str) -> KeyUse:
        row = self._session.get(KeyUse, (key_id, day), with_for_update=True)
        if row is None:
            # Of two processes that begin the day, one is faster; the other counts on from there.
            with suppress(IntegrityError), self._session.begin_nested():
                self._session.add(KeyUse(key_id=key_id, day=day, requests=0, records=0))
            row = self._session.get_one(KeyUse, (key_id, day), with_for_update=True)
        return row
