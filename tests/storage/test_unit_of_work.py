"""Everything in a unit of work happens together or not at all, and nobody waits for long."""

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database
from storage.errors import Busy, DamagedFile, DiskFull, NameTaken, NotFound, Unavailable
from storage.unit_of_work import UnitOfWork
from tests.postgres import PostgresServer
from tests.storage.things import a_dataset_version, a_run


def test_what_was_written_together_is_rolled_back_together(database: Database) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.datasets.add("telco")
        uow.pipelines.add("churn", {})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.transact(work)
    with database.read() as uow:
        assert uow.datasets.names() == uow.pipelines.names() == frozenset()


def test_objects_stay_readable_after_their_unit_closed(database: Database) -> None:
    with database.write() as uow:
        version = a_dataset_version(uow)
    assert (version.number, version.profile, version.source) == (1, None, {"file": "telco.csv"})


def test_a_read_unit_refuses_to_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"), database.read() as uow:
        uow.datasets.add("telco")


def test_a_reader_goes_on_while_a_writer_is_at_work(database: Database) -> None:
    with database.write() as uow:
        uow.datasets.add("before")
    with database.write() as writer:
        writer.datasets.add("during")
        started = time.monotonic()
        with database.read() as reader:
            assert reader.datasets.names() == {"before"}
        assert time.monotonic() - started < 4  # a reader that is locked out waits longer


def test_a_reader_sees_one_moment_only(database: Database) -> None:
    with database.read() as reader:
        assert reader.datasets.names() == frozenset()
        with database.write() as writer:
            writer.datasets.add("telco")
        assert reader.datasets.names() == frozenset()


def test_a_writer_that_waits_too_long_hears_that_the_database_is_busy(migrated_sqlite: Path) -> None:
    url = f"sqlite:///{migrated_sqlite}"
    first, second = Database(url), Database(url, busy_seconds=0.1)
    with first.write() as uow:
        uow.jobs.list()
        with pytest.raises(Busy, match="writing"), second.write() as other:
            other.jobs.list()


def test_a_transaction_is_done_again_until_the_other_writer_has_finished(url: str) -> None:
    holding, release = threading.Event(), threading.Event()
    first, second = Database(url), Database(url, busy_seconds=0.1)

    def hold() -> None:
        with first.write() as uow:
            uow.datasets.add("telco")
            holding.set()
            release.wait(5)

    def add(uow: UnitOfWork) -> None:
        threading.Timer(0.3, release.set).start()
        uow.datasets.add("sales")
        uow.pipelines.add("churn", {})

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert holding.wait(5)
        threading.Timer(0.3, release.set).start()
        second.transact(add)
        held.result()
    with first.read() as uow:
        assert uow.datasets.names() == {"telco", "sales"}


def test_sixty_read_then_write_units_from_six_threads_all_succeed(database: Database) -> None:
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", {"count": 0})

    def increment(uow: UnitOfWork) -> None:
        count = uow.pipelines.draft(pipeline.id).graph["count"]
        outcome = uow.pipelines.apply_edit(pipeline.id, {"count": count + 1}, count + 1, uuid4().hex, 1)
        if outcome.outcome != "ok":
            raise Busy("someone was faster")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: database.transact(increment, patience=60), range(60)))
    with database.read() as uow:
        assert uow.pipelines.draft(pipeline.id).graph == {"count": 60}


def test_two_versions_made_at_once_get_two_numbers(database: Database) -> None:
    with database.write() as uow:
        a_run(uow)
        a_dataset_version(uow)

    def make(_: int) -> tuple[int, int]:
        return database.transact(lambda uow: (a_dataset_version(uow).number, a_run(uow).number))

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(make, range(12)))
    assert sorted(numbers) == [(number, number) for number in range(2, 14)]


def test_of_two_that_want_one_name_one_gets_it(database: Database) -> None:
    def add(_: int) -> str:
        try:
            return database.transact(lambda uow: uow.datasets.add("telco").id)
        except NameTaken:
            return "taken"

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(add, range(4))].count("taken") == 3


