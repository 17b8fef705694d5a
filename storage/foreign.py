"""Databases of others: read in a transaction that cannot write, a batch at a time, or written to in one transaction.

Only the kinds on a list are spoken to, with options on a list; drivers never see text that a person typed as options.
"""

import datetime as dt
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import pyarrow as pa
from sqlalchemy import Column, Engine, MetaData, NullPool, Table, create_engine, event, inspect, types
from sqlalchemy import Connection as Link
from sqlalchemy import text as as_text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from storage.errors import BadTable, NotFound, Unreachable

Kind = Literal["sqlite", "postgresql", "mysql"]
Mode = Literal["append", "replace", "fail"]
DRIVERS: Mapping[Kind, str] = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
ENCRYPTION = ("prefer", "require", "verify-full", "disable")

BATCH_ROWS = 10_000
LOOKED_AT = 1_000
"""Rows from which the types of columns are told, where the database does not say them."""
CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Foreign:
    """How one database is reached.

    Parameters
    ----------
    database : its name; for SQLite the path of the file.
    password : in plain, for as long as it is used; never in a text of this object.
    """

    name: str
    kind: Kind
    database: str
    host: str = ""
    port: int | None = None
    user: str = ""
    encryption: str = "prefer"
    password: str | None = field(default=None, repr=False)


def read_batches(foreign: Foreign, query: str, seconds: float) -> Generator[pa.RecordBatch, None, None]:
    """Answer a query, batch by batch; at least one batch, which may be empty.

    Parameters
    ----------
    query : one SELECT that was looked through before.
    seconds : how long a statement may take, where the database can be told.

    Raises
    ------
    Unreachable
        When the database refuses, in its own words but without the password.
    BadTable
        When a value does not fit the type of its column.
    """
    with _opened(foreign, writes=False) as engine, engine.connect() as link:
        _limit(link, foreign.kind, seconds)
        result = link.execution_options(stream_results=True, yield_per=BATCH_ROWS).execute(as_text(_plain(query)))
        names = list(result.keys())
        parts = result.partitions(BATCH_ROWS)
        first = next(parts, [])
        schema = _schema(names, result.cursor, foreign.kind, first)
        for rows in chain([first], parts):
            yield _batch(rows, schema)


def read_schema(foreign: Foreign, query: str, seconds: float) -> pa.Schema:
    """Which columns a query has, from its first rows."""
    few = f"SELECT * FROM ({query}) AS cb_query LIMIT {LOOKED_AT}"  # noqa: S608  one SELECT that was looked through
    with closing(read_batches(foreign, few, seconds)) as batches:
        return next(batches).schema


def test(foreign: Foreign) -> str:
    """Which server answers.

    Raises
    ------
    Unreachable
    """
    with _opened(foreign, writes=False) as engine, engine.connect() as link:
        link.execute(as_text("SELECT 1"))
        version = ".".join(map(str, link.dialect.server_version_info or ()))
    return f"{foreign.kind} {version}".strip()


def write_table(
    foreign: Foreign, table: str, mode: Mode, schema: pa.Schema, batches: Iterable[pa.RecordBatch], folder: str = ""
) -> int:
    """Write rows into a table, all of them or none.

    Parameters
    ----------
    mode : ``append`` adds to what is there, ``replace`` puts them in its place, ``fail`` refuses a table that is there.
    folder : the schema of the database that the table is in; its own default where it is empty.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    Unreachable, BadTable
    """
    with _opened(foreign, writes=True) as engine, engine.begin() as link:
        is_there = inspect(link).has_table(table, schema=folder or None)
        if is_there and mode == "fail":
            raise BadTable(f"There is a table {table} in {foreign.name} already", "Append to it, or replace it.")
        made = Table(table, MetaData(), *_columns(schema), schema=folder or None)
        if is_there and mode == "replace":
            made.drop(link)
        if not is_there or mode == "replace":
            made.create(link)
        rows = 0
        for batch in batches:
            if batch.num_rows:
                link.execute(made.insert(), batch.to_pylist())
            rows += batch.num_rows
    return rows


@contextmanager
def _opened(foreign: Foreign, *, writes: bool) -> Iterator[Engine]:
    engine: Engine | None = None
    try:
        engine = _engine(foreign, writes=writes)
        yield engine
    except ModuleNotFoundError as error:
        raise Unreachable(f"There is no driver for {foreign.kind} here", f"pip install {error.name}") from error
    except NoSuchModuleError as error:
        raise Unreachable(f"There is no driver for {foreign.kind} here", "Install it.") from error
    except DBAPIError as error:
        raise Unreachable(
            f"{foreign.name} refused: {_reason(error, foreign)}", "Check it with a tool of its own."
        ) from None
    except SQLAlchemyError as error:
        raise Unreachable(f"{foreign.name} cannot be used: {type(error).__name__}", "Check the connection.") from None
    finally:
        if engine is not None:
            engine.dispose()


