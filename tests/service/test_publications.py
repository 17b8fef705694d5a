"""What would change is shown before it does; what is planned happens once; what was found is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from engine.serve.rollout import Rollout
from engine.service import jobs
from engine.service.serving import deployments, endpoints, publications
from engine.service.serving.publications import PublicationView, fire_publications
from engine.workspace import Workspace
from storage.errors import Conflict
from tests.homes import do_job, done, publish
from tests.two_versions import endpoint_id, note_answers, stored_rows, version_id

LATER = datetime(2030, 1, 1, 6, tzinfo=UTC)


@pytest.fixture
def home(two: Workspace) -> Workspace:
    return two


def checked(home: Workspace, version: int = 2, **rollout: Any) -> PublicationView:
    job = publications.start_check(home, "churn", version, "churn", rollout=Rollout(**rollout))
    done(home, job)
    found = publications.publication_of_job(home, job)
    assert found is not None
    return found


def test_the_last_requests_are_replayed_and_the_change_of_decisions_is_told(home: Workspace) -> None:
    rows = stored_rows(home)
    note_answers(home, rows)
    note_answers(home, rows, role="shadow")  # what nobody heard is no request
    found = checked(home)
    replay = found.replay or {}
    told = [endpoints.respond(scorer(home, n), {"records": as_json(rows)}, "", n)["predictions"] for n in (1, 2)]
    pairs = [(a["prediction"], b["prediction"]) for a, b in zip(*told, strict=True)]
    moved = [pair for pair in pairs if pair[0] != pair[1]]
    assert moved, "the test needs versions that differ"
    assert (found.status, replay["source"], replay["compared"], replay["changed"]) == (
        "checked", "log", rows.num_rows, len(moved)
    )  # fmt: skip
    assert {(it["from"], it["to"]): it["rows"] for it in replay["moves"]} == {
        pair: moved.count(pair) for pair in set(moved)
    }
    low, high = replay["between"]
    assert low < replay["share"] < high
    assert replay["contract"] == []
    assert (replay["refused"]["new"], replay["refused"]["callers"][0]["key"]) == (0, "cbk_1234")
    assert deployments.list_revisions(home, "churn")[0].words == "churn v1", "a check changes nothing"


def scorer(home: Workspace, number: int) -> Any:
    from engine.service.modelling.opened_models import open_model

    return open_model(home, "churn", number).scorer


def as_json(rows: pa.Table) -> list[dict[str, Any]]:
    return [dict(row) for row in rows.to_pylist()]


def test_changed_answers_come_with_their_records_for_as_long_as_these_are_kept(home: Workspace) -> None:
    note_answers(home, stored_rows(home))
    found = checked(home)
    kept = (found.replay or {})["examples"]
    assert {name for it in kept for name in it} == {"row", "before", "after"}, "values stay in the log"
    examples = publications.changed_records(home, found.id)
    assert len(examples) == min(20, (found.replay or {})["changed"])
    assert all(it["before"] != it["after"] and "age" in it["record"] for it in examples)
    home.served.forget(endpoint_id(home), (datetime.now(UTC) + timedelta(days=2)).date())
    assert publications.changed_records(home, found.id) == []


def test_without_requests_held_out_rows_are_replayed_and_that_is_said(home: Workspace) -> None:
    found = checked(home)
    replay = found.replay or {}
    assert (replay["source"], replay["kept_of"]) == ("held-out rows", version_id(home, 2))
    assert "because no request was kept" in replay["words"]
    assert publications.changed_records(home, found.id)


def test_the_segment_that_changes_is_found(home: Workspace) -> None:
    """Where all the change lies in one segment, that segment is named, with how much changes in it."""
    rows = stored_rows(home)
    note_answers(home, pa.concat_tables([rows] * 4))
    replay = checked(home).replay or {}
    assert replay["segments"], "a tree of one split and a line differ in some segment"
    first = replay["segments"][0]
    assert first["changed"] > first["elsewhere"]
    assert (first["is_significant"], first["rows"] >= 30) == (True, True)


def test_what_was_checked_goes_live_at_once_and_keeps_what_was_found(home: Workspace) -> None:
    found = checked(home)
    live = publications.go_live(home, found.id, by="Zoë")
    now = deployments.list_revisions(home, "churn")[0]
    assert (live.status, live.revision, now.words, now.made_by) == ("live", 2, "churn v2", "Zoë")
    assert now.cause["publication"] == found.id
    assert now.parts[0].parity["rows"] > 0
    with pytest.raises(Conflict, match="is live by now"):
        publications.go_live(home, found.id)


def test_what_was_compared_with_something_else_does_not_go_live(home: Workspace) -> None:
    found = checked(home)
    assert publish(home, "churn", 2, "churn").status == "succeeded"
    with pytest.raises(Conflict, match="changed since this was checked"):
        publications.go_live(home, found.id)
    assert publications.get_publication(home, found.id).status == "checked"
    assert publications.cancel_publication(home, found.id).status == "cancelled"


def test_more_change_than_allowed_is_not_published_and_the_replay_is_kept(home: Workspace) -> None:
    rollout = Rollout(most_changed=0.001)
    job = do_job(home, publications.start_publish(home, "churn", 2, "churn", rollout=rollout))
    assert (job.status, (job.error or {})["code"]) == ("failed", "too_different")
    found = publications.publication_of_job(home, job.id)
    assert found is not None
    assert (found.status, (found.error or {})["code"], bool(found.replay)) == ("failed", "too_different", True)
    assert deployments.list_revisions(home, "churn")[0].words == "churn v1"


def test_a_publication_that_is_cancelled_while_it_waits_never_happens(home: Workspace) -> None:
    job = publications.start_publish(home, "churn", 2, "churn")
    jobs.cancel_job(home, job)
    assert publications.list_publications(home, "churn")[0].status == "cancelled"


def test_a_planned_publication_fires_once_however_many_schedulers_look(home: Workspace) -> None:
    plan = publications.plan_publish(home, "churn", 2, "churn", LATER, "spring", by="Ada")
    assert (plan.status, plan.parts, plan.at) == ("planned", "churn v2", LATER)
    assert fire_publications(home, LATER - timedelta(minutes=1)) == 0
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda _: fire_publications(home, LATER), range(6))) == 1
    assert fire_publications(home, LATER) == 0
    fired = publications.get_publication(home, plan.id)
    done(home, fired.job_id or "")
    revision = deployments.list_revisions(home, "churn")[0]
    assert (revision.words, revision.made_by, revision.note) == ("churn v2", "Ada", "spring")
    ended = publications.get_publication(home, plan.id)
    assert (ended.status, ended.revision, bool(ended.replay)) == ("live", 2, True)


def test_a_planned_publication_can_be_cancelled_and_then_does_not_fire(home: Workspace) -> None:
    plan = publications.plan_publish(home, "churn", 2, "churn", LATER)
    assert publications.cancel_publication(home, plan.id).status == "cancelled"
    assert fire_publications(home, LATER) == 0
    with pytest.raises(Conflict, match="cancelled by now"):
        publications.cancel_publication(home, plan.id)


def test_what_fails_when_its_time_has_come_is_kept_and_told(home: Workspace) -> None:
    plan = publications.plan_publish(home, "churn", 2, "churn", LATER)
    with home.database.read() as uow:
        files = uow.models.version(uow.models.by_name("churn").id, 2).files
    path = home.artifacts.path(files["estimator.skops"])
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    fire_publications(home, LATER)
    do_job(home, publications.get_publication(home, plan.id).job_id or "")
    ended = publications.get_publication(home, plan.id)
    assert (ended.status, (ended.error or {})["code"]) == ("failed", "damaged_file")
    assert deployments.list_revisions(home, "churn")[0].words == "churn v1"


def test_a_live_version_that_is_damaged_keeps_no_better_one_away(home: Workspace) -> None:
    with home.database.read() as uow:
        files = uow.models.version(uow.models.by_name("churn").id, 1).files
    home.artifacts.path(files["estimator.skops"]).unlink()
    assert publish(home, "churn", 2, "churn").status == "succeeded"
    replay = publications.list_publications(home, "churn")[0].replay or {}
    assert "could not be compared" in replay["said"]


def test_the_first_version_may_be_planned_and_its_endpoint_is_there_to_see(home: Workspace) -> None:
    publications.plan_publish(home, "churn", 2, "spring", LATER)
    assert endpoints.get_endpoint(home, "spring").model is None
    fire_publications(home, LATER)
    do_job(home, publications.list_publications(home, "spring")[0].job_id or "")
    assert deployments.list_revisions(home, "spring")[0].words == "churn v2"


def test_a_moment_that_has_passed_is_no_plan(home: Workspace) -> None:
    from engine.errors import CanvasbackError

    with pytest.raises(CanvasbackError, match="no time to come"):
        publications.plan_publish(home, "churn", 2, "churn", datetime(2020, 1, 1, tzinfo=UTC))
