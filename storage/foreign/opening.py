"""Opening a database of others: encrypted as asked, for reading only unless something is to be written."""

import sqlite3
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection as Link
from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import NotFound, StorageError, Unreachable
from storage.foreign.kinds import Foreign, is_file
from storage.foreign.refusals import NOT_ENCRYPTED, in_words
from storage.foreign.stopping import stoppable

CONNECT_SECONDS = 10
STOP_SECONDS = 5.0
"""How long a server may take to hear that nobody waits for its answer."""
STEPS_BETWEEN_LOOKS = 20_000
"""Steps of SQLite's machine between two looks at the clock: a few milliseconds."""


@contextmanager
def linked(foreign: Foreign, seconds: float, *, writes: bool = False) -> Iterator[Link]:
    """A connection, for as long as it is used; what it writes counts only at the very end.

    Parameters
    ----------
    seconds
        How long one statement may take.

    Raises
    ------
    Unreachable, NotFound
    """
    with in_words(foreign):
        engine = _engine(foreign, seconds, writes=writes)
    try:
        with in_words(foreign):
            link = engine.connect()
        try:
            with in_words(foreign):
                _limit(link, foreign, seconds)
            with stoppable(partial(_stop, link, foreign)):
                yield link
            if writes:
                with in_words(foreign):
                    link.commit()
        finally:
            # What counts is done by now: a server that has gone since cannot take it back.
            with suppress(SQLAlchemyError):
                link.close()
    finally:
        engine.dispose()


def _engine(foreign: Foreign, seconds: float, *, writes: bool) -> Engine:
    if foreign.family == "sqlite":
        return _sqlite(Path(foreign.database), seconds, writes=writes)
    if is_file(foreign.kind) and not Path(foreign.database).is_file():
        raise NotFound(f"There is no file {foreign.database}", hint="Check the path of the connection.")
    url = URL.create(
        foreign.driver, foreign.user or None, foreign.password, foreign.host or None, foreign.port, foreign.database
    )
    options = _options(foreign, seconds, writes=writes)
    engine = create_engine(url, poolclass=NullPool, connect_args=options)
    if foreign.family == "mysql":
        event.listen(engine, "connect", lambda raw, _: _begin_mysql(raw, foreign, writes=writes))
    if foreign.family == "postgresql" and foreign.driver.endswith("+psycopg"):
        event.listen(engine, "connect", lambda raw, _: _begin_postgres(raw))
    if foreign.family == "postgresql" and not writes:
        return engine.execution_options(postgresql_readonly=True)
    return engine


def _options(foreign: Foreign, seconds: float, *, writes: bool) -> Mapping[str, Any]:
    """What a driver is told; a dialect that we do not know gets nothing of ours."""
    match foreign.driver:
        case "postgresql+psycopg":
            # A server that vanished without a word is noticed after about a minute and a half.
            alive = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 6}
            return {
                **alive,
                "connect_timeout": CONNECT_SECONDS,
                "sslmode": foreign.encryption,
                **({"sslrootcert": _authorities()} if foreign.encryption == "verify-full" else {}),
                "application_name": "canvasback",
            }
        case "mysql+pymysql" | "mariadb+pymysql":
            return {
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": int(seconds) + CONNECT_SECONDS,
                "local_infile": False,
                **_mysql_encryption(foreign.encryption),
            }
        case "mssql+pymssql":
            encrypted = {"prefer": "request", "require": "require", "disable": "off"}
            return {
                "login_timeout": CONNECT_SECONDS,
                "timeout": int(seconds),
                "appname": "canvasback",
                "encryption": encrypted[foreign.encryption],
            }
    if foreign.family == "duckdb":
        return {"read_only": not writes, "config": {"enable_external_access": "false"}}
    return {}


def _authorities() -> str:
    """The file of the authorities whose certificates count: that of SSL_CERT_FILE, else the machine's."""
    return ssl.get_default_verify_paths().cafile or "system"


def _mysql_encryption(encryption: str) -> Mapping[str, Any]:
    if encryption == "disable":
        return {"ssl_disabled": True}
    if encryption == "prefer":
        return {}
    context = ssl.create_default_context()
    if encryption == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return {"ssl": context}


