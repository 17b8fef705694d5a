"""Rows for a screen: a page of a Parquet file, in values that JSON has."""

import base64
import datetime as dates
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.schema as sch
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from components.ports import ROW, is_reserved, kind_of
from engine.service.views import TableView

MOST_ROWS = 1_000
BATCH_ROWS = 16_384


def read_page(paths: Sequence[Path], offset: int = 0, limit: int = 100) -> TableView:
    """A page of a table, without the reserved columns.

    Parameters
    ----------
    limit
        At most 1,000.
    """
    schema = pq.read_schema(paths[0]).remove_metadata()
    names = [name for name in schema.names if not is_reserved(name)]
    files = [(path, pq.read_metadata(path)) for path in paths]
    total = sum(metadata.num_rows for _, metadata in files)
    return as_view(_page(files, names, schema, range(offset, offset + min(limit, MOST_ROWS))), total, offset)


def _page(
    files: Sequence[tuple[Path, pq.FileMetaData]], names: list[str], schema: pa.Schema, wanted: range
) -> pa.Table:
    """Some rows, from the row groups that hold them: the last page of ten million rows comes as fast as the first."""
    parts = [pa.schema([schema.field(name) for name in names]).empty_table()]
    first = 0
    for path, metadata in files:
        if first < wanted.stop and first + metadata.num_rows > wanted.start:
            parts += [part.replace_schema_metadata() for part in _rows(path, metadata, names, first, wanted)]
        first += metadata.num_rows
    return pa.concat_tables(parts)


def _rows(path: Path, metadata: pq.FileMetaData, names: list[str], first: int, wanted: range) -> Iterator[pa.Table]:
    """The wanted rows of one file, whose first row is the table's row `first`."""
    with pq.ParquetFile(path) as file:
        for group in range(metadata.num_row_groups):
            count = metadata.row_group(group).num_rows
            if first < wanted.stop and first + count > wanted.start:
                for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=names):
                    start, stop = max(wanted.start - first, 0), min(wanted.stop - first, batch.num_rows)
                    if start < stop:
                        yield pa.Table.from_batches([batch.slice(start, stop - start)]).select(names)
                    first += batch.num_rows
                    if first >= wanted.stop:
                        return
            else:
                first += count


def read_rows(paths: Sequence[Path], ids: Sequence[int], first: Sequence[str] = ()) -> TableView:
    """The rows with these ids, in this order.

    Parameters
    ----------
    first
        Columns that come before the others.
    """
    names = [name for name in pq.read_schema(paths[0]).names if not is_reserved(name)]
    ordered = [*(name for name in first if name in names), *(name for name in names if name not in first)]
    wanted = ds.field(ROW).isin(pa.array(ids, pa.int64()))
    rows = ds.dataset([str(path) for path in paths]).to_table(columns=[*ordered, ROW], filter=wanted)
    return as_view(rows.sort_by(ROW).select(ordered), len(ids))


def as_view(table: pa.Table, total: int | None = None, offset: int = 0) -> TableView:
    """An Arrow table as a view."""
    kinds = sch.Schema.from_pyarrow(table.schema)
    columns = [
        {"name": name, "type": type_words(dtype), "kind": kind_of(dtype)}
        for name, dtype in kinds.items()
        if not is_reserved(name)
    ]
    values = [table.column(column["name"]).to_pylist() for column in columns]
    rows = [[plain(value) for value in row] for row in zip(*values, strict=True)]
    return TableView(columns=columns, rows=rows, total=total, offset=offset)


def type_words(dtype: Any) -> str:
    """A data type in a word a person knows."""
    kind = kind_of(dtype)
    if kind == "one_hot":
        return "one-hot"
    if kind == "numeric":
        return "whole number" if dtype.is_integer() else "number"
    return {"boolean": "true/false", "datetime": "date" if dtype.is_date() else "time"}.get(kind, kind)


def plain(value: Any) -> Any:
    """A value that JSON and a grid can show."""
    if isinstance(value, dict) and tuple(value) == ("one_hot",):
        return value["one_hot"]
    if isinstance(value, dates.date | dates.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, dict | list | dates.timedelta) else value
