"""Canaries under a rule: looked at every minute, promoted when they are not worse, taken back when they are."""

import logging
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import PEOPLE_ERRORS, CanvasbackError, error_data
from engine.serve.canary import PromotionRule, Requests, Seen, Side, Verdict, judge, read_rule
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.service.people import person
from engine.service.serving.deployments import promote_in, take_back_in
from engine.service.serving.endpoint_names import living
from engine.service.views import View
from engine.work.publication import standing
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.repositories import Reason
from storage.schema import CanaryRule, utc_now
from storage.served import AT, ID, MILLISECONDS, PREDICTION, REVISION, ROLE
from storage.unit_of_work import UnitOfWork

LOOK_SECONDS = 60.0
MEMORY_MB = 256
MOST_ROWS = 20_000
"""Of each version, so many of the newest answers are compared; all are counted."""
BEFORE = timedelta(days=7)
"""With how long a time before the canary its requests are compared."""
ENDS = {"promote": "promoted", "take back": "taken back", "ask": "undecided"}

log = logging.getLogger("canvasback.scheduler")


class CanaryView(View):
    """A canary under a rule.

    Parameters
    ----------
    status
        ``watching``, ``promoted``, ``taken back``, ``undecided``, ``failed`` or ``ended``.
    verdict
        What was found at the last look.
    """

    id: str
    revision: int
    version: str
    rule: PromotionRule
    status: str
    verdict: dict[str, Any] | None
    made_by: str
    created_at: datetime
    ended_at: datetime | None


