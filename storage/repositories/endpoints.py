"""Endpoints: who answers, with which share, and who may ask."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select, update

from storage.errors import Conflict, NotFound, StorageError
from storage.repositories.base import NamedRepository
from storage.schema import Deployment, Endpoint, EndpointKey, Model, ModelVersion, utc_now


class Answering(NamedTuple):
    """An active deployment and the model version behind it."""

    deployment: Deployment
    model: str
    version: int


class EndpointEntry(NamedTuple):
    """One line of the list of endpoints."""

    endpoint: Endpoint
    answering: Sequence[Answering]


class Endpoints(NamedRepository[Endpoint]):
    entity = Endpoint
    noun = "endpoint"

    def add(self, name: str) -> Endpoint:
        """Make an endpoint that nothing answers yet; `NameTaken` when there is one of that name."""
        return self._add_named(Endpoint(name=name))

    def list(self, *, search: str = "", limit: int = 50, offset: int = 0) -> Sequence[EndpointEntry]:
        """Return endpoints with what answers them, newest first, in one query."""
        page = (
            select(Endpoint.id)
            .where(Endpoint.name.icontains(search, autoescape=True))
            .order_by(Endpoint.created_at.desc(), Endpoint.id.desc())
            .limit(limit)
            .offset(offset)
            .subquery()
        )
        query = (
            select(Endpoint, Deployment, Model.name, ModelVersion.number)
            .join(page, page.c.id == Endpoint.id)
            .outerjoin(Deployment, and_(Deployment.endpoint_id == Endpoint.id, Deployment.active))
            .outerjoin(ModelVersion, ModelVersion.id == Deployment.model_version_id)
            .outerjoin(Model, Model.id == ModelVersion.model_id)
            .order_by(Endpoint.created_at.desc(), Endpoint.id.desc(), Deployment.revision)
        )
        entries: dict[str, EndpointEntry] = {}
        answering: dict[str, list[Answering]] = {}
        for endpoint, deployment, model, version in self._session.execute(query):
            group = answering.setdefault(endpoint.id, [])
            entries.setdefault(endpoint.id, EndpointEntry(endpoint, group))
            if deployment is not None:
                group.append(Answering(deployment, model, version))
        return [*entries.values()]

    def active(self, endpoint_id: str) -> Sequence[Answering]:
        """Return what answers this endpoint now."""
        return self._deployments(Deployment.endpoint_id == endpoint_id, Deployment.active)

    def history(self, endpoint_id: str) -> Sequence[Answering]:
        """Return all deployments, newest first."""
        return self._deployments(Deployment.endpoint_id == endpoint_id)

    def deploy(
        self, endpoint_id: str, shares: Mapping[str, float], *, parity: dict[str, Any], note: str = ""
    ) -> Sequence[Deployment]:
        """Let these model versions answer from now on, and nothing else.

        Parameters
        ----------
        shares : id of a model version → share of the traffic; they add up to 1.
        parity : what the parity check found, per model version or for the only one.
        """
        _check_shares(shares)
        endpoint = self._get(Endpoint, endpoint_id, self.noun, lock=True)
        if endpoint.status == "retired":
            raise Conflict(f"The endpoint {endpoint.name} is retired", hint="Publish under another name.")
        for version_id in shares:
            self._hold_model(version_id)
        now = utc_now()
        self._end(endpoint_id, now)
        first = self._next(Deployment.revision, Deployment.endpoint_id, endpoint_id)
        rows = [
            Deployment(
                endpoint_id=endpoint_id,
                revision=first + place,
                model_version_id=version_id,
                share=share,
                parity=parity,
                note=note,
                created_at=now,
            )
            for place, (version_id, share) in enumerate(shares.items())
        ]
        return [self._insert(row, Conflict("The model version was deleted", "Choose another.")) for row in rows]

    def rollback(self, endpoint_id: str, note: str = "rollback") -> Sequence[Deployment]:
        """Let what answered before the present deployment answer again, as a new revision."""
        history = [entry.deployment for entry in self.history(endpoint_id)]
        moments = sorted({row.created_at for row in history}, reverse=True)
        if len(moments) < 2:
            raise NotFound("There is nothing to roll back to", hint="This is the first deployment.")
        before = [row for row in history if row.created_at == moments[1]]
        shares = {row.model_version_id: row.share for row in before}
        return self.deploy(endpoint_id, shares, parity=before[0].parity, note=note)

    def retire(self, endpoint_id: str) -> Endpoint:
        """Stop answering for good; the name stays taken, so that no other model answers old callers."""
        endpoint = self._get(Endpoint, endpoint_id, self.noun, lock=True)
        endpoint.status = "retired"
        self._end(endpoint_id, utc_now())
        return endpoint

    def add_key(self, endpoint_id: str, prefix: str, hash: str) -> EndpointKey:
        """Allow a key, of which only the start and the keyed hash are kept."""
        self.get(endpoint_id)
        key = EndpointKey(endpoint_id=endpoint_id, prefix=prefix, hash=hash)
        return self._insert(key, Conflict("This key exists already", "Make another."))

    def keys(self, endpoint_id: str) -> Sequence[EndpointKey]:
        """Return the keys of an endpoint, revoked ones too, newest first."""
        query = select(EndpointKey).where(EndpointKey.endpoint_id == endpoint_id)
        return self._session.scalars(query.order_by(EndpointKey.created_at.desc(), EndpointKey.id.desc())).all()

    def valid_hashes(self, endpoint_id: str) -> frozenset[str]:
        """Return the hashes of the keys that open this endpoint and no other."""
        query = select(EndpointKey.hash).where(EndpointKey.endpoint_id == endpoint_id)
        return frozenset(self._session.scalars(query.where(EndpointKey.revoked_at.is_(None))))

    def revoke_key(self, key_id: str) -> EndpointKey:
        """Refuse a key from now on; the first revocation's time stays."""
        key = self._get(EndpointKey, key_id, "key")
        key.revoked_at = key.revoked_at or utc_now()
        return key

    def key_used(self, hash: str, at: datetime | None = None) -> None:
        """Note when a key was last used."""
        self._change(update(EndpointKey).where(EndpointKey.hash == hash).values(last_used_at=at or utc_now()))

    def _deployments(self, *which: Any) -> Sequence[Answering]:
        query = (
            select(Deployment, Model.name, ModelVersion.number)
            .join(ModelVersion, ModelVersion.id == Deployment.model_version_id)
            .join(Model, Model.id == ModelVersion.model_id)
            .where(*which)
            .order_by(Deployment.revision.desc())
            .execution_options(populate_existing=True)
        )
        return [Answering(*row) for row in self._session.execute(query)]

    def _hold_model(self, version_id: str) -> None:
        """Keep the model from being deleted before it is seen to be in use."""
        version = self._get(ModelVersion, version_id, "model version")
        self._session.get(Model, version.model_id, with_for_update={"read": True})

    def _end(self, endpoint_id: str, now: datetime) -> None:
        active = update(Deployment).where(Deployment.endpoint_id == endpoint_id, Deployment.active)
        self._change(active.values(active=False, ended_at=now))


def _check_shares(shares: Mapping[str, float]) -> None:
    if not shares or min(shares.values()) <= 0 or not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise StorageError("The shares of the traffic are positive and add up to 100 %", "Correct the shares.")
