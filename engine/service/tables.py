"""Rows for a screen: a page of a Parquet file, in values that JSON has."""

import base64
import datetime as dates
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.schema as sch
import pyarrow as pa
import pyarrow.parquet as pq

from components.ports import ROW, is_reserved, kind_of
from engine.service.views import TableView

MOST_ROWS = 1_000


def read_page(paths: Sequence[Path], offset: int = 0, limit: int = 100) -> TableView:
    """A page of a table, without the reserved columns.

    Parameters
    ----------
    limit
        At most 1,000.
    """
    schema = pq.read_schema(paths[0])
    names = [name for name in schema.names if not is_reserved(name)]
    total = sum(pq.read_metadata(path).num_rows for path in paths)
    relation = _relation(paths).project(", ".join('"' + name.replace('"', '""') + '"' for name in names))
    table = relation.limit(min(limit, MOST_ROWS), offset).to_arrow_table() if names else pa.table({})
    return as_view(table, total, offset)


def read_rows(paths: Sequence[Path], ids: Sequence[int], first: Sequence[str] = ()) -> TableView:
    """The rows with these ids, in this order.

    Parameters
    ----------
    first
        Columns that come before the others.
    """
    names = [name for name in pq.read_schema(paths[0]).names if not is_reserved(name)]
    ordered = [*(name for name in first if name in names), *(name for name in names if name not in first)]
    rows = _relation(paths).filter(f"{ROW} IN ({', '.join(map(str, map(int, ids)))})" if ids else "false")
    projected = ", ".join('"' + name.replace('"', '""') + '"' for name in ordered)
    return as_view(rows.order(ROW).project(projected).to_arrow_table(), len(ids))


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


def _relation(paths: Sequence[Path]) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    return connection.read_parquet([str(path) for path in paths])
