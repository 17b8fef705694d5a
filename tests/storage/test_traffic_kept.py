"""The minutes of an endpoint add up, whoever counted them, and their latencies tell percentiles."""

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import storage
from storage.database import Database
from storage.repositories import BUCKETS, Counts

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def counts(*milliseconds: float, **more: int) -> Counts:
    found = [0] * len(BUCKETS)
    for one in milliseconds:
        found[next(i for i, bound in enumerate(BUCKETS) if one <= bound)] += 1
    return Counts(len(milliseconds), len(milliseconds), seconds=sum(milliseconds) / 1e3, latencies=tuple(found), **more)


@pytest.fixture
def endpoint(database: Database) -> str:
    return database.transact(lambda uow: uow.endpoints.add("churn").id)


def add(database: Database, process: str, found: dict[tuple[str, datetime], Counts]) -> None:
    database.transact(lambda uow: uow.traffic.add(process, found))


def test_minutes_of_all_processes_add_up_and_endpoints_that_are_gone_are_left_out(
    database: Database, endpoint: str
) -> None:
    later = NOON + timedelta(minutes=61)
    add(database, "a", {(endpoint, NOON): counts(3, 3, refused=1), ("gone", NOON): counts(1)})
    add(database, "a", {(endpoint, NOON): counts(40, failed=1, most_waiting=7)})
    add(database, "b", {(endpoint, NOON): counts(9_000, most_waiting=3), (endpoint, later): counts(1)})
    with database.read() as uow:
        minutes = uow.traffic.minutes(endpoint, NOON)
        first = uow.traffic.total(endpoint, NOON, NOON + MINUTE)
        assert [*uow.traffic.minutes(endpoint, NOON, later)] == [NOON]
        assert uow.traffic.total(endpoint, NOON) == minutes[NOON] + minutes[later]
        assert uow.traffic.total(endpoint, later + MINUTE) == Counts()
    assert [*minutes] == [NOON, later]
    assert minutes[NOON] == first == counts(3, 3, 40, 9_000, refused=1, failed=1, most_waiting=7)


def test_lists_are_told_what_each_endpoint_did_of_late(database: Database, endpoint: str) -> None:
    other = database.transact(lambda uow: uow.endpoints.add("other").id)
    database.transact(lambda uow: uow.endpoints.add("never asked"))
    for minute in (NOON - MINUTE, NOON, NOON + MINUTE):
        for process in ("a", "b"):
            add(database, process, {(endpoint, minute): counts(3, refused=1), (other, minute): counts(3, 9, failed=2)})
    with database.read() as uow:
        found = uow.traffic.of_late(NOON)
        assert uow.traffic.of_late(NOON, other) == {other: found[other]}
        assert uow.traffic.of_late(NOON + 2 * MINUTE) == {}
    assert {key: (one.requests, one.refused, one.failed) for key, one in found.items()} == {
        endpoint: (4, 4, 0),
        other: (8, 0, 8),
    }


def test_totals_outlive_the_minutes_and_never_shrink(database: Database, endpoint: str) -> None:
    database.transact(lambda uow: uow.endpoints.add("never asked"))
    for age, process in ((90, "a"), (90, "b"), (30, "a"), (0, "a")):
        add(database, process, {(endpoint, NOON - age * MINUTE): counts(1, 9, refused=1, most_waiting=age)})
    with database.write() as uow:
        (before,) = uow.traffic.totals().values()
        assert (before.requests, before.refused, before.latencies[:4]) == (8, 4, (4, 0, 0, 4))
        for until in (NOON - 60 * MINUTE, NOON - 60 * MINUTE, NOON):
            uow.traffic.settle(until)
            assert uow.traffic.totals()[endpoint].latencies == before.latencies
        assert uow.traffic.forget(NOON - 10 * MINUTE) == 3
    with database.read() as uow:
        assert uow.traffic.last_request(endpoint) == NOON
        (after,) = uow.traffic.totals().values()
    assert after == replace(before, most_waiting=after.most_waiting)


def test_minutes_that_come_after_they_were_settled_are_counted(database: Database, endpoint: str) -> None:
    """A process that could not reach the database for hours brings what it counted meanwhile."""
    add(database, "a", {(endpoint, NOON): counts(3)})
    with database.write() as uow:
        uow.traffic.settle(NOON + 60 * MINUTE)
    add(database, "b", {(endpoint, NOON): counts(3, 3), (endpoint, NOON + 60 * MINUTE): counts(3)})
    with database.write() as uow:
        assert uow.traffic.totals()[endpoint].requests == 4
        assert uow.traffic.forget(NOON + 60 * MINUTE) == 2
        assert uow.traffic.totals()[endpoint].requests == 4


def test_what_is_not_settled_is_not_forgotten(database: Database, endpoint: str) -> None:
    add(database, "a", {(endpoint, NOON): counts(3)})
    with database.write() as uow:
        assert uow.traffic.forget(NOON + 60 * MINUTE) == 0


def test_nobody_else_reads_or_writes_the_tables() -> None:
    root = Path(storage.__file__).parents[1]
    files = [path for part in ("storage", "engine", "ui") for path in (root / part).rglob("*.py")]
    naming = {path.relative_to(root) for path in files if re.search("Endpoint(Minute|Total)", path.read_text())}
    allowed = {Path("storage/repositories/traffic.py"), *(it for it in naming if it.parts[1] == "schema")}
    assert naming == allowed


def test_percentiles_lie_in_the_bucket_of_the_true_one() -> None:
    random = np.random.default_rng(0)
    latencies = random.lognormal(3, 1, 5_000).clip(0.1, 4_000)
    found = counts(*latencies)
    for share in (0.01, 0.5, 0.9, 0.99):
        true, told = float(np.quantile(latencies, share)), found.percentile(share)
        bounds = [0.0, *BUCKETS]
        place = next(i for i, high in enumerate(BUCKETS) if true <= high)
        assert told is not None
        assert bounds[place] <= told <= bounds[place + 1]
    assert Counts().percentile(0.5) is None
    assert counts(1e9).percentile(0.99) == 5_000
    assert math.isinf(BUCKETS[-1])
