"""A home is brought up to date, or refused; never half."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import migrations
from storage.database import Database
from storage.errors import NewerHome, OtherHome
from storage.schema import Base
from tests.postgres import PostgresServer

NOON = "'2026-11-21 12:00:00+00:00'"
FIRST_VERSION = (
    f"INSERT INTO pipelines VALUES ('p', 'churn', '', NULL, NULL, {NOON}, {NOON}, NULL)",
    f"INSERT INTO pipeline_versions VALUES ('v', 'p', 1, '{{}}', 'ab', '', '', 'local', {NOON})",
    "INSERT INTO runs (id, number, pipeline_id, pipeline_version_id, status, params, backend, seed, plan, created_at, "
    f"reused) VALUES ('r', 1, 'p', 'v', 'succeeded', '{{}}', 'duckdb', 0, '{{}}', {NOON}, 1)",
    "INSERT INTO node_runs (id, run_id, node_id, component, position, status, bytes, cached, outputs) "
    "VALUES ('n', 'r', 'fill', 'impute_mean', 0, 'succeeded', 77, false, '{}')",
)
"""What a home held before runs were measured."""


@pytest.fixture
def empty_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"empty_{tmp_path.name.lower().replace('-', '_')}"[:60]
    server.execute(f"DROP DATABASE IF EXISTS {name}")
    server.execute(f"CREATE DATABASE {name}")
    return server.url(name)


def _tables(url: str) -> set[str]:
    return set(sa.inspect(sa.create_engine(url, poolclass=sa.NullPool)).get_table_names())


def test_models_and_migrations_agree(url: str) -> None:
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.write() as uow:
        uow.datasets.add("telco")
    database.create_or_migrate()
    with database.read() as uow:
        assert uow.datasets.by_name("telco")


def test_a_home_of_the_first_version_keeps_its_runs(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., None] = migrations.command.upgrade
    monkeypatch.setattr(migrations.command, "upgrade", lambda config, _: real(config, "0001"))
    database = Database(empty_url)
    database.create_or_migrate()
    with sa.create_engine(empty_url, poolclass=sa.NullPool).begin() as connection:
        for statement in FIRST_VERSION:
            connection.execute(sa.text(statement))
    monkeypatch.undo()
    database.create_or_migrate()
    with database.read() as uow:
        ((node,), run) = uow.runs.nodes("r"), uow.runs.get("r")
    database.close()
    assert (node.node_id, node.bytes_written, node.shape, run.reused, run.limits) == ("fill", 77, None, 1, None)


def test_a_newer_home_is_refused(database: Database, url: str) -> None:
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerHome, match="9999"):
        database.create_or_migrate()


@pytest.mark.parametrize("lost", ["ALTER TABLE datasets DROP COLUMN description", "DROP TABLE audit"])
def test_a_home_whose_tables_are_those_of_another_version_is_told_as_such(
    database: Database, url: str, lost: str
) -> None:
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text(lost))

    def read() -> None:
        with database.read() as uow:
            uow.datasets.list()
            uow.audit.list()

    with pytest.raises(OtherHome, match="another version of Canvasback") as told:
        read()
    assert "CANVASBACK_HOME" in told.value.hint


def test_six_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    def start(_: int) -> None:
        database = Database(empty_url, busy_seconds=20)
        database.create_or_migrate()
        database.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(start, range(6)))
    assert set(Base.metadata.tables) <= _tables(empty_url)


def test_an_interrupted_upgrade_leaves_nothing_behind(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., None] = migrations.command.upgrade

    def interrupted(*args: object) -> None:
        real(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations.command, "upgrade", interrupted)
    database = Database(empty_url)
    with pytest.raises(KeyboardInterrupt):
        database.create_or_migrate()
    assert _tables(empty_url) == set()
    monkeypatch.undo()
    database.create_or_migrate()
    database.close()
    assert "audit" in _tables(empty_url)
