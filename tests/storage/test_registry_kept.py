"""What people decide about model versions is kept, in order, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import Conflict, NotFound, Withheld
from storage.schema import ModelVersion, utc_now
from storage.unit_of_work import UnitOfWork
from tests.storage.things import a_dataset_version, a_model_version, a_run


@pytest.fixture
def two(database: Database) -> list[ModelVersion]:
    """Two versions of the model ``churn``."""
    with database.write() as uow:
        return [a_model_version(uow, a_run(uow)) for _ in range(2)]


def test_an_alias_stands_for_one_version_and_moves(database: Database, two: list[ModelVersion]) -> None:
    one, other = two
    with database.write() as uow:
        assert uow.registry.set_alias(one.id, "champion", "Zoë") is None
        assert uow.registry.set_alias(other.id, "champion", "Ada") == 1
        assert uow.models.version(one.model_id, "champion").number == 2
        ((_, _, number, by, _),) = uow.registry.aliases(one.model_id)
        assert (number, by) == (2, "Ada")
        assert uow.registry.remove_alias(one.model_id, "champion", "Ada") == 2
    with pytest.raises(NotFound, match="called champion"), database.read() as uow:
        uow.models.version(one.model_id, "champion")


def test_an_unknown_alias_names_the_nearest(database: Database, two: list[ModelVersion]) -> None:
    with database.write() as uow:
        uow.registry.set_alias(two[0].id, "champion", "Zoë")
    with pytest.raises(NotFound) as refused, database.read() as uow:
        uow.models.version(two[0].model_id, "campion")
    assert refused.value.hint == "Did you mean champion?"


def test_the_history_says_who_decided_what(database: Database, two: list[ModelVersion]) -> None:
    key = two[0].id
    with database.write() as uow:
        uow.registry.move(key, "staging", "Zoë", "ready to be looked at")
        uow.registry.decide(key, "approved", "Ada", "fine")
        uow.registry.retire(key, "Zoë", "too old")
    with database.read() as uow:
        found = [
            (event.kind, event.before, event.after, event.by) for _, event in uow.registry.history(two[0].model_id)
        ]
    assert found == [
        ("retired", "", "retired", "Zoë"),
        ("sign_off", "", "approved", "Ada"),
        ("stage", "none", "staging", "Zoë"),
    ]


def test_a_decision_about_what_was_decided_meanwhile_is_refused(database: Database, two: list[ModelVersion]) -> None:
    with database.write() as uow:
        uow.registry.decide(two[0].id, "rejected", "Ada", "too weak", seen="")
    with pytest.raises(Conflict, match="Ada decided about churn v1"), database.write() as uow:
        uow.registry.decide(two[0].id, "approved", "Zoë", seen="")


def test_of_two_people_at_once_one_decides_and_one_is_told(database: Database, two: list[ModelVersion]) -> None:
    def decide(by: str) -> bool:
        def write(uow: UnitOfWork) -> None:
            uow.registry.decide(two[0].id, "approved" if by == "Ada" else "rejected", by, seen="")

        try:
            database.transact(write)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, ("Ada", "Zoë"))) == [False, True]


def test_two_people_who_set_an_alias_at_once_leave_one(database: Database, two: list[ModelVersion]) -> None:
    with ThreadPoolExecutor(2) as pool:
        each = [
            pool.submit(database.transact, lambda uow, key=one.id: uow.registry.set_alias(key, "champion", "Zoë"))
            for one in two
        ]
        assert sorted([one.result() for one in each], key=str) in ([1, None], [2, None])
    with database.read() as uow:
        assert len(uow.registry.aliases(two[0].model_id)) == 1


def test_no_endpoint_answers_with_what_may_not(database: Database, two: list[ModelVersion]) -> None:
    one, other = two

    def deploy(version: ModelVersion) -> None:
        with database.write() as uow:
            endpoint = uow.endpoints.find("e") or uow.endpoints.add("e")
            uow.endpoints.deploy(endpoint.id, {version.id: 1.0}, parity={})

    deploy(one)
    with database.write() as uow:
        uow.registry.retire(one.id, "Zoë")
        uow.registry.require_sign_off(one.model_id, True, "Zoë")
    for refused in (one, other):
        with pytest.raises(Withheld):
            deploy(refused)
    with database.write() as uow:
        uow.registry.decide(other.id, "approved", "Zoë")
    deploy(other)
    with pytest.raises(Withheld, match="churn v1 is retired"), database.write() as uow:
        uow.endpoints.rollback(uow.endpoints.by_name("e").id)
    with pytest.raises(Withheld, match="is retired"), database.write() as uow:
        uow.registry.decide(one.id, "approved", "Zoë")


def test_production_needs_the_approval_too(database: Database, two: list[ModelVersion]) -> None:
    with database.write() as uow:
        uow.registry.require_sign_off(two[0].model_id, True, "Zoë")
        uow.registry.move(two[0].id, "staging", "Zoë")
    with pytest.raises(Withheld, match="needs one before production"), database.write() as uow:
        uow.registry.move(two[0].id, "production", "Zoë")


def test_the_bin_hides_and_gives_back(database: Database, two: list[ModelVersion]) -> None:
    one, other = two
    with database.write() as uow:
        uow.registry.set_alias(other.id, "champion", "Zoë")
        uow.models.delete_version(other.id, "Zoë")
    with database.read() as uow:
        assert [version.number for version in uow.models.versions(one.model_id)] == [1]
        assert uow.models.version(one.model_id).number == 1
        assert uow.registry.aliases(one.model_id) == []
        assert uow.models.files_in_use() == {"ef" * 32}
        assert {row.model_version for row in uow.runs.lineage()} == {1, None}
    with pytest.raises(NotFound) as refused, database.read() as uow:
        uow.models.version(one.model_id, 2)
    assert "restore it" in refused.value.hint
    with database.write() as uow:
        assert a_model_version(uow, a_run(uow)).number == 3
        uow.registry.restore_version(other.id, "Ada")
        assert uow.models.version(one.model_id, "champion").number == 2


def test_a_model_in_the_bin_frees_its_name_and_its_data(database: Database) -> None:
    with database.write() as uow:
        reads = a_dataset_version(uow)
        first = a_model_version(uow, a_run(uow, reads=reads))
        uow.runs.finish(first.run_id, "succeeded")
        uow.models.delete(first.model_id, "Zoë")
        assert uow.models.find("churn") is None
        second = a_model_version(uow, a_run(uow))
        assert (second.number, second.model_id != first.model_id) == (1, True)
        assert uow.datasets.users(reads.dataset_id) == []
    with pytest.raises(Conflict, match="another model named churn"), database.write() as uow:
        uow.registry.restore_model(first.model_id)
    with database.write() as uow:
        uow.registry.restore_model(first.model_id, "churn, the old one")
        assert uow.models.version(uow.models.by_name("churn, the old one").id).id == first.id


def test_what_was_long_in_the_bin_goes_with_all_that_hangs_on_it(database: Database, two: list[ModelVersion]) -> None:
    with database.write() as uow:
        uow.registry.set_alias(two[1].id, "champion", "Zoë")
        uow.models.delete_version(two[0].id)
        assert uow.models.purge(utc_now() - timedelta(days=1)) == 0
        assert uow.models.purge(utc_now() + timedelta(days=1)) == 1
        assert a_model_version(uow, a_run(uow)).number == 3
        uow.models.delete_version(uow.models.version(two[0].model_id, 3).id)
        assert uow.models.purge(utc_now() + timedelta(days=1)) == 1
        assert a_model_version(uow, a_run(uow)).number == 4
        uow.models.delete(two[0].model_id)
        assert [(entry.version, entry.versions) for entry in uow.registry.bin()] == [(None, 2)]
        assert uow.models.purge(utc_now() + timedelta(days=1)) == 2
        assert (uow.registry.bin(), uow.models.files_in_use()) == ([], frozenset())


def test_models_are_found_by_what_was_said_and_decided(database: Database, two: list[ModelVersion]) -> None:
    with database.write() as uow:
        a_model_version(uow, a_run(uow, "sales"), "sales")
        model = uow.models.by_name("churn")
        model.description, model.tags = "who leaves us", {"owner": "Zoë", "team:a/b": ""}
        uow.models.get_version(two[0].id).tags = {"audited": "2026"}
        uow.registry.set_alias(two[0].id, "champion", "Zoë")
        uow.registry.move(two[1].id, "staging", "Zoë")
    with database.read() as uow:
        for asked, hits in (
            ({"search": "LEAVES"}, 1),
            ({"search": "Zoë"}, 1),
            ({"search": "100%"}, 0),
            ({"tag": ("owner", None)}, 1),
            ({"tag": ("owner", "Zoë")}, 1),
            ({"tag": ("owner", "Ada")}, 0),
            ({"tag": ("team:a/b", None)}, 1),
            ({"tag": ("audited", "2026")}, 1),
            ({"alias": "champion"}, 1),
            ({"stage": "staging"}, 1),
            ({"stage": "production"}, 0),
            ({"task": "classification"}, 2),
            ({"task": "regression"}, 0),
        ):
            assert len(uow.models.list(**asked)) == hits, asked