def last_canary(workspace: Workspace, name: str) -> CanaryView | None:
    """The newest rule of an endpoint, be it over; None where there never was one.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.canaries.last(uow.endpoints.by_name(name).id)
        if row is None:
            return None
        version = uow.models.get_version(row.version_id)
        called = f"{uow.models.get(version.model_id).name} v{version.number}"
    return CanaryView(
        id=row.id,
        revision=row.revision,
        version=called,
        rule=PromotionRule.model_validate(row.rule),
        status=row.status,
        verdict=row.verdict,
        made_by=row.made_by,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def watch_canary(
    workspace: Workspace, name: str, rule: PromotionRule | None = None, *, by: str = "", **asked: Any
) -> None:
    """Put the canary that answers now under a rule; a rule that it is under already is replaced.

    Parameters
    ----------
    asked
        What the rule says, where none is given.

    Raises
    ------
    NotFound
    CanvasbackError
        When there is no canary, or nothing is kept of what it answers.
    """
    who, wanted = person(by), rule or read_rule(asked)

    def write(uow: UnitOfWork) -> None:
        endpoint = living(uow, name)
        now = standing(uow, name)
        canary = _smallest(now.traffic.shares)
        if canary is None or now.revision is None:
            raise CanvasbackError("There is no canary.", hint="Publish a version as a canary first.", field="rule")
        if not read_endpoint_settings(endpoint.settings).log:
            raise CanvasbackError(
                "A rule for a canary reads what was answered, and this endpoint keeps nothing.",
                hint="Let it keep requests (settings of the endpoint), or promote by hand.",
                field="rule",
            )
        before = uow.canaries.last(endpoint.id)
        if before is not None and before.status == "watching":
            uow.canaries.end(before.id, "ended")
        told = wanted.model_dump(mode="json")
        uow.canaries.add(endpoint.id, now.revision, canary, told, next_at=utc_now(), made_by=who)
        uow.audit.record(who, "canary put under a rule", f"endpoint {name}", told)

    workspace.database.transact(write)


def let_be(workspace: Workspace, name: str, *, by: str = "") -> None:
    """Take the rule away; the canary stays as it is.

    Raises
    ------
    NotFound
    Conflict
        When it has decided already.
    """

    def write(uow: UnitOfWork) -> None:
        row = uow.canaries.last(living(uow, name).id)
        if row is None:
            raise CanvasbackError("No canary is under a rule.", hint="There is nothing to take away.")
        uow.canaries.end(row.id, "ended")
        uow.audit.record(person(by), "canary's rule taken away", f"endpoint {name}")

    workspace.database.transact(write)


def judge_canaries(workspace: Workspace, now: datetime) -> int:
    """Look at the canaries whose next look has come; how many this process has promoted or taken back."""
    with workspace.database.read() as uow:
        due = uow.canaries.due(now)
    return sum(_look(workspace, row, now) for row in due)


def _look(workspace: Workspace, row: CanaryRule, now: datetime) -> bool:
    after = now + timedelta(seconds=LOOK_SECONDS)
    if not workspace.database.transact(lambda uow: uow.canaries.take_look(row.id, now, after)):
        return False
    try:
        verdict = judge(seen(workspace, row, now), PromotionRule.model_validate(row.rule))
    except (*PEOPLE_ERRORS, OSError) as error:
        log.warning("a canary could not be judged, it is looked at later: %s", error)
        return False
    return _decide(workspace, row, verdict)


def _decide(workspace: Workspace, row: CanaryRule, verdict: Verdict) -> bool:
    """Do what the verdict says, in one transaction with the end of the rule."""

    def write(uow: UnitOfWork) -> bool:
        if verdict.outlook == "wait":
            uow.canaries.note(row.id, verdict.as_data())
            return False
        endpoint = uow.endpoints.get(row.endpoint_id)
        if uow.endpoints.revision(endpoint.id) != row.revision:
            uow.canaries.end(row.id, "ended", verdict.as_data())
            return False
        uow.canaries.end(row.id, ENDS[verdict.outlook], verdict.as_data())
        if verdict.outlook == "ask":
            return False
        now = standing(uow, endpoint.name)
        cause = {"kind": "canary rule", "rule": row.id, "verdict": verdict.as_data()}
        act = promote_in if verdict.outlook == "promote" else take_back_in
        act(uow, endpoint, now, row.version_id, Reason("canary rule", verdict.words, cause))
        return True

    try:
        return workspace.database.transact(write)
    except Conflict:  # somebody was faster
        return False
    except PEOPLE_ERRORS as error:
        _fail(workspace, row, verdict, error_data(error))
        return False


def _fail(workspace: Workspace, row: CanaryRule, verdict: Verdict, error: dict[str, Any]) -> None:
    """What was decided could not be done: the canary stays, and a person has to look."""

    def write(uow: UnitOfWork) -> None:
        uow.canaries.end(row.id, "failed", {**verdict.as_data(), "error": error})

    workspace.database.transact(write)


def seen(workspace: Workspace, row: CanaryRule, now: datetime) -> Seen:
    """All that is known of a canary at a moment."""
    with workspace.database.read() as uow:
        endpoint = uow.endpoints.get(row.endpoint_id)
        traffic = standing(uow, endpoint.name).traffic
        since = uow.traffic.total(endpoint.id, row.created_at, now)
        before = uow.traffic.total(endpoint.id, row.created_at - BEFORE, row.created_at)
        task = uow.models.get_version(row.version_id).task
    kept = read_endpoint_settings(endpoint.settings).log_share
    is_number = task == "regression"
    others = [one for one in traffic.shares if one != row.version_id]
    sides = [_side(workspace, row, [row.version_id], kept, is_number), _side(workspace, row, others, kept, is_number)]
    return Seen(
        canary=sides[0],
        main=sides[1],
        share=traffic.shares.get(row.version_id, 1.0),
        before=Requests(before.requests, before.refused, before.failed),
        since=Requests(since.requests, since.refused, since.failed),
        hours=(now - row.created_at).total_seconds() / 3_600,
        is_number=is_number,
    )


def _side(workspace: Workspace, row: CanaryRule, versions: list[str], kept: float, is_number: bool) -> Side:
    """How some versions did since the canary began, from what was kept of their answers."""
    ids: list[str] = []
    answers: list[Any] = []
    times: list[float] = []
    answered = 0
    for version_id in versions:
        files = workspace.served.files(row.endpoint_id, version_id, since=row.created_at.date())
        if not files:
            continue
        limits = Limits(MEMORY_MB, 1)
        with closing(DuckDBBackend(limits, files, workspace.cache.root)) as backend, backend.plain_errors():
            table = backend.read(files)
            mine = table.filter((table[ROLE] == "live") & (table[REVISION] == row.revision))
            newest = mine.order_by(mine[AT].desc()).limit(MOST_ROWS)
            rows = backend.collect(newest.select(ID, PREDICTION, MILLISECONDS))
            answered += backend.rows(mine)
        ids += rows.column(ID).to_pylist()
        answers += rows.column(PREDICTION).to_pylist()
        times += [it for it in rows.column(MILLISECONDS).to_pylist() if it is not None]
    with workspace.database.read() as uow:
        truths = {id: told.value for id, told in uow.outcomes.of(row.endpoint_id, ids).items()}
    losses = [_loss(answer, truths[id], is_number) for id, answer in zip(ids, answers, strict=True) if id in truths]
    return Side(
        round(answered / kept),
        np.array(times, dtype=np.float64),
        np.array([loss for loss in losses if loss is not None], dtype=np.float64),
    )


def _loss(answer: Any, truth: Any, is_number: bool) -> float | None:
    """How wrong an answer was; None where the truth is of another kind."""
    if not is_number:
        return float(str(answer) != str(truth))
    if isinstance(truth, bool) or not isinstance(truth, int | float):
        return None
    return abs(float(answer) - float(truth))


def _smallest(shares: dict[str, float]) -> str | None:
    return min(shares, key=lambda one: shares[one]) if len(shares) > 1 else None