def _engine(foreign: Foreign, *, writes: bool) -> Engine:
    if foreign.kind == "sqlite":
        return _sqlite(Path(foreign.database), writes=writes)
    url = URL.create(
        DRIVERS[foreign.kind], foreign.user or None, foreign.password, foreign.host, foreign.port, foreign.database
    )
    if foreign.kind == "postgresql":
        options = {"connect_timeout": CONNECT_SECONDS, "sslmode": foreign.encryption, "application_name": "canvasback"}
        engine = create_engine(url, poolclass=NullPool, connect_args=options)
        return engine if writes else engine.execution_options(postgresql_readonly=True)
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})
    if not writes:
        event.listen(engine, "connect", lambda raw, _: raw.cursor().execute("SET SESSION TRANSACTION READ ONLY"))
    return engine


def _sqlite(path: Path, *, writes: bool) -> Engine:
    if not path.is_file():
        raise NotFound(f"There is no file {path}", hint="Check the path of the connection.")
    address = f"file:{quote(str(path))}?mode={'rw' if writes else 'ro'}"

    def connect() -> sqlite3.Connection:
        link = sqlite3.connect(
            address, uri=True, timeout=CONNECT_SECONDS, isolation_level=None, check_same_thread=False
        )
        link.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        link.set_authorizer(_authorizer)
        return link

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", lambda link: link.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN"))
    return engine


def _authorizer(action: int, name: str | None, detail: str | None, *_: Any) -> int:
    """What SQLite asks before each step: other files and extensions are out of reach, whatever a query says."""
    is_elsewhere = action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    is_extension = action == sqlite3.SQLITE_FUNCTION and str(detail).lower() == "load_extension"
    is_setting = action == sqlite3.SQLITE_PRAGMA and (name not in LOOKS or (name == "read_uncommitted" and detail))
    return sqlite3.SQLITE_DENY if is_elsewhere or is_extension or is_setting else sqlite3.SQLITE_OK


LOOKS = ("read_uncommitted", "table_info", "table_xinfo", "main.table_info", "main.table_xinfo")
"""Pragmas that SQLAlchemy asks, and that change nothing."""


def _limit(link: Link, kind: Kind, seconds: float) -> None:
    if kind == "postgresql":
        link.execute(as_text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))


def _plain(query: str) -> str:
    """Colons would be taken for parameters."""
    return query.replace(":", "\\:")


def _reason(error: DBAPIError, foreign: Foreign) -> str:
    first = (str(error.orig).strip().splitlines() or [""])[0][:300]
    return first.replace(foreign.password, "…") if foreign.password else first


# --- types ------------------------------------------------------------------------------------------------------

POSTGRES_TYPES: Mapping[int, pa.DataType] = {
    16: pa.bool_(),
    **dict.fromkeys((20, 21, 23, 26), pa.int64()),
    **dict.fromkeys((700, 701, 1700), pa.float64()),
    1082: pa.date32(),
    **dict.fromkeys((1114, 1184), pa.timestamp("us")),
}
"""By the numbers that PostgreSQL gives its types; everything else becomes text."""


def _schema(names: Sequence[str], cursor: Any, kind: Kind, rows: Sequence[Any]) -> pa.Schema:
    if len({name.casefold() for name in names}) < len(names):
        raise BadTable("Two columns of the query have the same name", "Name them: SELECT a AS one, b AS two.")
    if kind == "postgresql" and cursor is not None:
        kinds = [POSTGRES_TYPES.get(column[1], pa.string()) for column in cursor.description]
    else:
        kinds = [_guessed(row[place] for row in rows) for place in range(len(names))]
    return pa.schema(list(zip(names, kinds, strict=True)))


def _guessed(values: Iterable[Any]) -> pa.DataType:
    found = {type(value) for value in values if value is not None}
    if found and found <= {int}:
        return pa.int64()
    if found and found <= {int, float, Decimal}:
        return pa.float64()
    for types_, kind in (({bool}, pa.bool_()), ({dt.datetime}, pa.timestamp("us")), ({dt.date}, pa.date32())):
        if found == types_:
            return kind
    return pa.string()


def _batch(rows: Sequence[Any], schema: pa.Schema) -> pa.RecordBatch:
    columns = [_array([row[place] for row in rows], field) for place, field in enumerate(schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _array(values: list[Any], field_: pa.Field) -> pa.Array:
    try:
        return pa.array([_fitting(value, field_.type) for value in values], field_.type)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise BadTable(
            f"The column {field_.name} holds a value that is no {field_.type}",
            f"Convert it in the query: CAST({field_.name} AS …).",
            field_.name,
        ) from error


def _fitting(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_string(kind):
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value).decode("utf-8", "replace")
        return value if isinstance(value, str) else str(value)
    if pa.types.is_floating(kind):
        return float(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value


def _columns(schema: pa.Schema) -> list[Column[Any]]:
    return [Column(field_.name, _sql_type(field_.type), nullable=True) for field_ in schema]


def _sql_type(kind: pa.DataType) -> types.TypeEngine[Any]:
    for fits, made in SQL_TYPES:
        if fits(kind):
            return made
    return types.Text()


SQL_TYPES: Sequence[tuple[Any, types.TypeEngine[Any]]] = (
    (pa.types.is_boolean, types.Boolean()),
    (pa.types.is_integer, types.BigInteger()),
    (pa.types.is_floating, types.Double()),
    (pa.types.is_decimal, types.Numeric()),
    (pa.types.is_date, types.Date()),
    (pa.types.is_timestamp, types.DateTime()),
    (pa.types.is_time, types.Time()),
)
