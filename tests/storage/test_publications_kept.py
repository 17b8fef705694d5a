"""Wishes to change an endpoint, and rules for canaries: each step is taken once, and what comes after ends what was."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database
from storage.errors import Conflict, NotFound
from storage.unit_of_work import UnitOfWork
from tests.storage.things import a_model_version, a_run

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def an_endpoint(uow: UnitOfWork, versions: int = 2) -> tuple[str, list[str]]:
    ids = [a_model_version(uow, a_run(uow)).id for _ in range(versions)]
    endpoint = uow.endpoints.add("churn").id
    uow.endpoints.deploy(endpoint, {ids[0]: 1.0}, parity={ids[0]: {"rows": 3}})
    return endpoint, ids


def test_a_plan_is_taken_once_and_never_after_it_was_cancelled(database: Database) -> None:
    with database.write() as uow:
        kept = [uow.publications.add("churn", {}, "planned", at=NOON).id for _ in range(2)]
        uow.publications.add("other", {}, "planned", at=NOON + timedelta(hours=1))
    with database.read() as uow:
        assert uow.publications.due(NOON) == kept
    with database.write() as uow:
        assert uow.publications.move(kept[0], "planned", "working").finished_at is None
        assert uow.publications.cancel_planned("churn") == 1
    for one, now in zip(kept, ("working", "cancelled"), strict=True):
        with pytest.raises(Conflict, match=f"{now} by now"), database.write() as uow:
            uow.publications.move(one, "planned", "working")


@pytest.mark.parametrize(
    ("status", "becomes"), [("failed", "failed"), ("crashed", "failed"), ("cancelled", "cancelled")]
)
def test_a_publication_shares_the_fate_of_its_job(database: Database, status: str, becomes: str) -> None:
    with database.write() as uow:
        job = uow.jobs.enqueue("publish_endpoint", {})
        kept = uow.publications.add("churn", {}, "working", job_id=job.id)
        uow.jobs.claim("w", 60)
        ended = uow.jobs.finish(job.id, "w", 1, status, error={"code": "x", "message": "no"})  # type: ignore[arg-type]
        uow.publications.follow([ended])
        assert (kept.status, (kept.error or {})["code"]) == (becomes, "x")
        assert uow.publications.of_job(job.id) is kept


def test_a_rollback_leads_to_the_revision_that_is_named(database: Database) -> None:
    with database.write() as uow:
        endpoint, (first, second) = an_endpoint(uow)
        uow.endpoints.deploy(endpoint, {second: 1.0}, parity={second: {"rows": 4}})
        uow.endpoints.deploy(endpoint, {first: 0.5, second: 0.5}, parity=uow.endpoints.proofs([first, second]))
        uow.endpoints.rollback(endpoint, to=1)
        (now,) = uow.endpoints.active(endpoint)
        assert (now.deployment.model_version_id, now.deployment.revision, now.deployment.parity) == (
            first,
            4,
            {"rows": 3},
        )
        with pytest.raises(NotFound, match="no revision 7"):
            uow.endpoints.rollback(endpoint, to=7)


def test_a_rule_is_looked_at_by_one_and_ended_by_the_next_revision(database: Database) -> None:
    with database.write() as uow:
        endpoint, (first, second) = an_endpoint(uow)
        rule = uow.canaries.add(endpoint, 1, second, {}, next_at=NOON)
        later = NOON + timedelta(minutes=1)
        assert [one.id for one in uow.canaries.due(NOON)] == [rule.id]
        assert [uow.canaries.take_look(rule.id, NOON, later) for _ in range(2)] == [True, False]
        uow.endpoints.deploy(endpoint, {first: 1.0}, parity={})
    with database.read() as uow:
        last = uow.canaries.last(endpoint)
        assert (last and last.status, uow.canaries.due(later)) == ("ended", [])
    with pytest.raises(Conflict, match="ended already"), database.write() as uow:
        uow.canaries.end(rule.id, "promoted")


def test_an_end_is_announced_withdrawn_and_kept_once_it_has_come(database: Database) -> None:
    with database.write() as uow:
        endpoint, _ = an_endpoint(uow, 1)
        sunset = {"reason": "merged", "successor": None, "at": NOON.isoformat()}
        uow.endpoints.announce(endpoint, sunset)
        assert [one.id for one in uow.endpoints.announced()] == [endpoint]
        uow.endpoints.announce(endpoint, None)
        assert uow.endpoints.announced() == []
        uow.endpoints.announce(endpoint, sunset)
        assert uow.endpoints.retire(endpoint).sunset == sunset
        assert uow.endpoints.announced() == []
    with pytest.raises(Conflict, match="retired already"), database.write() as uow:
        uow.endpoints.retire(endpoint)
