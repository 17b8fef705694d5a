"""DuckDB through Ibis: one fresh, locked, in-memory database per run."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql.datatypes import DuckDBType

from components.portable.frequencies import Measure
from components.ports import ROW
from components.prepare.packed import FIELD
from engine.backends import quantiles, segments
from engine.backends.backend import BATCH_ROWS, Backend, K, Limits, Precision
from engine.backends.duckdb_sql import DuckDBSQL
from engine.backends.duckdb_words import in_words
from engine.cache import private_name
from engine.errors import CanvasbackError, DataError, LimitReached, RunError

AHEAD, MOST_AHEAD_MB = 8, 256
"""Part of the memory, and how much of it, that results may take that are computed ahead of who reads them."""
QUANTILES = 0.5
"""Part of the memory beyond which quantiles are sorted: DuckDB collects their values outside of its own limit."""
FLOATS = {"float32": "FLOAT", "float64": "DOUBLE"}


class DuckDBBackend(Backend):
    """A database that can read what it is given and write to one folder.

    Parameters
    ----------
    readable
        Files that may be read.
    workspace
        Folders that may be read and written: the cache, and room to spill.
    """

    name = "duckdb"

    def __init__(self, limits: Limits, readable: Sequence[Path], workspace: Path) -> None:
        self._limits = limits
        self._spill = workspace / private_name(".spill-")
        options: dict[str, Any] = {"threads": limits.threads} if limits.threads else {}
        self._connection = DuckDBSQL().connect(
            ":memory:",
            memory_limit=f"{limits.memory_mb}MB",
            temp_directory=str(self._spill),
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
            python_enable_replacements=False,
            **options,
        )
        self._most_rows = 0
        self._mine = threading.local()
        self._naming = threading.Lock()
        self._lock(readable, workspace)

    def _lock(self, readable: Sequence[Path], workspace: Path) -> None:
        """The order matters: paths first, then the door, then the key."""
        buffer = max(1, min(self._limits.memory_mb // AHEAD, MOST_AHEAD_MB))
        self._connection.raw_sql(f"SET streaming_buffer_size = '{buffer}MB'")
        if self._limits.temp_mb is not None:
            # As an option of `connect` it is shown but has no effect.
            self._connection.raw_sql(f"SET max_temp_directory_size = '{self._limits.temp_mb}MB'")
        for statement in (
            f"SET allowed_paths = [{', '.join(_quoted(path) for path in readable)}]",
            f"SET allowed_directories = [{_quoted(workspace)}]",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self._connection.raw_sql(statement)

    def read(self, paths: Sequence[Path]) -> ir.Table:
        """Parquet files as one lazy table; a view, because other threads cannot see what is temporary."""
        name = f"t_{uuid4().hex}"
        self._most_rows = max(self._most_rows, sum(pq.read_metadata(path).num_rows for path in paths))
        files = ", ".join(_quoted(path) for path in paths)
        with self._naming:
            self._connection.raw_sql(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{files}])")  # noqa: S608  quoted
            return self._connection.table(name)

    def read_by_name(self, paths: Sequence[Path]) -> ir.Table:
        """Files that were written at different times as one table; what one of them lacks is missing there."""
        name, files = f"t_{uuid4().hex}", ", ".join(_quoted(path) for path in paths)
        with self._naming:
            self._connection.raw_sql(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{files}], union_by_name = true)"  # noqa: S608  quoted
            )
            return self._connection.table(name)

    def register(self, table: pa.Table) -> ir.Table:
        """Rows in memory as a table."""
        with self._naming:
            return self._connection.create_table(f"t_{uuid4().hex}", table)

    def lend(self, table: pa.Table) -> ir.Table:
        """Rows in memory as a table that is read where they lie: quicker than `register`, and for this thread only."""
        name = f"t_{uuid4().hex}"
        for connection in (self._connection.con, self._cursor()):
            connection.register(name, table)
        return ibis.table(sch.Schema.from_pyarrow(table.schema), name=name)

    def few(self, table: ir.Table, most: int) -> pa.Table:
        """The first rows of a query, all at once: quicker than `batches` where there are few."""
        query = f"SELECT * FROM ({self._connection.compile(table)}) LIMIT {most:d}"  # noqa: S608  a number
        return self._run(query).to_arrow_table().cast(table.schema().to_pyarrow())

    def write(self, table: ir.Table, path: Path) -> int:
        """Run a query into a Parquet file."""
        self._run(
            f"COPY ({self._query(table)}) TO {_quoted(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )
        return int(pq.read_metadata(path).num_rows)

    def batches(self, table: ir.Table, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The result of a query, a batch at a time, in the order of the rows where the query keeps it.

        This thread may ask nothing else in between.
        """
        schema = table.schema().to_pyarrow()
        for batch in self._stream(table, self._query(table), rows):
            yield batch.cast(schema)

    def numbers(
        self, table: ir.Table, categories: Mapping[str, Sequence[str]], precision: Precision, keep: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Categories become codes, and numbers floats, inside the query."""
        columns = [
            _code(name, categories[name])
            if name in categories
            else f"CAST({_named(name)} AS {sql_type(dtype) if name in keep else FLOATS[precision]}) AS {_named(name)}"
            for name, dtype in table.schema().items()
        ]

        query = f"SELECT {', '.join(columns)} FROM ({self._connection.compile(table)})"  # noqa: S608  quoted names
        yield from self._stream(table, query, BATCH_ROWS)

    def _stream(self, table: ir.Table, query: str, rows: int) -> Iterator[pa.RecordBatch]:
        """The result of a query over a table; range by range, where its rows are computed one by one."""
        base = segments.base_of(table)
        parts = self._ranges(base, len(table.columns)) if base is not None else None
        if base is None or parts is None:
            yield from self._run(query).to_arrow_reader(rows)
            return

        def compute(ids: range) -> pa.Table:
            return self._cursor().sql(segments.within(query, base, ids)).to_arrow_table()

        for part in segments.ahead(compute, parts, self._limits.threads or os.cpu_count() or 1):
            yield from part.to_batches(rows)

    def _ranges(self, base: ir.Table, width: int) -> list[range] | None:
        ids = self.row(base.aggregate(first=base[ROW].min(), last=base[ROW].max(), count=base.count()))
        return segments.ranges(**ids, width=width)

    def measured(self, table: ir.Table, measures: Mapping[K, Measure]) -> dict[K, Any]:
        """In one aggregation, and quantiles of more rows than there is room for by sorting."""
        taken = self._most_rows * quantiles.BYTES * len(quantiles.columns(measures.values()))
        if taken <= self._limits.memory_mb * 1e6 * QUANTILES:
            return super().measured(table, measures)
        rest = quantiles.by_sorting(table, measures, self._sorted)
        known = {name: left for name, left in rest.items() if quantiles.is_known(left)}
        values = {name: self.row(left.name("value").as_table())["value"] for name, left in known.items()}
        return values | super().measured(table, {name: left for name, left in rest.items() if name not in known})

    @contextmanager
    def _sorted(self, column: ir.Table) -> Iterator[tuple[int, quantiles.Places]]:
        name = f"s_{uuid4().hex}"
        query = f"SELECT CAST({quantiles.VALUE} AS DOUBLE) AS v FROM ({self._connection.compile(column)})"  # noqa: S608
        made = self._run(f"CREATE TEMP TABLE {name} AS {query} ORDER BY v").fetchall()

        def at(places: Sequence[int]) -> Mapping[int, float]:
            listed = ", ".join(map(str, places))
            return dict(self._run(f"SELECT rowid, v FROM {name} WHERE rowid IN ({listed})").fetchall())  # noqa: S608

        try:
            yield int(made[0][0]), at
        finally:
            self._run(f"DROP TABLE {name}")

    def around(self, table: ir.Table, query: Callable[[str], str]) -> pa.Table:
        """The small result of a query written in SQL, given the SQL of a table."""
        return self._run(query(self._connection.compile(table))).to_arrow_table()

    def stopper(self) -> Callable[[], None]:
        """What ends, when another thread calls it, the query that this thread is waiting for."""
        return self._cursor().interrupt

    def spilled_bytes(self) -> int:
        """What lies in the temporary folder now."""
        total = 0
        with suppress(OSError):
            for path in self._spill.iterdir():
                with suppress(OSError):
                    total += path.stat().st_size
        return total

    def close(self) -> None:
        """Give everything back."""
        self._connection.disconnect()
        shutil.rmtree(self._spill, ignore_errors=True)

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Say in plain words what DuckDB says in its own."""
        try:
            yield
        except duckdb.Error as error:
            raise self._plain(error) from error

    def _run(self, statement: str) -> duckdb.DuckDBPyConnection:
        return self._cursor().execute(statement)

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of this thread's own."""
        if not hasattr(self._mine, "cursor"):
            self._mine.cursor = self._connection.con.cursor()
        cursor: duckdb.DuckDBPyConnection = self._mine.cursor
        return cursor

    def _plain(self, error: duckdb.Error) -> CanvasbackError:
        reason = str(error).strip().splitlines()[0].split("Error: ", 1)[-1][:300]
        match error:
            case duckdb.OutOfMemoryException() if "max_temp_directory_size" in str(error):
                return LimitReached(
                    f"This step needs more than the {self._limits.temp_mb or 0:,} MB of temporary space it may use."
                    if self._limits.temp_mb
                    else "The disk has no room for what this step must put aside.",
                    hint="Take fewer rows or columns, free some disk space, or raise the limit of temporary space.",
                    detail={"reason": reason},
                )
            case duckdb.OutOfMemoryException():
                return LimitReached(
                    f"This step needs more than the {self._limits.memory_mb:,} MB of memory that DuckDB may use.",
                    hint="Take fewer rows or columns, or raise the memory limit of the run: DuckDB gets a part of it.",
                    detail={"reason": reason},
                )
            case duckdb.OutOfRangeException() | duckdb.ConversionException() | duckdb.InvalidInputException():
                return DataError(in_words(reason), hint="Filter such rows, or convert the column first.")
            case duckdb.IOException() if "No space left" in str(error):
                return LimitReached(
                    "The disk is full; earlier results are kept.", hint="Free some space and run it again."
                )
            case duckdb.IOException():
                return RunError(
                    f"A file could not be read or written: {reason}",
                    hint="Run it again; results that were deleted meanwhile are computed anew.",
                )
            case _:
                return RunError(f"DuckDB refused this step: {reason}", hint="The log of this home has the details.")

    def _query(self, table: ir.Table) -> str:
        """The SQL of an expression, cast where DuckDB's own types are wider: a sum of whole numbers is a HUGEINT."""
        query = str(self._connection.compile(table))
        wanted = table.schema()
        with self._naming:
            found = self._connection._get_schema_using_query(query)
        if all(found[name].copy(nullable=True) == dtype.copy(nullable=True) for name, dtype in wanted.items()):
            return query
        columns = ", ".join(
            f"CAST({_named(name)} AS {sql_type(dtype)}) AS {_named(name)}" for name, dtype in wanted.items()
        )
        return f"SELECT {columns} FROM ({query})"  # noqa: S608  quoted names


def _code(name: str, categories: Sequence[str]) -> str:
    """A packed column as positions; an enum is what DuckDB finds a category in fastest."""
    if not categories:
        return f"CAST(NULL AS INTEGER) AS {_named(name)}"
    listed = ", ".join(_text(category) for category in categories)
    chosen = f"struct_extract({_named(name)}, '{FIELD}')"
    return f"CAST(enum_code(TRY_CAST({chosen} AS ENUM({listed}))) AS INTEGER) AS {_named(name)}"


def _quoted(path: Path) -> str:
    return _text(str(path.resolve()))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def sql_type(dtype: dt.DataType) -> str:
    """A data type in DuckDB's SQL."""
    return str(DuckDBType.from_ibis(dtype).sql(dialect="duckdb"))
