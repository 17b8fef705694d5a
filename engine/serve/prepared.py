"""One stretch of a serving slice, ready to run again and again: its query is planned once."""

import threading
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import sqlglot
from sqlglot import exp

from components.ports import ROW
from engine.serve.stretches import RECORDS, Stretch
from engine.train.transforms import Fitted

QUERY = "replayed"
"""The name of the prepared statement; each replay has a session of its own."""


class Prepared:
    """The query of a stretch, and the transformer after it.

    Parameters
    ----------
    transformer
        None where none follows.
    connection
        Holds the lookups of the model.
    is_joined
        Whether the slice looks anything up.
    """

    def __init__(
        self, stretch: Stretch, transformer: Fitted | None, connection: duckdb.DuckDBPyConnection, *, is_joined: bool
    ) -> None:
        self._query = None if stretch.is_idle else _query(stretch, is_joined=is_joined)
        self._schema = stretch.schema.to_pyarrow()
        self._wanted = stretch.wanted
        self._transformer = transformer
        self._connection = connection
        self._session: duckdb.DuckDBPyConnection | None = None
        self._records = _Records()
        self._lock = threading.Lock()

    @property
    def longest_list(self) -> int:
        """Values in the longest list that the query compares something with."""
        lists = sqlglot.parse_one(self._query, dialect="duckdb").find_all(exp.In) if self._query else ()
        return max((len(found.expressions) for found in lists), default=0)

    def run(self, rows: pa.Table) -> pa.Table:
        """What becomes of some rows, in any order; the row id comes out again."""
        made = rows if self._query is None else self._replayed(self._query, _complete(rows, self._schema))
        if self._transformer is None:
            return made
        given = dict(zip(made.column_names, made.columns, strict=True))
        return pa.table({**given, **self._transformer.made(made, self._wanted)})

    def _replayed(self, query: str, rows: pa.Table) -> pa.Table:
        with self._lock:
            self._records.rows = rows
            try:
                if self._session is None:
                    self._session = self._prepared(query)
                return self._session.execute(f"EXECUTE {QUERY}").to_arrow_table()
            finally:
                self._records.rows = None

    def _prepared(self, query: str) -> duckdb.DuckDBPyConnection:
        """A session that has planned the query: planning takes most of the time of a few rows."""
        session = self._connection.cursor()
        session.register(RECORDS, self._records)
        session.execute(f"PREPARE {QUERY} AS {query}")
        return session


class _Records:
    """What the query reads: one name, other rows each time."""

    rows: pa.Table | None = None

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        assert self.rows is not None  # noqa: S101  asked only while the query is planned or runs
        return self.rows.__arrow_c_stream__(requested_schema)


def _query(stretch: Stretch, *, is_joined: bool) -> str:
    wanted = stretch.table.select(ROW, *stretch.names)
    if is_joined:
        # Of several matches in a lookup the first answers, so that which one is first must not be left to chance.
        wanted = wanted.order_by([ROW, *stretch.names])
    return str(ibis.to_sql(wanted, dialect="duckdb"))


def _complete(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns that a query names; what is not needed is missing."""
    given = frozenset(rows.column_names)
    columns = [
        _cast(rows.column(field.name), field.type) if field.name in given else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, names=schema.names)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return column if column.type == kind else column.cast(kind)
