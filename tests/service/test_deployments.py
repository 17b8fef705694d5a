"""What answers changes by revisions: shared, promoted, taken back, rolled back, ended; each with who and why."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.errors import CanvasbackError
from engine.serve.canary import PromotionRule
from engine.serve.rollout import Rollout
from engine.service.modelling import registry
from engine.service.serving import canaries, deployments, endpoints, publications, sunsets
from engine.service.serving.canaries import judge_canaries
from engine.service.serving.sunsets import retire_announced
from engine.workspace import Workspace
from storage.errors import Conflict, NotFound, StorageError, Withheld
from storage.ids import new_id
from storage.repositories import Counts
from storage.schema import utc_now
from storage.served import ID, MILLISECONDS, PREDICTION
from tests.homes import done
from tests.two_versions import note_answers, stored_rows

V1, V2 = ("churn", 1), ("churn", 2)


@pytest.fixture
def home(two: Workspace) -> Workspace:
    return two


def words(home: Workspace) -> str:
    return deployments.list_revisions(home, "churn")[0].words


def canary(home: Workspace, share: float = 0.1, **more: Any) -> None:
    rollout = Rollout(how="canary", share=share, replay=False, **more)
    done(home, publications.start_publish(home, *V2, "churn", rollout=rollout))


def test_a_canary_gets_its_share_and_is_promoted_by_hand(home: Workspace) -> None:
    canary(home)
    assert words(home) == "churn v1 at 90 %, churn v2 at 10 %"
    assert deployments.change_traffic(home, "churn", {V1: 0.5, V2: 0.5}) is None, "both are proved: at once"
    with pytest.raises(CanvasbackError, match="same share"):
        deployments.promote(home, "churn")
    revision = deployments.promote(home, "churn", V2, by="Ada")
    assert (revision.words, revision.made_by, revision.note) == ("churn v2", "Ada", "promoted")
    assert all(part.parity["rows"] > 0 for one in deployments.list_revisions(home, "churn") for part in one.parts)


def test_the_champion_is_whoever_answers_in_its_place(home: Workspace) -> None:
    for alias, version in (("champion", 1), ("challenger", 2)):
        registry.set_alias(home, "churn", version, alias)
    canary(home)
    deployments.promote(home, "churn")
    assert {it.alias: it.version for it in registry.list_aliases(home, "churn")} == {"champion": 2}
    deployments.roll_back(home, "churn", 1)
    assert {it.alias: it.version for it in registry.list_aliases(home, "churn")} == {"champion": 1}


def test_a_canary_that_is_taken_back_leaves_the_others_as_they_were(home: Workspace) -> None:
    canary(home, 0.25)
    assert deployments.take_back(home, "churn", by="Ada").words == "churn v1"
    with pytest.raises(CanvasbackError, match="no canary"):
        deployments.take_back(home, "churn")


def test_a_shadow_is_asked_and_not_heard_and_stays_when_traffic_shifts(home: Workspace) -> None:
    done(home, publications.start_publish(home, *V2, "churn", rollout=Rollout(how="shadow")))
    assert words(home) == "churn v1, churn v2 as a shadow"
    with pytest.raises(StorageError, match="own shadow"):
        deployments.change_traffic(home, "churn", {V1: 1.0}, shadows=[V1])
    canary(home, 0.2)
    assert words(home) == "churn v1 at 80 %, churn v2 at 20 %", "who is heard is no shadow any more"


def test_traffic_to_a_version_that_was_never_proved_is_proved_first(home: Workspace) -> None:
    job = deployments.change_traffic(home, "churn", {V1: 0.9, V2: 0.1}, by="Ada", note="try it")
    assert words(home) == "churn v1"
    done(home, job or "")
    revision = deployments.list_revisions(home, "churn")[0]
    assert (revision.words, revision.made_by) == ("churn v1 at 90 %, churn v2 at 10 %", "Ada")
    assert {part.version for part in revision.parts if part.parity["rows"]} == {1, 2}


@pytest.mark.parametrize("shares", [{V1: 0.9}, {V1: 0.9, V2: 0.2}, {}])
def test_shares_that_are_not_the_whole_are_refused(home: Workspace, shares: dict[Any, float]) -> None:
    job = None
    with pytest.raises(StorageError, match="add up to 100 %"):
        job = deployments.change_traffic(home, "churn", shares)
    assert (job, words(home)) == (None, "churn v1")


def test_a_rollback_leads_to_any_earlier_revision_and_says_who_and_why(home: Workspace) -> None:
    canary(home)
    deployments.promote(home, "churn")
    revision = deployments.roll_back(home, "churn", 2, note="complaints", by="Zoë")
    assert (revision.revision, revision.words) == (4, "churn v1 at 90 %, churn v2 at 10 %")
    assert (revision.made_by, revision.note) == ("Zoë", "complaints")
    assert deployments.roll_back(home, "churn").words == "churn v2", "the one before"
    with pytest.raises(NotFound, match="no revision 9"):
        deployments.roll_back(home, "churn", 9)
    with pytest.raises(Conflict, match="answers already"):
        deployments.roll_back(home, "churn", 5)
    with home.database.read() as uow:
        told = uow.audit.list(object="endpoint churn", action="endpoint rolled back")
    assert [entry.detail["after"] for entry in told] == [["churn v2"], ["churn v1 at 90 %", "churn v2 at 10 %"]]


def test_no_way_leads_round_a_missing_approval(home: Workspace) -> None:
    canary(home)
    registry.require_sign_off(home, "churn", True, by="Ada")
    for change in (
        lambda: deployments.promote(home, "churn"),
        lambda: deployments.roll_back(home, "churn", 1),
        lambda: deployments.change_traffic(home, "churn", {V1: 0.5, V2: 0.5}),
    ):
        with pytest.raises(Withheld, match="signed off"):
            change()
    assert words(home) == "churn v1 at 90 %, churn v2 at 10 %"


def answered(home: Workspace, number: int, times: int = 3, wrong: float = 0.0, **told: Any) -> None:
    """Let a version have answered in the present revision, with outcomes that say how many answers were wrong."""
    rows = stored_rows(home).slice(0, 100)
    revision = deployments.list_revisions(home, "churn")[0].revision
    for _ in range(times):
        ids = [new_id() for _ in range(rows.num_rows)]
        said = {ID: ids, PREDICTION: ["yes"] * rows.num_rows, **told}
        note_answers(home, rows, number=number, revision=revision, **said)
        with home.database.write() as uow:
            endpoint = uow.endpoints.by_name("churn").id
            misses = round(wrong * len(ids))
            uow.outcomes.keep(endpoint, {id: "no" if at < misses else "yes" for at, id in enumerate(ids)})


def requests(home: Workspace, failed: int, at: datetime, count: int = 1_000) -> None:
    with home.database.write() as uow:
        endpoint = uow.endpoints.by_name("churn").id
        uow.traffic.add("p", {(endpoint, at): Counts(requests=count, failed=failed)})


def tick(home: Workspace, minutes: float = 2) -> int:
    return judge_canaries(home, utc_now() + timedelta(minutes=minutes))


RULE = PromotionRule(records=500)


def test_a_canary_that_is_not_worse_is_promoted_once_by_one_of_six_schedulers(home: Workspace) -> None:
    canary(home, rule=RULE)
    answered(home, 1)
    answered(home, 2, times=1)
    assert tick(home) == 0
    looked = canaries.last_canary(home, "churn")
    assert looked is not None
    assert (looked.status, (looked.verdict or {})["outlook"]) == ("watching", "wait")
    answered(home, 2, times=5)
    soon = utc_now() + timedelta(minutes=5)
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda _: judge_canaries(home, soon), range(6))) == 1
    revision = deployments.list_revisions(home, "churn")[0]
    assert (revision.words, revision.made_by, revision.cause["kind"]) == ("churn v2", "canary rule", "canary rule")
    assert revision.note.startswith("Not worse in ")
    looked = canaries.last_canary(home, "churn")
    assert (looked and looked.status) == "promoted"


@pytest.mark.parametrize("how", ["slower", "wrong", "failing"])
def test_a_canary_that_is_worse_is_taken_back_and_that_says_why(home: Workspace, how: str) -> None:
    requests(home, 2, utc_now() - timedelta(hours=1))
    canary(home, rule=RULE)
    answered(home, 1, wrong=0.1)
    slow = {MILLISECONDS: [9.0] * 100} if how == "slower" else {}
    answered(home, 2, times=1, wrong=0.3 if how == "wrong" else 0.1, **slow)
    if how == "failing":
        requests(home, 50, utc_now() + timedelta(minutes=1))
    assert tick(home, 3) == 1
    revision = deployments.list_revisions(home, "churn")[0]
    reason = {
        "slower": "9.0 ms instead of 2.0 ms",
        "wrong": "70.0% of its answers were right instead of 90.0%",
        "failing": "requests failed rose from 0.2% to 5.0%",
    }[how]
    assert revision.words == "churn v1"
    assert reason in revision.note


def test_a_canary_with_too_few_answers_in_its_time_is_left_to_a_person(home: Workspace) -> None:
    canary(home, rule=PromotionRule(hours=1))
    assert tick(home, 61) == 0
    looked = canaries.last_canary(home, "churn")
    assert looked is not None
    assert looked.status == "undecided"
    assert "too few to tell" in (looked.verdict or {})["words"]
    assert words(home) == "churn v1 at 90 %, churn v2 at 10 %"


def test_whatever_comes_after_a_canary_ends_its_rule(home: Workspace) -> None:
    canary(home, rule=RULE)
    deployments.roll_back(home, "churn")
    looked = canaries.last_canary(home, "churn")
    assert (looked and looked.status) == "ended"
    assert tick(home) == 0


def test_what_a_rule_may_not_do_is_kept_with_it(home: Workspace) -> None:
    canary(home, rule=RULE)
    answered(home, 2, times=6)
    registry.require_sign_off(home, "churn", True, by="Ada")
    assert tick(home) == 0
    looked = canaries.last_canary(home, "churn")
    assert looked is not None
    assert (looked.status, (looked.verdict or {})["error"]["code"]) == ("failed", "withheld")


def test_an_end_that_is_announced_comes_at_its_moment_and_once(home: Workspace) -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    publications.plan_publish(home, *V2, "churn", at + timedelta(days=1))
    sunsets.retire_endpoint(home, "churn", reason="merged", at=at, by="Ada")
    assert endpoints.get_endpoint(home, "churn").status == "live"
    assert retire_announced(home, at - timedelta(minutes=1)) == 0
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda _: retire_announced(home, at), range(6))) == 1
    assert endpoints.get_endpoint(home, "churn").status == "retired"
    told = sunsets.get_sunset(home, "churn")
    assert (told and (told.reason, told.at)) == ("merged", at)
    assert publications.list_publications(home, "churn")[0].status == "cancelled"
    with pytest.raises(Conflict, match="retired already"):
        sunsets.retire_endpoint(home, "churn")


def test_an_end_can_be_withdrawn_and_a_successor_must_answer(home: Workspace) -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    with pytest.raises(CanvasbackError, match="is the endpoint itself"):
        sunsets.retire_endpoint(home, "churn", successor="churn", at=at)
    done(home, endpoints.start_publish(home, *V1, "better"))
    assert sunsets.retire_endpoint(home, "churn", successor="better", at=at).successor == "better"
    sunsets.keep_endpoint(home, "churn")
    assert sunsets.get_sunset(home, "churn") is None
    assert retire_announced(home, at) == 0
    assert sunsets.retire_endpoint(home, "churn", successor="better").successor == "better"
    assert endpoints.get_endpoint(home, "churn").status == "retired"
    job = None
    with pytest.raises(CanvasbackError, match="retired"):
        job = endpoints.start_publish(home, *V1, "churn")
    assert job is None
    with pytest.raises(CanvasbackError, match="retired"):
        deployments.roll_back(home, "churn")
