"""Parquet files: typed already, so what is left is to bring the types down to ours."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as kinds

from engine.findings import Finding
from engine.reading.errors import UnreadableFile, UnsupportedColumn
from engine.reading.names import settle_names
from engine.reading.read_as import Column, ColumnType, ReadAs
from engine.reading.reading import ARROW_TYPES, Reading, Workspace


def open_parquet(path: Path, read_as: ReadAs, batch_rows: int, workspace: Workspace) -> Reading:
    """Read a Parquet file; nested columns are refused by name."""
    try:
        file = pq.ParquetFile(path)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            "The Parquet file is damaged or incomplete: its footer cannot be read.", hint="Copy or export it again."
        ) from error
    names, findings = settle_names(schema.names)
    columns = [Column(name=name, type=column_type(field)) for name, field in zip(names, schema, strict=True)]
    findings += [one for name, field in zip(names, schema, strict=True) for one in changed(name, field.type)]
    reading = Reading(read_as, columns, partial(_batches, file, columns, batch_rows), findings, [], workspace)
    reading.rows = file.metadata.num_rows
    return reading


def column_type(field: pa.Field) -> ColumnType:
    """Name our type for an Arrow column.

    Raises
    ------
    UnsupportedColumn
        For lists, structs, maps, bytes and durations.
    """
    kind = field.type.value_type if kinds.is_dictionary(field.type) else field.type
    tests: tuple[tuple[bool, ColumnType], ...] = (
        (kinds.is_integer(kind), "int64"),
        (kinds.is_floating(kind) or kinds.is_decimal(kind), "float64"),
        (kinds.is_boolean(kind), "boolean"),
        (kinds.is_date(kind), "date"),
        (kinds.is_timestamp(kind), "timestamp"),
        (_is_text(kind) or kinds.is_time(kind) or kinds.is_null(kind), "string"),
    )
    for fits, name in tests:
        if fits:
            return name
    raise UnsupportedColumn(
        f"Column {field.name!r} holds {kind}, which fits in no cell of a table.",
        hint="Leave the column out, or turn its parts into columns of their own before exporting.",
        field=field.name,
    )


def to_column(values: pa.Array, kind: ColumnType) -> pa.Array:
    """Bring an Arrow column to our type; NaN becomes missing."""
    if kinds.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if kinds.is_timestamp(values.type):
        values = values.cast(pa.timestamp("us", values.type.tz), safe=False).cast(ARROW_TYPES[kind])
    target = ARROW_TYPES[kind]
    values = values if values.type == target else values.cast(target, safe=kind == "int64")
    return pc.if_else(pc.is_nan(values), None, values) if kind == "float64" else values


def to_batch(batch: pa.RecordBatch, columns: list[Column]) -> pa.RecordBatch:
    """Bring all columns of a batch to our names and types."""
    schema = pa.schema([(column.name, ARROW_TYPES[column.type]) for column in columns])
    arrays = [_column(values, column) for values, column in zip(batch.columns, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _batches(file: pq.ParquetFile, columns: list[Column], batch_rows: int) -> Iterator[pa.RecordBatch]:
    seen = 0
    try:
        for batch in file.iter_batches(batch_rows):
            seen += len(batch)
            yield to_batch(batch, columns)
        if seen != file.metadata.num_rows:
            raise UnreadableFile(
                f"The Parquet file says that it has {file.metadata.num_rows:,} rows, but holds {seen:,}.",
                hint="Copy or export it again.",
            )
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            f"The Parquet file is damaged behind row {seen:,}.", hint="Copy or export it again."
        ) from error
    finally:
        file.close()


def _column(values: pa.Array, column: Column) -> pa.Array:
    try:
        return to_column(values, column.type)
    except pa.ArrowInvalid as error:
        raise UnsupportedColumn(
            f"Column {column.name!r} holds a value that fits in no {column.type}: {error}.",
            hint="Export the column as a decimal number or as text.",
            field=column.name,
        ) from error


def _is_text(kind: pa.DataType) -> bool:
    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind))


def changed(name: str, kind: pa.DataType) -> list[Finding]:
    """Tell where a column's type became a simpler one."""
    if not (kinds.is_decimal(kind) or kinds.is_time(kind) or (kinds.is_timestamp(kind) and kind.tz)):
        return []
    became = "text" if kinds.is_time(kind) else "UTC" if kinds.is_timestamp(kind) else "float64"
    message = f"{name} is {kind} in the file and {became} here."
    return [Finding(code="type_simplified", severity="info", column=name, message=message, detail={"was": str(kind)})]
