"""Once an hour one process tidies: what endpoints keep by their settings, minutes, old alerts and deliveries."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow as pa
import pytest

from engine.service import housekeeping
from engine.service.housekeeping import Housekeeper, take_hour, tidy
from engine.service.monitoring import channels
from engine.service.monitoring.alert_messages import test_message as a_message
from engine.workspace import Workspace
from storage.repositories import Counts
from storage.schema import utc_now
from tests.servers import eventually

NOW = utc_now()
DAY = timedelta(days=1)


@pytest.fixture
def home(home: Workspace) -> Workspace:
    """Two endpoints that keep what they were asked for different times."""
    with home.database.write() as uow:
        for name, days in (("short", 3), ("long", 30)):
            endpoint = uow.endpoints.add(name)
            endpoint.settings = {"keep_days": days}
            for age in (0, 1, 5, 40):
                for _ in range(3):
                    home.served.append(endpoint.id, "v", pa.table({"row": [age]}), NOW - age * DAY)
    return home


def days_and_files(home: Workspace, name: str) -> dict[int, int]:
    """Age in days → files."""
    with home.database.read() as uow:
        endpoint = uow.endpoints.by_name(name).id
    ages = [
        (NOW.date() - type(NOW).fromisoformat(file.parent.name).date()).days
        for file in home.served.files(endpoint, "v")
    ]
    return {age: ages.count(age) for age in ages}


def test_what_was_asked_is_joined_and_forgotten_by_each_endpoints_setting(home: Workspace) -> None:
    tidy(home, NOW)
    assert days_and_files(home, "short") == {1: 1, 0: 3}
    assert days_and_files(home, "long") == {5: 1, 1: 1, 0: 3}


def test_an_endpoint_that_cannot_be_tidied_keeps_no_other_from_it(
    home: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    with home.database.write() as uow:
        endpoint = uow.endpoints.by_name("short")
        endpoint.settings = {"keep_days": "for ever"}
    with caplog.at_level(logging.WARNING):
        tidy(home, NOW)
    assert days_and_files(home, "long") == {5: 1, 1: 1, 0: 3}
    assert "the log of short is tidied later: keep_days" in caplog.text


def test_old_minutes_deliveries_and_closed_alerts_go(home: Workspace) -> None:
    channels.add_channel(home, "ops", "webhook", {"url": "https://example.org"})
    told = {
        "rule": "r",
        "severity": "info",
        "subject_kind": "endpoint",
        "subject": "long",
        "subject_key": "long",
        "message": "",
    }
    with home.database.write() as uow:
        for age in (1, 366, 401):
            then = NOW - age * DAY
            uow.traffic.add("a", {(uow.endpoints.by_name("long").id, then): Counts(requests=age)})
            uow.deliveries.add(uow.channels.by_name("ops").id, "test", a_message("ops", home.settings), then, "held")
            uow.alerts.open(opened_at=then, held_at=then, closed_at=then, **told)
            uow.alerts.open(opened_at=then, held_at=then, **told)
    tidy(home, NOW)
    with home.database.read() as uow:
        endpoint = uow.endpoints.by_name("long").id
        assert uow.traffic.total(endpoint, NOW - 999 * DAY, NOW).requests == 1 + 366
        assert uow.traffic.totals()[endpoint].requests == 1 + 366 + 401, "counters never shrink"
        assert len(uow.deliveries.list()) == 1
        assert len(uow.alerts.list(is_open=False)) == 1
        assert len(uow.alerts.list(is_open=True)) == 3, "what is open stays"


def test_one_process_tidies_in_each_hour_and_the_scheduler_does_not_wait(
    home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour in range(3):
        with ThreadPoolExecutor(6) as pool:
            took = list(pool.map(lambda _, hour=hour: take_hour(home, NOW + timedelta(hours=hour)), range(6)))
        assert sum(took) == 1
    done: list[bool] = []
    monkeypatch.setattr(housekeeping, "tidy", lambda *_: done.append(True))
    keeper = Housekeeper(home)
    assert keeper.begin_if_due(NOW + timedelta(hours=5))
    eventually(lambda: done)
    assert not keeper.begin_if_due(NOW + timedelta(hours=5))
