"""Rules of datasets, and what they found, on both databases."""

import pytest

from storage.database import Database
from storage.errors import Conflict, NotFound
from storage.repositories import rules
from tests.storage.things import a_dataset_version, manifest

RULE = {"kind": "not_null", "columns": ["age"], "name": "Älter als „null“"}


def test_rules_keep_their_order_and_change(database: Database) -> None:
    with database.write() as uow:
        dataset = a_dataset_version(uow).dataset_id
        first, second = (uow.rules.add(dataset, RULE, severity) for severity in ("warn", "stop"))
    with database.write() as uow:
        uow.rules.change(first.id, {**RULE, "columns": ["id"]}, "stop")
    with database.write() as uow:
        assert [(rule.id, rule.rule["columns"], rule.severity) for rule in uow.rules.of(dataset)] == [
            (first.id, ["id"], "stop"),
            (second.id, ["age"], "stop"),
        ]
        uow.rules.delete(first.id)
        assert [rule.id for rule in uow.rules.of(dataset)] == [second.id]
        with pytest.raises(NotFound):
            uow.rules.delete(first.id)


def test_a_dataset_has_only_so_many_rules(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_RULES", 2)
    with database.write() as uow:
        dataset = a_dataset_version(uow).dataset_id
        uow.rules.add(dataset, RULE, "warn"), uow.rules.add(dataset, RULE, "warn")
        with pytest.raises(Conflict, match="There are 2 rules already"):
            uow.rules.add(dataset, RULE, "warn")


def test_a_version_may_be_checked_again_and_the_newest_check_counts(database: Database) -> None:
    with database.write() as uow:
        version = a_dataset_version(uow)
        assert uow.rules.check_of(version.id) is None
        uow.rules.keep_check(version.id, passed=False, results=[{"rule": "r", "state": "broken"}], failing={"r": [7]})
        uow.rules.keep_check(version.id, passed=True, results=[{"rule": "r", "state": "kept"}], failing={})
    with database.read() as uow:
        newest = uow.rules.check_of(version.id)
        assert newest is not None
        assert (newest.passed, newest.failing) == (True, {})
        assert [(check.version, check.passed) for check in uow.rules.checks(version.dataset_id)] == [
            (1, True),
            (1, False),
        ]


def test_what_is_deleted_takes_its_rules_and_checks_along(database: Database) -> None:
    with database.write() as uow:
        version = a_dataset_version(uow)
        rule = uow.rules.add(version.dataset_id, RULE, "warn")
        uow.rules.keep_check(version.id, passed=True, results=[], failing={})
    with database.write() as uow:
        uow.datasets.delete(version.dataset_id)
    with database.read() as uow:
        assert uow.rules.check_of(version.id) is None
        with pytest.raises(NotFound):
            uow.rules.get(rule.id)


@pytest.mark.parametrize(("held", "found"), [([None], {}), ([{"code": "rules"}], {2}), ([{"code": "rules"}, None], {})])
def test_a_dataset_knows_its_newest_version_where_that_is_held(
    database: Database, held: list[dict[str, str] | None], found: set[int]
) -> None:
    with database.write() as uow:
        dataset = a_dataset_version(uow).dataset_id
        for why in held:
            uow.datasets.add_version(dataset, manifest(), source={}, held=why)
    with database.read() as uow:
        assert set(uow.rules.held([dataset, "other"]).values()) == set(found)
        assert uow.rules.held([]) == {}
