"""The minutes of an endpoint add up, whoever counted them, and their latencies tell percentiles."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from storage.database import Database
from storage.repositories import BUCKETS, Counts

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


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
        minutes = uow.traffic.of(endpoint, NOON)
        hours = uow.traffic.of(endpoint, NOON, every="hour")
        first = uow.traffic.total(endpoint, NOON, NOON + timedelta(minutes=1))
        days = uow.traffic.of(endpoint, NOON, every="day")
    assert [*minutes] == [NOON, later]
    assert minutes[NOON] == first == counts(3, 3, 40, 9_000, refused=1, failed=1, most_waiting=7)
    assert [*hours] == [NOON, NOON + timedelta(hours=1)]
    assert [one.requests for one in days.values()] == [5]


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
