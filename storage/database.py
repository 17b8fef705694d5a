"""The metadata database: SQLite in WAL mode, or PostgreSQL."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.column_types import portable_json
from storage.database_errors import translate
from storage.errors import Busy, NotFound, Unavailable
from storage.migrations import migrate
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
WRITE_OPTION = "canvasback_write"


class Database:
    """The metadata store of one home.

    Parameters
    ----------
    url : ``sqlite:////absolute/path.db`` or ``postgresql+psycopg://…``
    busy_seconds : how long one statement waits for another writer before it gives up with `Busy`.

    Notes
    -----
    A write unit on SQLite is one ``BEGIN IMMEDIATE`` transaction, so that it never has to be upgraded from reading;
    a read unit sees one consistent snapshot on both databases and refuses to write.
    """

    def __init__(self, url: str, busy_seconds: float = 5.0) -> None:
        self.url = url
        self._engine = _sqlite(url, busy_seconds) if url.startswith("sqlite") else _postgresql(url, busy_seconds)
        self._writer = self._engine.execution_options(**{WRITE_OPTION: True})
        self._reader = self._engine if _is_sqlite(self._engine) else self._snapshots()

    def create_or_migrate(self) -> None:
        """Bring the tables to this version of Canvasback.

        Raises
        ------
        NewerHome
            if a newer version made them.
        """
        with _translated():
            migrate(self._writer)

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that commits at its end, or rolls back when anything is raised."""
        with Session(self._writer, expire_on_commit=False) as session:
            with _translated():
                yield UnitOfWork(session)
                session.flush()
            with _translated(committing=True):
                session.commit()

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that sees one snapshot and changes nothing; other writers are not held up."""
        with _translated(), Session(self._reader, expire_on_commit=False) as session:
            yield UnitOfWork(session)

    def transact(self, work: Callable[[UnitOfWork], T], patience: float = 20.0) -> T:
        """Do `work` in a write unit; when the database is busy or restarts, do all of it again.

        Parameters
        ----------
        work : may be called several times, so it changes nothing outside the unit of work.
        patience : seconds after which `Busy` is raised after all.
        """
        deadline = time.monotonic() + patience
        for attempt in count():
            try:
                with self.write() as uow:
                    return work(uow)
            except Busy as busy:
                if _may_have_happened(busy) or time.monotonic() > deadline:
                    raise
            time.sleep(random.uniform(0.0, min(0.5, 0.01 * 2**attempt)))  # noqa: S311 (jitter)
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._engine.dispose()

    def _snapshots(self) -> Engine:
        return self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _may_have_happened(busy: Busy) -> bool:
    return isinstance(busy, Unavailable) and busy.outcome_unknown


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


@contextmanager
def _translated(committing: bool = False) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise translate(error, committing) from error


def _postgresql(url: str, busy_seconds: float) -> Engine:
    options = f"-c lock_timeout={int(busy_seconds * 1000)} -c timezone=UTC"
    return create_engine(
        url,
        pool_pre_ping=True,
        json_serializer=portable_json,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "canvasback"},
    )


def _sqlite(url: str, busy_seconds: float) -> Engine:
    path = Path(make_url(url).database or "")
    if not path.parent.is_dir():
        raise NotFound(f"The folder {path.parent} does not exist", hint="Create the home first.")
    engine = create_engine(
        url,
        json_serializer=portable_json,
        # pysqlite's own implicit BEGIN is off: the event below begins every transaction.
        connect_args={"isolation_level": None, "timeout": busy_seconds},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    _use_wal(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    # Switching a new file to WAL does not wait for other connections, so we do.
    for pause in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, None):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if pause is None:
                raise
            time.sleep(pause)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(WRITE_OPTION, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if write else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
