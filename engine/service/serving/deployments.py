"""What answers an endpoint: its revisions, its traffic, a canary that is promoted or taken back, and the way back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from engine.errors import CanvasbackError
from engine.serve.rollout import Rollout, Traffic
from engine.service.people import checked_comment, person
from engine.service.serving.endpoint_names import living, publishable
from engine.service.views import View
from engine.work.crowning import CHALLENGER, CHAMPION
from engine.work.publication import Standing, note_live, queue_publication, standing, told
from engine.workspace import Workspace
from storage.repositories import Answering, Reason
from storage.repositories.endpoints import check_shares
from storage.repositories.models import Which
from storage.schema import Endpoint
from storage.unit_of_work import UnitOfWork


class PartView(View):
    """A model version in a revision.

    Parameters
    ----------
    role
        ``live`` or ``shadow``.
    share
        Of the traffic; 0 for a shadow.
    """

    model: str
    version: int
    version_id: str
    role: str
    share: float
    parity: dict[str, Any]

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.model} v{self.version}"


class RevisionView(View):
    """What answered an endpoint for a time: who put it there, when, and why.

    Parameters
    ----------
    cause
        What led to it, where that was not a person; ``publication`` is the id of the publication that it came from.
    """

    revision: int
    active: bool
    parts: list[PartView]
    made_by: str
    note: str
    cause: dict[str, Any]
    created_at: datetime
    ended_at: datetime | None = None

    @property
    def answering(self) -> list[PartView]:
        """Who answers, the greatest share first."""
        return [part for part in self.parts if part.role == "live"]

    @property
    def shadows(self) -> list[PartView]:
        """Who listens."""
        return [part for part in self.parts if part.role == "shadow"]

    @property
    def model(self) -> str:
        """The model with the greatest share."""
        return self.answering[0].model

    @property
    def version(self) -> int:
        """Its version."""
        return self.answering[0].version

    @property
    def words(self) -> str:
        """The revision in a line: ``churn v1 at 90 %, churn v2 at 10 %``."""
        if len(self.answering) == 1:
            shares = [self.answering[0].name]
        else:
            shares = [f"{part.name} at {100 * part.share:.4g} %" for part in self.answering]
        return ", ".join([*shares, *(f"{part.name} as a shadow" for part in self.shadows)])


def list_revisions(workspace: Workspace, name: str) -> list[RevisionView]:
    """Everything that has answered an endpoint, newest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        history = uow.endpoints.history(uow.endpoints.by_name(name).id)
    return [_revision(list(rows)) for _, rows in groupby(history, key=lambda it: it.deployment.revision)]


def change_traffic(
    workspace: Workspace,
    name: str,
    shares: Mapping[tuple[str, Which], float] | Mapping[tuple[str, int], float],
    *,
    shadows: Sequence[tuple[str, Which]] = (),
    note: str = "",
    by: str = "",
) -> str | None:
    """Share the traffic out anew.

    Parameters
    ----------
    shares
        Model and version → share; they add up to 1.
    shadows
        Versions that are asked too, without being heard.

    Returns
    -------
    str
        The id of a job, where a version has to be proved first; None where it is done.

    Raises
    ------
    NotFound, Withheld, StorageError, CanvasbackError
    """
    who, words = person(by), checked_comment(note)

    def write(uow: UnitOfWork) -> str | None:
        endpoint = living(uow, name)
        wanted = Traffic(_summed(uow, shares), tuple(publishable(uow, *one).id for one in shadows))
        proofs = uow.endpoints.proofs([*wanted.shares, *wanted.shadows])
        if proofs.keys() >= {*wanted.shares, *wanted.shadows}:
            _switch(uow, endpoint, wanted, Reason(who, words), "endpoint traffic changed")
            return None
        rollout = Rollout(how="traffic", shares=wanted.shares, shadows=wanted.shadows)
        return queue_publication(uow, name, rollout, note=words, asked_by=who).job_id

    return workspace.database.transact(write)


def promote(
    workspace: Workspace, name: str, version: tuple[str, Which] | None = None, *, note: str = "", by: str = ""
) -> RevisionView:
    """Let a version that answers a share answer everything; where the model has a champion, that is it from now on.

    Parameters
    ----------
    version
        The canary, the one with the smallest share, unless given.

    Raises
    ------
    NotFound, Withheld
    CanvasbackError
        When it is not clear which version is meant, or it has no share.
    """
    who, words = person(by), checked_comment(note) or "promoted"

    def write(uow: UnitOfWork) -> None:
        endpoint = living(uow, name)
        now = standing(uow, name)
        canary = _canary(uow, now, version)
        promote_in(uow, endpoint, now, canary, Reason(who, words))

    workspace.database.transact(write)
    return list_revisions(workspace, name)[0]


def take_back(
    workspace: Workspace, name: str, version: tuple[str, Which] | None = None, *, note: str = "", by: str = ""
) -> RevisionView:
    """Let a canary answer no more; the others share what it had.

    Raises
    ------
    NotFound, Withheld, CanvasbackError
        As `promote`.
    """
    who, words = person(by), checked_comment(note) or "canary taken back"

    def write(uow: UnitOfWork) -> None:
        endpoint = living(uow, name)
        now = standing(uow, name)
        take_back_in(uow, endpoint, now, _canary(uow, now, version), Reason(who, words))

    workspace.database.transact(write)
    return list_revisions(workspace, name)[0]


