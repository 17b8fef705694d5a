"""DuckDB through Ibis: one fresh, locked, in-memory connection per run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

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
        spill = workspace / ".spill"
        spill.mkdir(parents=True, exist_ok=True)
        options: dict[str, Any] = {"threads": limits.threads} if limits.threads else {}
        self._connection = ibis.duckdb.connect(
            ":memory:",
            memory_limit=f"{limits.memory_mb}MB",
            temp_directory=str(spill / uuid4().hex),
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
        self._connection.to_parquet(table, str(path), compression="zstd", compression_level=1)
        return int(pq.ParquetFile(path).metadata.num_rows)

    def batches(self, table: ir.Table, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The result of a query, a batch at a time."""
        yield from self._connection.to_pyarrow_batches(table, chunk_size=rows)

    def rows(self, table: ir.Table) -> int:
        """How many rows a query gives."""
        return int(table.count().to_pyarrow().as_py())

    def close(self) -> None:
        """Give everything back."""
        self._connection.disconnect()


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"
