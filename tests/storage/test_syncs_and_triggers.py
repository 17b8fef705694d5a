"""A slot is begun once, a version starts a pipeline once, and what came of it is kept; on SQLite and PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.errors import Conflict
from storage.schema import JobStatus, Sync, SyncRun, utc_now
from storage.unit_of_work import UnitOfWork
from tests.storage.things import GRAPH, a_dataset_version, a_run

NOW = utc_now()
SETTINGS: dict[str, Any] = {
    "source": {"kind": "url", "url": "https://example.org/a.csv"},
    "overrides": {},
    "schedule": {"every": "day"},
    "mode": "replace",
    "watermark": None,
    "on_schema_change": "report",
    "retries": 1,
}


def a_sync(uow: UnitOfWork) -> Sync:
    dataset = uow.datasets.find("telco") or uow.datasets.add("telco")
    return uow.syncs.of_dataset(dataset.id) or uow.syncs.add(dataset.id, **SETTINGS, next_at=NOW)


def ended(uow: UnitOfWork, status: JobStatus, attempt: int = 1, asked_by: Any = "schedule") -> SyncRun:
    """A run whose job has ended."""
    job = uow.jobs.enqueue("sync_dataset", {})
    run = uow.syncs.start(a_sync(uow), NOW, asked_by, job, attempt)
    job.status, job.finished_at = status, NOW
    uow.syncs.follow([job])
    return run


def test_a_dataset_has_one_sync(database: Database) -> None:
    with pytest.raises(Conflict, match="synced already"), database.write() as uow:
        uow.syncs.add(a_sync(uow).dataset_id, **SETTINGS)


def test_an_attempt_at_a_slot_is_begun_once(database: Database) -> None:
    with database.write() as uow:
        ended(uow, "succeeded")
    with pytest.raises(Conflict, match="synced already"), database.write() as uow:
        ended(uow, "succeeded")


def test_a_sync_that_is_held_is_passed_over_by_others_and_one_at_work_is_not_due(database: Database) -> None:
    with database.write() as uow:
        sync = a_sync(uow)
    with database.write() as one:
        assert one.syncs.claim(sync.id, NOW) is not None
        one.syncs.start(sync, NOW, "schedule", one.jobs.enqueue("sync_dataset", {}))
    with database.write() as other:
        assert (other.syncs.claim(sync.id, NOW), other.syncs.due(NOW)) == (None, [])


@pytest.mark.parametrize(
    ("status", "attempt", "asked_by", "again"),
    [
        ("failed", 1, "schedule", True),
        ("crashed", 1, "schedule", True),
        ("failed", 2, "retry", False),
        ("failed", 1, "hand", False),
        ("cancelled", 1, "schedule", False),
        ("succeeded", 1, "schedule", False),
    ],
)
def test_what_is_tried_again(status: JobStatus, attempt: int, asked_by: str, again: bool, database: Database) -> None:
    with database.write() as uow:
        run = ended(uow, status, attempt, asked_by)
    assert run.retry_at == (NOW + timedelta(minutes=1) if again else None)
    assert (run.status, run.finished_at) == (status, NOW)
    with database.write() as uow:
        uow.syncs.get(run.sync_id).next_at = None
        assert uow.syncs.due(NOW) == []
    with database.read() as uow:
        assert uow.syncs.due(NOW + timedelta(minutes=1)) == ([run.sync_id] if again else [])


def test_the_list_tells_how_each_went_last_and_old_runs_are_forgotten(database: Database) -> None:
    with database.write() as uow:
        ended(uow, "failed")
        ended(uow, "succeeded", 2)
    with database.write() as uow:
        (entry,) = uow.syncs.list()
        assert (entry.dataset, entry.last and entry.last.status) == ("telco", "succeeded")
        assert (uow.syncs.forget(NOW), uow.syncs.forget(NOW + timedelta(seconds=1))) == (0, 2)
        uow.datasets.delete(entry.sync.dataset_id)
        assert uow.syncs.list() == []


def test_a_version_starts_a_pipeline_once(database: Database) -> None:
    with database.write() as uow:
        version, pipeline = a_dataset_version(uow), uow.pipelines.add("churn", GRAPH)
        trigger = uow.triggers.add(version.dataset_id, pipeline.id)
        assert uow.triggers.due() == []
        a_dataset_version(uow)
    with database.write() as uow:
        (entry,) = uow.triggers.due()
        assert (entry.dataset, entry.latest, entry.pipeline, entry.trigger.seen) == ("telco", 2, "churn", 1)
        uow.triggers.claim(trigger.id, 1, 2)
    with pytest.raises(Conflict, match="Somebody else"), database.write() as uow:
        uow.triggers.claim(trigger.id, 1, 2)
    with database.write() as uow:
        assert uow.triggers.due() == []
        uow.datasets.make_latest(version.dataset_id, 1)
        assert len(uow.triggers.due()) == 1
        uow.pipelines.delete(pipeline.id)
        assert (uow.triggers.due(), uow.triggers.list(version.dataset_id)) == ([], [])


def test_a_version_knows_the_pipelines_that_it_came_out_of(database: Database) -> None:
    with database.write() as uow:
        raw = a_dataset_version(uow, "raw")
        run = a_run(uow, "clean", reads=raw)
        clean = a_dataset_version(uow, "clean")
        clean.source = {"run_id": run.id, "dataset_versions": [raw.id]}
        last = a_dataset_version(uow, "last")
        last.source = {"run_id": a_run(uow, "enrich", reads=clean).id, "dataset_versions": [clean.id]}
        names = {uow.pipelines.get(one).name for one in uow.triggers.made_by(last)}
        assert (names, uow.triggers.made_by(raw)) == ({"clean", "enrich"}, frozenset())