def _begin_mysql(raw: Any, foreign: Foreign, *, writes: bool) -> None:
    with raw.cursor() as cursor:
        # Its TIMESTAMPs are told in the session's zone.
        cursor.execute("SET SESSION time_zone = '+00:00'")
        if not writes:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        if foreign.encryption in {"require", "verify-full"}:
            cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
            if not (cursor.fetchone() or ("", ""))[1]:
                raise Unreachable(f"{foreign.name} does not encrypt", NOT_ENCRYPTED)


def _begin_postgres(raw: Any) -> None:
    """What Python's own types cannot hold stays text: infinite dates, months of an interval, digits in JSON."""
    from psycopg import DataError
    from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
    from psycopg.types.string import TextLoader

    for name in ("json", "jsonb", "interval"):
        raw.adapters.register_loader(name, TextLoader)
    for name, base in (("date", DateLoader), ("timestamp", TimestampLoader), ("timestamptz", TimestamptzLoader)):

        class Tolerant(base):  # type: ignore[misc, valid-type]
            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except DataError:
                    return bytes(data).decode()

        raw.adapters.register_loader(name, Tolerant)


def _limit(link: Link, foreign: Foreign, seconds: float) -> None:
    """Have the server itself stop a statement that takes too long, where it can be told."""
    if foreign.family == "postgresql":
        link.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
        if (link.dialect.server_version_info or (0,)) >= (14,):
            # Whoever cancels ends our process: the server shall notice.
            link.exec_driver_sql("SET LOCAL client_connection_check_interval = 2000")
    elif foreign.family == "mysql":
        is_mariadb = getattr(link.dialect, "is_mariadb", False)
        limit = f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {int(seconds * 1000)}"
        link.exec_driver_sql(f"SET SESSION {limit}")


def _stop(link: Link, foreign: Foreign) -> None:
    """Have the server stop what this connection asks, from another thread; where it cannot be told, its limit holds."""
    raw = None if link.closed or link.invalidated else link.connection.dbapi_connection
    if raw is None:
        return
    if foreign.family == "mysql":
        _kill_query(foreign, raw.thread_id())
    elif foreign.driver.endswith("+psycopg"):
        with suppress(raw.Error):
            raw.cancel_safe(timeout=STOP_SECONDS)
    elif foreign.family == "sqlite":
        with suppress(sqlite3.Error):
            raw.interrupt()


def _kill_query(foreign: Foreign, number: int) -> None:
    """MySQL hears it only from another connection of the same account."""
    engine = _engine(foreign, STOP_SECONDS, writes=False)
    with suppress(SQLAlchemyError, StorageError), engine.connect() as other:
        other.exec_driver_sql(f"KILL QUERY {int(number)}")
    engine.dispose()


# --- SQLite -----------------------------------------------------------------------------------------------------


def _sqlite(path: Path, seconds: float, *, writes: bool) -> Engine:
    if not path.is_file():
        raise NotFound(f"There is no file {path}", hint="Check the path of the connection.")
    address = f"file:{quote(str(path))}?mode={'rw' if writes else 'ro'}"
    ends = time.monotonic() + seconds

    def connect() -> sqlite3.Connection:
        link = sqlite3.connect(
            address, uri=True, timeout=CONNECT_SECONDS, isolation_level=None, check_same_thread=False
        )
        link.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        link.set_authorizer(_authorizer)
        link.set_progress_handler(lambda: time.monotonic() > ends, STEPS_BETWEEN_LOOKS)
        link.text_factory = _text
        return link

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", lambda link: link.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN"))
    return engine.execution_options(sqlite_raw_colnames=True)


def _text(stored: bytes) -> str | bytes:
    """SQLite keeps any bytes as text; those that are none are told as bytes."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored


def _authorizer(action: int, name: str | None, detail: str | None, *_: Any) -> int:
    """What SQLite asks before each step: other files and extensions are out of reach, whatever a query says."""
    is_elsewhere = action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    is_extension = action == sqlite3.SQLITE_FUNCTION and str(detail).lower() == "load_extension"
    is_setting = action == sqlite3.SQLITE_PRAGMA and (name not in LOOKS or (name == "read_uncommitted" and detail))
    return sqlite3.SQLITE_DENY if is_elsewhere or is_extension or is_setting else sqlite3.SQLITE_OK


LOOKS = ("read_uncommitted", "table_info", "table_xinfo", "main.table_info", "main.table_xinfo")
"""Pragmas that SQLAlchemy asks, and that change nothing."""
