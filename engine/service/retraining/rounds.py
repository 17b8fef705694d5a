"""Rounds: each time that a model learned anew for an endpoint; what people ask and decide about them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from engine.errors import CanvasbackError, MissingThing
from engine.service.people import checked_comment, person
from engine.service.retraining.policy_settings import PolicySettings, read_policy_settings
from engine.service.retraining.round_causes import begin_round
from engine.service.retraining.round_judgement import ConditionView
from engine.service.retraining.round_steps import queue_challenger
from engine.service.views import View
from engine.work.crowning import CHALLENGER, CHAMPION
from engine.work.publication import note_live
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.repositories import Reason, RoundEntry
from storage.schema import Round, RoundState, utc_now
from storage.unit_of_work import UnitOfWork

HISTORY = 200


class MemberView(View):
    """A model version that took part."""

    model: str
    version: int

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.model} v{self.version}"


class RoundView(View):
    """One time that a model learned anew for an endpoint.

    Parameters
    ----------
    cause
        ``kind`` and ``words``, and what belongs to the kind.
    comparison
        ``rows, metric, champion, challenger, gain, metrics, group, replay, notes``; or ``why_not``.
    can_undo
        Whether what it published answers now, so that it can be rolled back from here.
    """

    id: str
    endpoint: str
    number: int
    state: str
    cause: dict[str, Any]
    pipeline: str
    pipeline_id: str
    node: str
    run_id: str | None = None
    run: int | None = None
    champion: MemberView | None = None
    challenger: MemberView | None = None
    comparison: dict[str, Any] | None = None
    conditions: list[ConditionView] = Field(default_factory=list)
    verdict: str = ""
    error: dict[str, Any] | None = None
    revision: int | None = None
    job_id: str | None = None
    decided_by: str | None = None
    comment: str = ""
    decided_at: datetime | None = None
    undone_by: str | None = None
    undone_at: datetime | None = None
    can_undo: bool = False
    created_at: datetime
    changed_at: datetime
    finished_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is under way, or waits for a person."""
        return self.finished_at is None


