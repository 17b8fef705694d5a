"""Rows of a database: a table or one SELECT, streamed, with every value that had to change counted."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from components.sql.foreign import read_only, whole_table
from engine.errors import DataError
from engine.findings import Finding
from engine.reading.names import settle_names
from engine.reading.read_as import Column, ColumnType, Rejected
from engine.sources.elsewhere import QuerySource, TableSource
from engine.sources.imposed import Imposed
from engine.sources.incoming import Incoming
from engine.workspace import Workspace
from storage.foreign import Answer, Foreign, answered, count_rows, list_tables

COUNT_SECONDS = 5.0
LOOK_SECONDS = 30.0
PREVIEW_ROWS = 100
TYPES: Mapping[pa.DataType, ColumnType] = {
    pa.int64(): "int64",
    pa.float64(): "float64",
    pa.bool_(): "boolean",
    pa.string(): "string",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
}
ODDITIES = {
    "rounded": (
        "rounded_numbers",
        "warning",
        "{count} numbers have more digits than a number keeps here (15) and were rounded.",
        "Import the column as text: CAST({name} AS CHAR) in a query.",
    ),
    "bytes": ("bytes_as_text", "info", "{count} values are bytes; they are kept as hexadecimal digits.", None),
    "no_date": (
        "impossible_dates",
        "warning",
        "{count} values are no date of the calendar (0000-00-00, infinity, before Christ) and became missing.",
        "Import the column as text: CAST({name} AS CHAR) in a query.",
    ),
    "zone": ("times_in_utc", "info", "Its times have a zone; they are kept in UTC.", None),
}


class Look(BaseModel):
    """How a database's rows would come, before they are imported: as an `Inspection` tells it of a file."""

    model_config = ConfigDict(frozen=True)

    read_as: dict[str, Any]
    columns: tuple[Column, ...]
    preview: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    sheets: tuple[str, ...] = ()
    date_formats: dict[str, str] = {}
    empty: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    rejected_count: int = 0


class DatabaseRows:
    """The rows of an answer, in the types that a person chose; read once.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of every batch.
    """

    rejected: Sequence[Rejected] = ()
    rejected_count = 0

    def __init__(self, answer: Answer, imposed: Imposed) -> None:
        self._answer = answer
        self._imposed = imposed
        self.schema = imposed.schema(answer.schema)

    @property
    def findings(self) -> list[Finding]:
        """What had to change, column by column."""
        odd = [_odd(column.name, kind, count) for column in self._answer.columns for kind, count in column.odd.items()]
        return [*(one for one in odd if one is not None), *self._imposed.findings]

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """The rows, once.

        Raises
        ------
        StorageError
        """
        for batch in self._answer.batches():
            yield self._imposed.batch(batch, self.schema)


@contextmanager
def open_rows(
    workspace: Workspace, source: TableSource | QuerySource, overrides: Mapping[str, Any] | None = None
) -> Iterator[Incoming]:
    """The rows of a table or a query, read while they are asked for.

    Parameters
    ----------
    overrides
        ``types``: what a person wants columns to be.

    Raises
    ------
    StorageError, RefusedExpression, InvalidSetting, DataError
    """
    imposed = Imposed(_types(overrides))
    foreign, query = asked(workspace, source)
    workspace.outside.note_use(source.connection)
    rows = _expected(foreign, source, query)
    names = _Names()
    seconds = workspace.settings.run_timeout_seconds
    with answered(foreign, query, seconds, names.settled, look_through=True) as answer:
        told = {"format": "database", "query": query, **({"types": dict(imposed.types)} if imposed.types else {})}
        reading = DatabaseRows(answer, imposed)
        yield Incoming(reading, source.told, told, rows=rows, noticed=names.findings)


def look_at_rows(
    workspace: Workspace, source: TableSource | QuerySource, overrides: Mapping[str, Any] | None = None
) -> Look:
    """The first rows of a table or a query.

    Raises
    ------
    StorageError, RefusedExpression, InvalidSetting, DataError
    """
    imposed = Imposed(_types(overrides))
    foreign, query = asked(workspace, source)
    workspace.outside.note_use(source.connection)
    names = _Names()
    with answered(foreign, query, LOOK_SECONDS, names.settled) as answer:
        reading = DatabaseRows(answer, imposed)
        first = next(reading.batches())
    return Look(
        read_as={"format": "database", "query": query},
        columns=tuple(Column(name=field.name, type=TYPES[field.type]) for field in reading.schema),
        preview=tuple(first.slice(0, PREVIEW_ROWS).to_pylist()),
        findings=(*names.findings, *reading.findings),
    )


class _Names:
    """What the columns are called here, and what was noticed about that."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def settled(self, given: list[str]) -> list[str]:
        names, self.findings = settle_names(given)
        return names


def asked(workspace: Workspace, source: TableSource | QuerySource) -> tuple[Foreign, str]:
    """The database, and the query that is sent to it.

    Raises
    ------
    NotFound, RefusedExpression
    """
    foreign = workspace.outside.foreign(source.connection)
    if isinstance(source, TableSource):
        return foreign, whole_table(source.table, source.folder, foreign.kind)
    return foreign, read_only(source.sql, foreign.kind)


def _expected(foreign: Foreign, source: TableSource | QuerySource, query: str) -> int | None:
    """How many rows will come: counted where that is quick, else what the database itself believes."""
    counted = count_rows(foreign, query, COUNT_SECONDS)
    if counted is not None or isinstance(source, QuerySource):
        return counted
    return next((it.rows for it in list_tables(foreign) if (it.folder, it.name) == (source.folder, source.table)), None)


def _types(overrides: Mapping[str, Any] | None) -> dict[str, ColumnType]:
    try:
        return TypeAdapter(dict[str, ColumnType]).validate_python((overrides or {}).get("types", {}))
    except ValidationError as error:
        raise DataError(f"A type is none: {error.errors()[0]['msg']}.", hint="Choose another one.") from None


def _odd(name: str, kind: str, count: int) -> Finding | None:
    if not count:
        return None
    code, severity, message, fix = ODDITIES[kind]
    return Finding(
        code=code,
        severity=severity,
        column=name,
        message=message.format(count=f"{count:,}"),
        fix=fix.format(name=name) if fix else None,
        detail={"count": count},
    )