def roll_back(workspace: Workspace, name: str, to: int | None = None, *, note: str = "", by: str = "") -> RevisionView:
    """Let what answered in an earlier revision answer again, at once: nothing is computed.

    Parameters
    ----------
    to
        The revision; the one before the present one unless given.

    Raises
    ------
    NotFound
        When there was none.
    Withheld
        When a version of it may not answer any more.
    """
    who, words = person(by), checked_comment(note) or (f"rolled back to revision {to}" if to else "rolled back")

    def write(uow: UnitOfWork) -> None:
        endpoint = living(uow, name)
        before = standing(uow, name)
        reason = Reason(who, words)
        uow.endpoints.rollback(endpoint.id, reason, to=to)
        note_live(uow, name, reason)
        after = standing(uow, name)
        _follow_champion(uow, before, after, who)
        detail = {"before": told(before.active), "after": told(after.active), "note": words}
        uow.audit.record(who, "endpoint rolled back", f"endpoint {name}", detail)

    workspace.database.transact(write)
    return list_revisions(workspace, name)[0]


def promote_in(uow: UnitOfWork, endpoint: Endpoint, now: Standing, canary: str, reason: Reason) -> None:
    """Let a canary answer everything, within a transaction."""
    shadows = tuple(one for one in now.traffic.shadows if one != canary)
    _switch(uow, endpoint, Traffic({canary: 1.0}, shadows), reason, "canary promoted")
    _follow_champion(uow, now, standing(uow, endpoint.name), reason.by)


def take_back_in(uow: UnitOfWork, endpoint: Endpoint, now: Standing, canary: str, reason: Reason) -> None:
    """Let a canary answer nothing, within a transaction."""
    rest = {one: share for one, share in now.traffic.shares.items() if one != canary}
    whole = sum(rest.values())
    shares = {one: share / whole for one, share in rest.items()}
    _switch(uow, endpoint, Traffic(shares, now.traffic.shadows), reason, "canary taken back")


def _switch(uow: UnitOfWork, endpoint: Endpoint, wanted: Traffic, reason: Reason, action: str) -> None:
    """A new revision of versions that are proved."""
    before = told(uow.endpoints.active(endpoint.id))
    proofs = uow.endpoints.proofs([*wanted.shares, *wanted.shadows])
    uow.endpoints.deploy(endpoint.id, wanted.shares, parity=proofs, shadows=wanted.shadows, reason=reason)
    note_live(uow, endpoint.name, reason)
    after = told(uow.endpoints.active(endpoint.id))
    detail = {"before": before, "after": after, "note": reason.note}
    uow.audit.record(reason.by, action, f"endpoint {endpoint.name}", detail)


def _summed(
    uow: UnitOfWork, shares: Mapping[tuple[str, Which], float] | Mapping[tuple[str, int], float]
) -> dict[str, float]:
    found: dict[str, float] = {}
    for (model, version), share in shares.items():
        if share:
            version_id = publishable(uow, model, version).id
            found[version_id] = found.get(version_id, 0.0) + share
    check_shares(found)
    return found


def _canary(uow: UnitOfWork, now: Standing, version: tuple[str, Which] | None) -> str:
    """The version that is meant."""
    shares = now.traffic.shares
    if version is not None:
        row = uow.models.version(uow.models.by_name(version[0]).id, version[1])
        if row.id not in shares or len(shares) < 2:
            raise CanvasbackError(
                f"{version[0]} v{row.number} has no share beside others.",
                hint="Only a version that answers a part of the traffic can be promoted or taken back.",
                field="version",
            )
        return row.id
    least = [one for one, share in shares.items() if share == min(shares.values())]
    if len(shares) < 2 or len(least) != 1:
        many = "Several versions have the same share." if len(shares) > 1 else "There is no canary."
        raise CanvasbackError(many, hint="Publish one as a canary first, or name the version.", field="version")
    return least[0]


def _follow_champion(uow: UnitOfWork, before: Standing, after: Standing, by: str) -> None:
    """Whoever answers in the champion's place is the champion, where the model has one."""
    if before.main is None or after.main is None or len(after.traffic.shares) > 1 or before.main == after.main:
        return
    was, now = uow.models.get_version(before.main), uow.models.get_version(after.main)
    names = {entry.alias: entry.version_id for entry in uow.registry.aliases(was.model_id)}
    if was.model_id != now.model_id or names.get(CHAMPION) != was.id or now.retired_at is not None:
        return
    uow.registry.set_alias(now.id, CHAMPION, by)
    if names.get(CHALLENGER) == now.id:
        uow.registry.remove_alias(now.model_id, CHALLENGER, by)


def _revision(rows: Sequence[Answering]) -> RevisionView:
    first = rows[0].deployment
    return RevisionView(
        revision=first.revision,
        active=first.active,
        parts=[
            PartView(
                model=entry.model,
                version=entry.version,
                version_id=entry.deployment.model_version_id,
                role=entry.deployment.role,
                share=entry.deployment.share,
                parity=entry.deployment.parity,
            )
            for entry in rows
        ],
        made_by=first.made_by,
        note=first.note,
        cause=first.cause,
        created_at=first.created_at,
        ended_at=first.ended_at,
    )
