"""What is due is done once: on ordinary days, after a downtime, when clocks jump, by however many schedulers."""

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.jobs import end_of_job
from engine.service.data import syncs
from engine.service.data.sync_slots import fire_syncs
from engine.service.data.syncs import SyncRunView
from engine.service.schedules import read_schedule
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from storage.database import Database
from storage.schema import JobStatus
from tests.postgres import new_postgres_database, postgres_server

__all__ = ["new_postgres_database", "postgres_server"]

SYNCS = 10
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["engine.service.scheduler"])


def a_sync(home: Workspace, name: str = "orders", now: datetime = NEW_YEAR, retries: int = 3, **schedule: Any) -> None:
    """A sync as `set_sync` makes it, of a source that nobody reads here."""
    rhythm = read_schedule({"every": "day", "at": "02:30", "zone": "Europe/Vienna", **schedule})
    with home.database.write() as uow:
        uow.syncs.add(
            uow.datasets.add(name).id,
            source={"kind": "url", "url": "https://example.org/orders.csv"},
            overrides={},
            schedule=rhythm.model_dump(mode="json"),
            mode="replace",
            watermark=None,
            on_schema_change="report",
            retries=retries,
            next_at=rhythm.next_after(now),
        )


def end(home: Workspace, status: JobStatus = "succeeded", code: str = "unreachable") -> None:
    """What is queued ends, as a worker's child would end it."""
    with home.database.write() as uow:
        while (job := uow.jobs.claim("tests", 60)) is not None:
            code, _, passing = code.partition(" ")
            detail = {"detail": {"passing": passing == "for now"}} if passing else {}
            error = None if status == "succeeded" else {"code": code, "message": "It did not answer.", **detail}
            end_of_job(uow, job.id, "tests", job.attempt, status, error=error)


def history(home: Workspace) -> list[SyncRunView]:
    """The runs, the oldest first."""
    return syncs.list_sync_runs(home, "orders", 10_000)[::-1]


def test_a_year_of_sundays_is_52_syncs_at_that_time_of_day(home: Workspace) -> None:
    a_sync(home, every="week", weekday=6)  # clocks change on Sundays, at that very time
    for days in range(1, 366):
        if fire_syncs(home.database, NEW_YEAR + timedelta(days=days)):
            end(home)
    local = [run.slot.astimezone(VIENNA) for run in history(home)]
    assert (len(local), len({slot.date() for slot in local})) == (52, 52)
    assert [f"{slot:%d %b %H:%M}" for slot in local if f"{slot:%H:%M}" != "02:30"] == ["29 Mar 03:30"]


def test_a_downtime_across_many_slots_is_caught_up_once(home: Workspace) -> None:
    a_sync(home, every="hour")
    now = NEW_YEAR + timedelta(days=40, minutes=5)
    assert (fire_syncs(home.database, now), fire_syncs(home.database, now)) == (1, 0)
    end(home)
    assert fire_syncs(home.database, now + timedelta(minutes=5)) == 0
    assert fire_syncs(home.database, now + timedelta(minutes=30)) == 1
    slots = [run.slot for run in history(home)]
    assert slots == [NEW_YEAR + timedelta(days=39, hours=23, minutes=30), NEW_YEAR + timedelta(days=40, minutes=30)]


def test_a_clock_that_jumps_an_hour_skips_nothing_and_repeats_nothing(home: Workspace) -> None:
    a_sync(home, every="hour", at="00:00", zone="UTC")
    seen = 0
    for minutes in (61, 62, 150, 90, 91, 121, 179, 181):  # forward by an hour and a half, back by an hour
        seen += fire_syncs(home.database, NEW_YEAR + timedelta(minutes=minutes))
        end(home)
    slots = [run.slot for run in history(home)]
    assert (seen, slots) == (3, [NEW_YEAR + timedelta(hours=hour) for hour in (1, 2, 3)])


def test_a_slot_that_was_synced_is_not_synced_again_though_it_seems_due(home: Workspace) -> None:
    a_sync(home, zone="UTC")
    now = NEW_YEAR + timedelta(hours=3)
    assert fire_syncs(home.database, now) == 1
    end(home)
    with home.database.write() as uow:
        sync = uow.syncs.of_dataset(uow.datasets.by_name("orders").id)
        assert sync is not None
        sync.next_at = NEW_YEAR + timedelta(hours=2, minutes=30)
    assert fire_syncs(home.database, now) == 0
    assert len(history(home)) == 1


def test_a_slot_waits_for_a_sync_that_is_at_work(home: Workspace) -> None:
    a_sync(home, every="hour", zone="UTC")
    hour = timedelta(hours=1)
    assert [fire_syncs(home.database, NEW_YEAR + n * hour) for n in (1, 2, 3)] == [1, 0, 0]
    end(home)
    assert fire_syncs(home.database, NEW_YEAR + 3 * hour + timedelta(minutes=1)) == 1
    assert [run.slot.minute for run in history(home)] == [30, 30]


