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
from storage.errors import NewerHome
from storage.schema import Base
from tests.postgres import PostgresServer


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


def test_a_newer_home_is_refused(database: Database, url: str) -> None:
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerHome, match="9999"):
        database.create_or_migrate()


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
