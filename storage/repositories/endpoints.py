"""Endpoints: who answers, and with which share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select, update

from storage.errors import Conflict, NotFound, StorageError
from storage.repositories.base import NamedRepository
from storage.repositories.kept_models import check_may_answer
from storage.schema import CanaryRule, Deployment, Endpoint, JsonObject, Model, ModelVersion, utc_now


class Answering(NamedTuple):
    """An active deployment and the model version behind it."""

    deployment: Deployment
    model: str
    version: int


class EndpointEntry(NamedTuple):
    """One line of the list of endpoints; `answering` holds shadows too."""

    endpoint: Endpoint
    answering: Sequence[Answering]


@dataclass(frozen=True)
class Reason:
    """Why a revision was made.

    Parameters
    ----------
    by : who, a login or the name of what acts by itself.
    note : the words of a person.
    cause : what led to it, where that was not a person.
    """

    by: str = "local"
    note: str = ""
    cause: JsonObject = field(default_factory=dict)


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
            .order_by(
                Endpoint.created_at.desc(),
                Endpoint.id.desc(),
                Deployment.share.desc(),
                ModelVersion.number,
                Deployment.id,
            )
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
        """Return what answers this endpoint now and what only listens, the greatest share first."""
        return self._deployments(Deployment.endpoint_id == endpoint_id, Deployment.active)

    def history(self, endpoint_id: str) -> Sequence[Answering]:
        """Return all deployments, newest first."""
        return self._deployments(Deployment.endpoint_id == endpoint_id)

    def deploy(
        self,
        endpoint_id: str,
        shares: Mapping[str, float],
        *,
        parity: Mapping[str, JsonObject],
        shadows: Sequence[str] = (),
        reason: Reason = Reason(),
    ) -> Sequence[Deployment]:
        """Let these model versions answer from now on, and nothing else: one revision.

        Parameters
        ----------
        shares : id of a model version → share of the traffic; they add up to 1. Every way to an endpoint leads
            through here, so this is where `Withheld` is raised.
        parity : id of a model version → what the parity check found.
        shadows : ids of model versions that are asked too, without being heard.
        """
        check_shares(shares)
        if set(shadows) & set(shares):
            raise StorageError("A version that answers cannot be its own shadow", "Choose another version.")
        endpoint = self._get(Endpoint, endpoint_id, self.noun, lock=True)
        if endpoint.status == "retired":
            raise Conflict(f"The endpoint {endpoint.name} is retired", hint="Publish under another name.")
        for version_id in (*shares, *shadows):
            self._hold_model(version_id)
        now = utc_now()
        self._end(endpoint_id, now)
        self._end_rules(endpoint_id, now)
        revision = self._next(Deployment.revision, Deployment.endpoint_id, endpoint_id)
        rows = [
            Deployment(
                endpoint_id=endpoint_id,
                revision=revision,
                model_version_id=version_id,
                role="live" if version_id in shares else "shadow",
                share=shares.get(version_id, 0.0),
                parity=parity.get(version_id, {}),
                note=reason.note,
                made_by=reason.by,
                cause=reason.cause,
                created_at=now,
            )
            for version_id in (*shares, *shadows)
        ]
        return [self._insert(row, Conflict("The model version was deleted", "Choose another.")) for row in rows]

    def check_may_answer(self, version_id: str) -> None:
        """Raise `Withheld` for a version that is in the bin or retired, or lacks the sign-off that its model needs."""
        version = self._session.get_one(ModelVersion, version_id, populate_existing=True)
        check_may_answer(self._session.get_one(Model, version.model_id), version)

    def revision(self, endpoint_id: str) -> int | None:
        """Return the revision that answers now, held until the unit of work ends; None for none."""
        self._get(Endpoint, endpoint_id, self.noun, lock=True)
        active = select(func.max(Deployment.revision)).where(Deployment.endpoint_id == endpoint_id, Deployment.active)
        return self._session.scalar(active)

    def proofs(self, version_ids: Sequence[str]) -> Mapping[str, JsonObject]:
        """Return what the parity check found of versions that passed it in some revision; their files never change."""
        query = select(Deployment.model_version_id, Deployment.parity).where(
            Deployment.model_version_id.in_(version_ids)
        )
        proved = self._session.execute(query.order_by(Deployment.created_at))
        return {version_id: parity for version_id, parity in proved if parity}

    def rollback(
        self, endpoint_id: str, reason: Reason = Reason(note="rollback"), *, to: int | None = None
    ) -> Sequence[Deployment]:
        """Let what answered in an earlier revision answer again, as a new revision.

        Parameters
        ----------
        to : the revision; the one before the present one unless given.
        """
        history = [entry.deployment for entry in self.history(endpoint_id)]
        now = self.revision(endpoint_id)
        earlier = sorted({row.revision for row in history if row.revision != now}, reverse=True)
        if not earlier:
            raise NotFound("There is nothing to roll back to", hint="This is the first deployment.")
        if to is not None and to == now:
            raise Conflict(f"Revision {to} answers already", hint="Choose an earlier one.")
        if to is not None and to not in earlier:
            raise NotFound(f"There is no revision {to}", hint=f"There are {', '.join(map(str, sorted(earlier)))}.")
        before = [row for row in history if row.revision == (to or earlier[0])]
        return self.deploy(
            endpoint_id,
            {row.model_version_id: row.share for row in before if row.role == "live"},
            parity={row.model_version_id: row.parity for row in before},
            shadows=[row.model_version_id for row in before if row.role == "shadow"],
            reason=reason,
        )

    def retire(self, endpoint_id: str, sunset: JsonObject | None = None) -> Endpoint:
        """Stop answering for good; the name stays taken, so that no other model answers old callers.

        Parameters
        ----------
        sunset : what callers are told: reason, successor and at; what was announced before unless given.
        """
        endpoint = self._get(Endpoint, endpoint_id, self.noun, lock=True)
        if endpoint.status == "retired":
            raise Conflict(f"The endpoint {endpoint.name} is retired already", hint="There is nothing to be done.")
        endpoint.status, endpoint.retired_at = "retired", utc_now()
        endpoint.sunset = sunset if sunset is not None else endpoint.sunset
        self._end(endpoint_id, endpoint.retired_at)
        self._end_rules(endpoint_id, endpoint.retired_at)
        return endpoint

    def announce(self, endpoint_id: str, sunset: JsonObject | None) -> Endpoint:
        """Say when an endpoint will be retired, or that it will not."""
        endpoint = self._get(Endpoint, endpoint_id, self.noun, lock=True)
        if endpoint.status == "retired":
            raise Conflict(f"The endpoint {endpoint.name} is retired already", hint="There is nothing to be done.")
        endpoint.sunset = sunset
        self._session.flush()
        return endpoint

    def announced(self) -> Sequence[Endpoint]:
        """Return the endpoints that answer although it is known when they will not."""
        query = select(Endpoint).where(Endpoint.status == "live", Endpoint.sunset.is_not(None))
        return self._session.scalars(query.order_by(Endpoint.id)).all()

    def _deployments(self, *which: Any) -> Sequence[Answering]:
        query = (
            select(Deployment, Model.name, ModelVersion.number)
            .join(ModelVersion, ModelVersion.id == Deployment.model_version_id)
            .join(Model, Model.id == ModelVersion.model_id)
            .where(*which)
            .order_by(Deployment.revision.desc(), Deployment.share.desc(), ModelVersion.number, Deployment.id)
            .execution_options(populate_existing=True)
        )
        return [Answering(*row) for row in self._session.execute(query)]

    def _hold_model(self, version_id: str) -> None:
        """Keep the model from being deleted before it is seen to be in use."""
        version = self._get(ModelVersion, version_id, "model version")
        self._session.get(Model, version.model_id, with_for_update={"read": True}, populate_existing=True)
        self.check_may_answer(version_id)

    def _end_rules(self, endpoint_id: str, now: datetime) -> None:
        """A rule is about one revision: whatever comes after it ends it."""
        rules = update(CanaryRule).where(CanaryRule.endpoint_id == endpoint_id, CanaryRule.status == "watching")
        self._change(rules.values(status="ended", ended_at=now))

    def _end(self, endpoint_id: str, now: datetime) -> None:
        active = update(Deployment).where(Deployment.endpoint_id == endpoint_id, Deployment.active)
        self._change(active.values(active=False, ended_at=now))


def check_shares(shares: Mapping[str, float]) -> None:
    """Raise `StorageError` unless shares are the whole of the traffic."""
    if not shares or min(shares.values()) <= 0 or not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise StorageError("The shares of the traffic are positive and add up to 100 %", "Correct the shares.")
