"""Every promise of the metadata is kept on SQLite and on PostgreSQL."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.artifacts import ArtifactStore
from storage.database import Database
from storage.tables import TableStore
from tests.mariadb import mariadb_server
from tests.postgres import new_postgres_database, postgres_server, postgres_url

__all__ = ["mariadb_server", "new_postgres_database", "postgres_server", "postgres_url"]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "canvasback.db"
    database = Database(f"sqlite:///{path}")
    database.create_or_migrate()
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if kind == "postgresql":
        return str(request.getfixturevalue("new_postgres_database")())
    shutil.copyfile(request.getfixturevalue("migrated_sqlite"), tmp_path / "canvasback.db")
    return f"sqlite:///{tmp_path / 'canvasback.db'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def tables(tmp_path: Path) -> TableStore:
    return TableStore(tmp_path / "datasets")


@pytest.fixture
def artifacts(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


@pytest.fixture(autouse=True)
def spawned_processes_start_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spawned process would import the main module again, and that of a test runner cannot be."""
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__spec__", None)
    monkeypatch.delattr(main, "__file__", raising=False)
