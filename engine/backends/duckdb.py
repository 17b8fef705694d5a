"""DuckDB through Ibis: one fresh, locked, in-memory connection per run."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql.datatypes import DuckDBType

from engine.cache import private_name
from engine.errors import CanvasbackError, DataError, LimitReached, RunError

BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Limits:
    """What a run may use.

    Parameters
    ----------
    memory_mb
        DuckDB spills to disk beyond this.
    threads
        None for all cores.
    """

    memory_mb: int = 4_096
    threads: int | None = None


class DuckDBBackend:
    """Reads Parquet, writes Parquet, and can do nothing else.

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
        self._connection = ibis.duckdb.connect(
            ":memory:",
            memory_limit=f"{limits.memory_mb}MB",
            temp_directory=str(self._spill),
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
            python_enable_replacements=False,
            **options,
        )
        self._lock(readable, workspace)

    def _lock(self, readable: Sequence[Path], workspace: Path) -> None:
        """The order matters: paths first, then the door, then the key."""
        for statement in (
            f"SET allowed_paths = [{', '.join(_quoted(path) for path in readable)}]",
            f"SET allowed_directories = [{_quoted(workspace)}]",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self._connection.raw_sql(statement)

    def read(self, paths: Sequence[Path]) -> ir.Table:
        """Parquet files as one lazy table."""
        return self._connection.read_parquet([str(path) for path in paths], table_name=f"t_{uuid4().hex}")

    def register(self, table: pa.Table) -> ir.Table:
        """Rows in memory as a table."""
        return self._connection.create_table(f"t_{uuid4().hex}", table, temp=True)

    def write(self, table: ir.Table, path: Path) -> int:
        """Run a query into a Parquet file.

        Returns
        -------
        int
            Rows written.
        """
        self._connection.raw_sql(
            f"COPY ({self._query(table)}) TO {_quoted(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )
        return int(pq.read_metadata(path).num_rows)

    def batches(self, table: ir.Table, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The result of a query, a batch at a time; no other query may run in between."""
        schema = table.schema().to_pyarrow()
        for batch in self._connection.raw_sql(self._query(table)).to_arrow_reader(rows):
            yield batch.cast(schema)

    def collect(self, table: ir.Table) -> pa.Table:
        """The whole result of a query, for results that are known to be small."""
        return pa.Table.from_batches(self.batches(table), schema=table.schema().to_pyarrow())

    def rows(self, table: ir.Table) -> int:
        """How many rows a query gives."""
        return int(table.count().to_pyarrow().as_py())

    def close(self) -> None:
        """Give everything back."""
        self._connection.disconnect()
        shutil.rmtree(self._spill, ignore_errors=True)

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Say in plain words what DuckDB says in its own.

        Raises
        ------
        LimitReached, DataError, RunError
        """
        try:
            yield
        except duckdb.Error as error:
            raise self._plain(error) from error

    def _plain(self, error: duckdb.Error) -> CanvasbackError:
        reason = str(error).strip().splitlines()[0].split("Error: ", 1)[-1][:300]
        match error:
            case duckdb.OutOfMemoryException():
                return LimitReached(
                    f"This step needs more than the {self._limits.memory_mb:,} MB of memory it may use.",
                    hint="Take fewer rows or columns, or raise the memory limit.",
                    detail={"reason": reason},
                )
            case duckdb.OutOfRangeException() | duckdb.ConversionException() | duckdb.InvalidInputException():
                return DataError(
                    f"A value cannot be computed: {reason}", hint="Filter such rows, or convert the column first."
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
        query = str(ibis.to_sql(table, dialect="duckdb"))
        wanted = table.schema()
        found = self._connection._get_schema_using_query(query)
        if all(found[name].copy(nullable=True) == dtype.copy(nullable=True) for name, dtype in wanted.items()):
            return query
        columns = ", ".join(
            f"CAST({_named(name)} AS {sql_type(dtype)}) AS {_named(name)}" for name, dtype in wanted.items()
        )
        return f"SELECT {columns} FROM ({query})"  # noqa: S608  quoted names


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def sql_type(dtype: dt.DataType) -> str:
    """A data type in DuckDB's SQL."""
    return str(DuckDBType.from_ibis(dtype).sql(dialect="duckdb"))
