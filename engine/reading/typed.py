"""From text cells to typed batches."""

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa

from engine.reading.column_types import TypedColumn
from engine.reading.errors import UnreadableFile
from engine.reading.limits import CELLS_PER_CHUNK
from engine.reading.stage import Stage, identifier

_COLUMNS_PER_QUERY = 64


def typed_batches(
    connection: duckdb.DuckDBPyConnection,
    stage: Stage,
    columns: Sequence[TypedColumn],
    schema: pa.Schema,
    batch_rows: int,
) -> Iterator[pa.RecordBatch]:
    """Yield all rows, and refuse to end with another number of rows than were counted before."""
    with connection:
        wide = stage.table is not None and len(columns) > _COLUMNS_PER_QUERY
        batches = _wide(connection, stage.table, columns, batch_rows) if wide else None
        seen = 0
        for batch in batches or connection.execute(_select(columns, stage.relation)).to_arrow_reader(batch_rows):
            seen += len(batch)
            yield batch.cast(schema) if batch.schema != schema else batch
    if seen != stage.rows:
        raise UnreadableFile(
            f"The file has {stage.rows:,} rows, but {seen:,} were read.",
            hint="It may have changed while it was read. Try again.",
        )


def _select(columns: Sequence[TypedColumn], relation: str) -> str:
    chosen = ", ".join(f"{column.expression} AS {identifier(column.name)}" for column in columns)
    return f"SELECT {chosen} FROM {relation}"  # noqa: S608


def _wide(
    connection: duckdb.DuckDBPyConnection, table: pa.Table, columns: Sequence[TypedColumn], batch_rows: int
) -> Iterator[pa.RecordBatch]:
    """Type some rows of some columns at a time: DuckDB needs memory for every column of a query."""
    rows = max(1, min(batch_rows, CELLS_PER_CHUNK // len(columns)))
    for start in range(0, table.num_rows, rows):
        parts: list[pa.ChunkedArray] = []
        for first in range(0, len(columns), _COLUMNS_PER_QUERY):
            some = range(first, min(first + _COLUMNS_PER_QUERY, len(columns)))
            connection.register("some_rows", table.slice(start, rows).select(some))
            query = _select([columns[i] for i in some], "some_rows")
            parts += connection.execute(query).to_arrow_table().columns
        typed = pa.table(parts, names=[column.name for column in columns])
        yield from typed.combine_chunks().to_batches()
