"""What alerts need of the metadata, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.errors import Conflict, NameTaken
from storage.schema import utc_now

NOW = utc_now().replace(second=0, microsecond=0)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RULE: dict[str, Any] = {"measure": "errors", "condition": "above", "limit": 5.0, "window_minutes": 60}
TOLD = {"rule": "r", "severity": "info", "subject_kind": "endpoint", "subject": "e", "subject_key": "e", "message": ""}


def at_once(database: Database, work: Any, times: int = 6) -> list[Any]:
    def one(_: int) -> Any:
        try:
            return database.transact(work)
        except Conflict:
            return False

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_a_slot_is_taken_once_and_a_clock_that_is_set_back_takes_again(database: Database) -> None:
    for ahead in (0, 1, 2):
        assert sum(at_once(database, lambda uow, ahead=ahead: uow.slots.take("alerts", NOW + ahead * MINUTE))) == 1
    with database.write() as uow:
        assert not uow.slots.take("alerts", NOW)
        assert uow.slots.take("alerts", NOW - HOUR)
        assert uow.slots.taken("alerts") == NOW - HOUR


def test_a_delivery_is_taken_by_one_and_again_once_its_bringer_is_given_up(database: Database) -> None:
    with database.write() as uow:
        channel = uow.channels.add("ops", "webhook", {}, None)
        for _ in range(4):
            uow.deliveries.add(channel.id, "alerts", {}, NOW, "waiting")
        uow.deliveries.add(channel.id, "alerts", {}, NOW, "held")
    taken = at_once(database, lambda uow: [row.id for row in uow.deliveries.take_due(NOW, 1, MINUTE)])
    ids = [one for some in taken for one in some or ()]
    assert len(ids) == len(set(ids)) >= 1
    with database.write() as uow:
        ids += [row.id for row in uow.deliveries.take_due(NOW, 9, MINUTE)]
        assert len(set(ids)) == 4
        assert not uow.deliveries.is_any_due(NOW)
        again = uow.deliveries.take_due(NOW + MINUTE, 9, MINUTE)
        assert {row.tries for row in again} == {2}
        assert not uow.deliveries.end_try(again[0].id, 1, NOW, "", None), "a late word of the first try"
        assert uow.deliveries.end_try(again[0].id, 2, NOW, "", None)
        assert uow.deliveries.count_since(channel.id, NOW - HOUR) == 4
    with database.read() as uow:
        states = sorted(entry.delivery.status for entry in uow.deliveries.list())
    assert states == ["held", "sent", "waiting", "waiting", "waiting"]


def test_a_rule_goes_with_what_it_is_about_and_its_alerts_stay(database: Database) -> None:
    with database.write() as uow:
        dataset = uow.datasets.add("orders")
        endpoint = uow.endpoints.add("churn")
        by_data = uow.alert_rules.add("data", "dataset", dataset.id, **RULE)
        by_hand = uow.alert_rules.add("asked", "endpoint", endpoint.id, **RULE)
        for rule in (by_data, by_hand):
            uow.alerts.open(rule_id=rule.id, opened_at=NOW, held_at=NOW, **TOLD)
    with pytest.raises(NameTaken), database.write() as uow:
        uow.alert_rules.add("data", "endpoint", endpoint.id, **RULE)
    with database.write() as uow:
        uow.alert_rules.delete(by_hand.id)
        assert uow.alert_rules.held(by_hand.id) is None
        uow.datasets.delete(dataset.id)
    with database.read() as uow:
        assert uow.alert_rules.list() == []
        assert [alert.rule_id for alert in uow.alerts.list()] == [None, None]
        assert uow.alerts.open_by_severity() == {"info": 2}