@pytest.mark.parametrize(
    ("status", "code", "retries", "attempts"),
    [
        ("failed", "unreachable", 3, [1, 2, 3, 4]),
        ("crashed", "process_died", 1, [1, 2]),
        ("failed", "unreachable", 0, [1]),
        ("failed", "unreachable for now", 1, [1, 2]),
        ("failed", "unreachable until someone acts", 3, [1]),
        ("failed", "schema_changed", 3, [1]),
        ("cancelled", "cancelled", 3, [1]),
    ],
)
def test_what_failed_is_tried_again_after_1_2_4_minutes(
    status: JobStatus, code: str, retries: int, attempts: list[int], home: Workspace
) -> None:
    a_sync(home, retries=retries, zone="UTC")
    now = NEW_YEAR + timedelta(hours=2, minutes=30)
    waits = []
    assert fire_syncs(home.database, now) == 1
    end(home, status, code)
    while (failed := history(home)[-1]).retry_at is not None:
        assert failed.finished_at is not None
        waits.append((failed.retry_at - failed.finished_at).total_seconds() / 60)
        with home.database.write() as uow:  # slots do not come into it here
            uow.syncs.get(uow.syncs.get_run(failed.id).sync_id).next_at = None
        assert fire_syncs(home.database, failed.retry_at - timedelta(seconds=1)) == 0
        assert fire_syncs(home.database, failed.retry_at) == 1
        end(home, status, code)
    assert [run.attempt for run in history(home)] == attempts
    assert waits == [1, 2, 4][: len(attempts) - 1]
    assert [run.asked_by for run in history(home)] == ["schedule", *["retry"] * len(waits)]
    assert len({run.slot for run in history(home)}) == 1


@pytest.mark.parametrize("how", ["a newer slot", "a person", "a pause"])
def test_nothing_old_is_tried_again_after(how: str, home: Workspace) -> None:
    a_sync(home, zone="UTC")
    assert fire_syncs(home.database, NEW_YEAR + timedelta(hours=3)) == 1
    end(home, "failed")
    later = NEW_YEAR + timedelta(days=1, hours=3)
    if how == "a newer slot":
        assert fire_syncs(home.database, later) == 1
        end(home)
    if how == "a person":
        syncs.sync_now(home, "orders")
        end(home, "failed")
    if how == "a pause":
        syncs.pause_sync(home, "orders")
    assert [run.retry_at for run in history(home) if run.retry_at] == []


def test_a_lost_worker_is_told_and_tried_again(home: Workspace) -> None:
    a_sync(home)
    fire_syncs(home.database, NEW_YEAR + timedelta(days=1))
    with home.database.write() as uow:
        job = uow.jobs.claim("a worker that dies", -1)
        assert job is not None
        uow.syncs.follow([job])
    from engine.jobs.ends import end_lost_jobs

    home.database.transact(end_lost_jobs)
    (run,) = history(home)
    assert (run.status, (run.error or {})["code"]) == ("crashed", "worker_lost")
    assert run.retry_at is not None


def _fire_all(url: str, start: Any, fired: Any) -> None:
    database = Database(url)
    start.wait(60)
    fired.put(sum(fire_syncs(database, NEW_YEAR + timedelta(days=3, minutes=n)) for n in range(2)))


@pytest.mark.slow  # several processes, one after the other
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_six_schedulers_fire_each_slot_and_each_retry_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    make: Callable[[], str] | None = request.getfixturevalue("new_postgres_database") if kind != "sqlite" else None
    url = make() if make else None
    workspace = open_workspace(Settings(home=tmp_path / "home", database_url=url))
    for n in range(SYNCS):
        a_sync(workspace, f"orders {n}", zone="UTC")
    assert fire_syncs(workspace.database, NEW_YEAR + timedelta(hours=3)) == SYNCS
    end(workspace, "failed")  # each is to be tried again, from 2026-11 on, …
    with workspace.database.write() as uow:
        for n in range(SYNCS // 2):  # … but half of them have a newer slot by then
            uow.syncs.list()[n].sync.next_at = None
        for run in [run for entry in uow.syncs.list() for run in uow.syncs.runs(entry.sync.id)]:
            run.retry_at = NEW_YEAR + timedelta(days=2)
    start, fired = FORKED.Barrier(6), FORKED.Queue()
    processes = [FORKED.Process(target=_fire_all, args=(workspace.database.url, start, fired)) for _ in range(6)]
    for process in processes:
        process.start()
    counts = [fired.get(timeout=90) for _ in processes]
    for process in processes:
        process.join(10)
    with workspace.database.read() as uow:
        runs = [[(run.slot, run.attempt) for run in uow.syncs.runs(entry.sync.id)] for entry in uow.syncs.list()]
        queued = uow.jobs.list(status="queued", limit=100)
    workspace.database.close()
    assert sum(counts) == SYNCS
    assert [len(set(of_one)) for of_one in runs] == [2] * SYNCS
    assert len(queued) == SYNCS