def test_a_restart_of_postgresql_is_waited_for(
    postgres_server: PostgresServer, new_postgres_database: Callable[[], str]
) -> None:
    database = Database(new_postgres_database())
    with database.write() as uow:
        uow.datasets.add("before")
    postgres_server.stop()
    with pytest.raises(Unavailable, match="cannot be reached"), database.write() as uow:
        uow.datasets.add("lost")
    restart = threading.Timer(0.5, postgres_server.start)
    restart.start()
    database.transact(lambda uow: uow.datasets.add("after"))
    restart.join()
    with database.read() as uow:
        assert uow.datasets.names() == {"before", "after"}
    database.close()


def test_a_connection_lost_in_the_middle_of_a_unit_is_replaced(
    postgres_server: PostgresServer, new_postgres_database: Callable[[], str]
) -> None:
    database = Database(new_postgres_database())
    calls: list[int] = []

    def work(uow: UnitOfWork) -> None:
        uow.datasets.add("telco")
        calls.append(1)
        if len(calls) == 1:
            name = database.url.rpartition("/")[2]
            postgres_server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        uow.datasets.add("sales")

    database.transact(work)
    with database.read() as uow:
        assert uow.datasets.names() == {"telco", "sales"}
    assert len(calls) == 2
    database.close()


def test_a_file_that_is_no_database_is_named_damaged(tmp_path: Path) -> None:
    (tmp_path / "canvasback.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(DamagedFile, match="damaged"):
        Database(f"sqlite:///{tmp_path / 'canvasback.db'}").create_or_migrate()


def _grow_no_more(connection: sqlite3.Connection, *_rest: object) -> None:
    connection.execute("PRAGMA max_page_count=1")  # to SQLite: no larger than the file is now


def test_a_full_disk_of_the_metadata_is_named_and_what_was_there_stays(migrated_sqlite: Path, tmp_path: Path) -> None:
    shutil.copyfile(migrated_sqlite, tmp_path / "canvasback.db")
    database = Database(f"sqlite:///{tmp_path / 'canvasback.db'}")
    with database.write() as uow:
        uow.datasets.add("before")
    event.listen(database._engine, "checkout", _grow_no_more)
    with pytest.raises(DiskFull, match="full"):
        database.transact(lambda uow: uow.datasets.add("after", description="x" * 1_000_000))
    with database.read() as uow:
        assert uow.datasets.names() == {"before"}


def test_a_missing_home_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        Database(f"sqlite:///{tmp_path / 'nowhere' / 'canvasback.db'}")


def test_the_audit_log_can_only_grow(database: Database) -> None:
    with database.write() as uow:
        entry = uow.audit.record("ada", "dataset.delete", "dataset telco", {"rows": 3})
    for change in ("UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            create_engine(database.url, poolclass=NullPool).begin() as connection,
        ):
            connection.execute(text(change))
    with database.read() as uow:
        assert [(row.id, row.actor) for row in uow.audit.list(object="dataset telco")] == [(entry.id, "ada")]


def test_values_come_back_as_they_went_in(database: Database) -> None:
    odd = {
        "z": 1.0,
        "a": 10**20,
        "nul": "a\x00b",
        "words": "żółć 🦆 \u202e",
        "none": None,
        "nested": [{"b": 2, "a": 1}],
    }
    with database.write() as uow:
        pipeline = uow.pipelines.add("churn", odd)
    with database.read() as uow:
        graph = uow.pipelines.draft(pipeline.id).graph
    assert graph == odd
    assert [*graph] == [*odd]
    assert type(graph["z"]) is float


def test_numbers_that_json_does_not_know_become_null(database: Database) -> None:
    with database.write() as uow:
        job = uow.jobs.enqueue("run", {"loss": [float("nan"), float("inf"), 1.5]})
    with database.read() as uow:
        assert uow.jobs.get(job.id).payload == {"loss": [None, None, 1.5]}


def test_texts_that_a_database_refuses_are_made_storable(database: Database) -> None:
    with database.write() as uow:
        dataset = uow.datasets.add("telco", description="a\x00b \ud800")
    with database.read() as uow:
        assert uow.datasets.get(dataset.id).description == "a␀b ?"


def test_times_come_back_in_utc(database: Database) -> None:
    with database.write() as uow:
        made = uow.datasets.add("telco").created_at
    with database.read() as uow:
        found = uow.datasets.by_name("telco").created_at
    assert found == made
    assert found.utcoffset() == datetime.now(found.tzinfo).utcoffset()
    assert found.tzname() == "UTC"