def list_rounds(workspace: Workspace, endpoint: str, limit: int = HISTORY) -> list[RoundView]:
    """The rounds of an endpoint, newest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return [_view(uow, entry) for entry in uow.policies.rounds(uow.endpoints.by_name(endpoint).id, limit=limit)]


def get_round(workspace: Workspace, endpoint: str, number: int | None = None) -> RoundView:
    """One round of an endpoint, the newest unless asked otherwise.

    Raises
    ------
    NotFound
    """
    found = list_rounds(workspace, endpoint, limit=1 if number is None else 100_000)
    for one in found:
        if number in (None, one.number):
            return one
    raise NotFound(f"{endpoint} has no round {number}" if number else f"{endpoint} has had no round yet")


def retrain_now(workspace: Workspace, endpoint: str, *, by: str = "", note: str = "") -> RoundView:
    """Begin a round, whatever the policy waits for, of a paused one too.

    Raises
    ------
    MissingThing
        When the endpoint has no policy, or is retired.
    Conflict
        When a round is under way.
    """
    who, words = person(by), checked_comment(note)

    def write(uow: UnitOfWork) -> int:
        found = uow.endpoints.by_name(endpoint)
        policy = uow.policies.of(found.id, lock=True)
        if policy is None or found.status == "retired":
            raise MissingThing(f"Nothing retrains for {endpoint}.", hint="Set up a policy first.")
        said = f"{who} asked for it" + (f": {words}" if words else "")
        cause = {"kind": "hand", "words": said[0].upper() + said[1:], "by": who}
        made = begin_round(uow, policy, cause)
        policy.turn += 1
        uow.audit.record(who, "round begun", f"endpoint {endpoint}", {"round": made.number, "cause": cause})
        return made.number

    return get_round(workspace, endpoint, workspace.database.transact(write))


def approve_round(
    workspace: Workspace, endpoint: str, number: int | None = None, *, by: str = "", comment: str = ""
) -> RoundView:
    """Let the challenger of a waiting round go live, as its policy says how.

    Raises
    ------
    NotFound, Conflict
    Withheld
        When the version is retired, or lacks the sign-off that its model needs.
    CanvasbackError
        When the round does not wait for anybody.
    """
    who, words = person(by), checked_comment(comment)

    def write(uow: UnitOfWork) -> int:
        found = _waiting(uow, endpoint, number)
        uow.endpoints.check_may_answer(str(found.challenger_id))
        policy = uow.policies.of(found.endpoint_id)
        settings = read_policy_settings(policy.settings) if policy else PolicySettings()
        job_id = queue_challenger(uow, found, settings, by=who, note=words or found.verdict)
        _decide(uow, found, endpoint, "publishing", who, words, job_id=job_id)
        return found.number

    return get_round(workspace, endpoint, workspace.database.transact(write))


def decline_round(
    workspace: Workspace, endpoint: str, number: int | None = None, *, by: str = "", comment: str = ""
) -> RoundView:
    """Keep the champion, and say why.

    Raises
    ------
    NotFound, Conflict, CanvasbackError
    """
    who, words = person(by), checked_comment(comment)

    def write(uow: UnitOfWork) -> int:
        found = _waiting(uow, endpoint, number)
        said = f"{who} declined" + (f": {words}" if words else ".")
        _decide(uow, found, endpoint, "kept", who, words, verdict=f"{said[0].upper()}{said[1:]}")
        return found.number

    return get_round(workspace, endpoint, workspace.database.transact(write))


def undo_round(
    workspace: Workspace, endpoint: str, number: int | None = None, *, by: str = "", comment: str = ""
) -> RoundView:
    """Let what answered before a round answer again.

    Raises
    ------
    NotFound
    CanvasbackError
        When what it published does not answer any more.
    """
    who, words = person(by), checked_comment(comment)

    def write(uow: UnitOfWork) -> int:
        found = _round(uow, endpoint, number)
        if not _is_answering(uow, found):
            raise CanvasbackError(
                f"What round {found.number} published does not answer any more, so that there is nothing to undo.",
                hint="Look at the deployments of the endpoint.",
            )
        cause = {"kind": "undo", "round": found.number, "round_id": found.id}
        said = words or f"Round {found.number} undone"
        reason = Reason(by=who, note=said, cause=cause)
        uow.endpoints.rollback(found.endpoint_id, reason)
        note_live(uow, endpoint, reason)
        uow.policies.keep(found.id, undone_by=who, undone_at=utc_now())
        if found.champion_id and _is_champion(uow, str(found.challenger_id)):
            uow.registry.set_alias(found.champion_id, CHAMPION, who)
        told = {"round": found.number, "comment": words}
        uow.audit.record(who, "endpoint rolled back", f"endpoint {endpoint}", told)
        return found.number

    return get_round(workspace, endpoint, workspace.database.transact(write))


def _round(uow: UnitOfWork, endpoint: str, number: int | None) -> Round:
    endpoint_id = uow.endpoints.by_name(endpoint).id
    found = uow.policies.last_of(endpoint_id) if number is None else uow.policies.by_number(endpoint_id, number)
    if found is None:
        raise NotFound(f"{endpoint} has had no round yet", "Retrain first.")
    return found


def _waiting(uow: UnitOfWork, endpoint: str, number: int | None) -> Round:
    found = _round(uow, endpoint, number)
    if found.state != "waiting":
        raise CanvasbackError(
            f"Round {found.number} of {endpoint} does not wait for anybody: it is {found.state}.",
            hint="Only what waits can be approved or declined.",
        )
    return found


def _decide(uow: UnitOfWork, found: Round, endpoint: str, after: RoundState, who: str, words: str, **more: Any) -> None:
    told = {"decided_by": who, "decided_at": utc_now(), "comment": words}
    uow.policies.move(found.id, "waiting", after, **told, **more)
    if after == "kept":
        _uncall(uow, str(found.challenger_id), who)
    action = "round approved" if after == "publishing" else "round declined"
    uow.audit.record(who, action, f"endpoint {endpoint}", {"round": found.number, "comment": words})


def _uncall(uow: UnitOfWork, version_id: str, who: str) -> None:
    """What was declined is no challenger any more."""
    model_id = uow.models.get_version(version_id).model_id
    if any(it.alias == CHALLENGER and it.version_id == version_id for it in uow.registry.aliases(model_id)):
        uow.registry.remove_alias(model_id, CHALLENGER, who)


def _is_champion(uow: UnitOfWork, version_id: str) -> bool:
    model_id = uow.models.get_version(version_id).model_id
    return any(it.alias == CHAMPION and it.version_id == version_id for it in uow.registry.aliases(model_id))


def _is_answering(uow: UnitOfWork, found: Round) -> bool:
    if found.revision is None or found.undone_at is not None:
        return False
    active = uow.endpoints.active(found.endpoint_id)
    return any(it.deployment.revision == found.revision for it in active) and found.revision > 1


def _view(uow: UnitOfWork, entry: RoundEntry) -> RoundView:
    found = entry.round
    same = (
        *("id", "number", "state", "cause", "pipeline_id", "node", "run_id", "comparison", "conditions", "verdict"),
        *("error", "revision", "job_id", "decided_by", "comment", "decided_at", "undone_by", "undone_at"),
        *("created_at", "changed_at", "finished_at"),
    )
    return RoundView(
        endpoint=entry.endpoint,
        pipeline=entry.pipeline,
        run=entry.run_number,
        champion=_member(uow, found.champion_id),
        challenger=_member(uow, found.challenger_id),
        can_undo=found.state == "published" and _is_answering(uow, found),
        **{name: getattr(found, name) for name in same},
    )


def _member(uow: UnitOfWork, version_id: str | None) -> MemberView | None:
    if version_id is None:
        return None
    version = uow.models.get_version(version_id)
    return MemberView(model=uow.models.get(version.model_id).name, version=version.number)
