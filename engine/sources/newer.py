"""Only the rows of a source that are newer than what a dataset has.

What is newer is told by a column that only grows: a number, a date, a time, or text that sorts like one. The greatest
value that the dataset has is the mark. Several rows may have that very value, and some of them may have come later; so
rows *at* the mark are asked for too, and those among them that the dataset has already are taken out, each as often as
it is there.

A source that can leave old rows out where it is read, as a database can, does so by a method `newer_than`, which
`Narrowing` describes. Whatever a source gives is looked at here once more, so that a source may give too much.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from components.sql.beyond import beyond
from components.sql.foreign import dialect_of
from engine.errors import DataError
from engine.findings import Finding
from engine.reading.read_as import Rejected
from engine.reading.reading import Tell, untold
from engine.sources.database import asked
from engine.sources.elsewhere import QuerySource, TableSource
from engine.sources.incoming import Batches, Incoming
from engine.sources.opening import open_source
from engine.sources.source import DataSource
from engine.workspace import Workspace
from storage.table_rules import ROW_ID

Value = int | float | str | date | datetime
Rows = Callable[[], Iterator[pa.RecordBatch]]
GROWING = ("int", "uint", "float", "double", "decimal", "date", "timestamp", "string", "large_string")
"""Beginnings of the types of columns that can tell what is newer."""


@dataclass(frozen=True)
class Watermark:
    """The greatest value that was seen of a column that grows.

    Parameters
    ----------
    value
        As Python has it: a number, a text, a date, or a time in UTC without a zone.
    """

    column: str
    value: Value


@contextmanager
def open_newer(
    workspace: Workspace,
    source: DataSource,
    overrides: Mapping[str, Any],
    mark: Watermark,
    files: Sequence[Path],
    tell: Tell = untold,
) -> Iterator[Incoming]:
    """The rows of a source beyond a mark, read while they are asked for.

    Parameters
    ----------
    files
        The Parquet files of what the dataset has: its rows at the mark are not new.
    tell
        Is told which share of a long look at a file is done.

    Raises
    ------
    DataError
        When the source has no such column, or one that cannot be compared with the mark.
    UnreadableFile, StorageError
    """
    with open_source(workspace, _narrowed(workspace, source, overrides, mark), overrides, tell) as incoming:
        newer = _Newer(incoming.reading, mark, lambda: _rows_at(files, mark))
        # How many rows there are altogether says nothing about how many are new.
        yield replace(incoming, reading=newer, rows=None, told=source.told)


def _narrowed(workspace: Workspace, source: DataSource, overrides: Mapping[str, Any], mark: Watermark) -> DataSource:
    # A column that a person wants read as something else cannot be compared where it is still what it was.
    is_other = mark.column in (overrides.get("types") or {})
    if is_other or not isinstance(source, TableSource | QuerySource):
        return source
    foreign, query = asked(workspace, source)
    less = beyond(query, dialect_of(foreign.kind), mark.column, mark.value)
    return QuerySource(connection=source.connection, sql=less) if less else source


def greatest(files: Sequence[Path], column: str) -> Value | None:
    """The greatest value of a column in Parquet files; None where it has none.

    Raises
    ------
    DataError
        When there is no such column.
    """
    most = None
    for path in files:
        file = pq.ParquetFile(path)
        if column not in file.schema_arrow.names:
            raise _no_column(column, "The dataset", file.schema_arrow.names)
        found = (pc.max(batch.column(0)).as_py() for batch in file.iter_batches(columns=[column]))
        most = max((one for one in (most, *found) if one is not None), default=None)
    return most


def can_grow(type_name: str) -> bool:
    """Whether a column of this type can tell what is newer."""
    return type_name.startswith(GROWING)


class _Newer:
    """Batches without the rows that are not new."""

    def __init__(self, inner: Batches, mark: Watermark, known: Rows) -> None:
        self.schema = inner.schema
        self._inner = inner
        self._mark = mark
        self._known = known
        self._without = 0
        if mark.column not in self.schema.names:
            raise _no_column(mark.column, "The source", self.schema.names)
        self._value = _as_type(mark, self.schema.field(mark.column).type)

    @property
    def rejected_count(self) -> int:
        """Lines that could not be read."""
        return self._inner.rejected_count

    @property
    def rejected(self) -> Sequence[Rejected]:
        """Lines that could not be read; the first thousand."""
        return self._inner.rejected

    @property
    def findings(self) -> Sequence[Finding]:
        """What was noticed so far, rows without a value among it."""
        if not self._without:
            return self._inner.findings
        rows = "1 row has" if self._without == 1 else f"{self._without:,} rows have"
        missing = Finding(
            code="no_watermark",
            severity="warning",
            column=self._mark.column,
            message=f"{rows} no {self._mark.column}. Nobody can tell what is new among them, so they were left out.",
            fix="Fill the column at the source, or sync the whole table.",
            detail={"count": self._without},
        )
        return [*self._inner.findings, missing]

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """The new rows, once."""
        known = _Known(self._known(), self.schema)
        batches = self._inner.batches()
        try:
            for batch in batches:
                column = batch.column(self._mark.column)
                self._without += column.null_count
                newer = batch.filter(pc.greater(column, self._value))
                at_mark = batch.filter(pc.equal(column, self._value))
                fresh = known.without(at_mark) if at_mark.num_rows else at_mark
                yield from (one for one in (fresh, newer) if one.num_rows)
        finally:
            batches.close()


class _Known:
    """Rows that the dataset has at the mark; each takes one equal row away."""

    def __init__(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
        self._schema = schema
        self._names: list[str] | None = None
        self._left: Counter[tuple[Any, ...]] = Counter()
        for batch in batches:
            self._names = [name for name in schema.names if name in batch.schema.names]
            self._left.update(self._rows(batch))

    def without(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without rows that are known."""
        if not self._left:
            return batch
        keep = []
        for row in self._rows(batch):
            is_known = self._left[row] > 0
            self._left[row] -= is_known
            keep.append(not is_known)
        return batch.filter(pa.array(keep, pa.bool_()))

    def _rows(self, batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
        # In the types of the source, so that 1 and 1.0 are one value whichever side had which.
        columns = [_cast(batch.column(name), self._schema.field(name).type) for name in self._names or ()]
        return zip(*columns, strict=True)


def _cast(array: pa.Array, kind: pa.DataType) -> list[Any]:
    try:
        values = array.cast(kind, safe=False).to_pylist()
    except pa.ArrowException:  # a column that became something else: then no row is the same
        values = array.to_pylist()
    return [None if isinstance(value, float) and isnan(value) else value for value in values]


def _rows_at(files: Sequence[Path], mark: Watermark) -> Iterator[pa.RecordBatch]:
    data = ds.dataset([str(path) for path in files], format="parquet")
    value = _as_type(mark, data.schema.field(mark.column).type)
    names = [name for name in data.schema.names if name != ROW_ID]
    yield from data.to_batches(columns=names, filter=ds.field(mark.column) == value)


def _as_type(mark: Watermark, kind: pa.DataType) -> pa.Scalar:
    unlike = DataError(
        f"The column {mark.column} is {kind} now, and the greatest value so far is {mark.value}: what is newer cannot "
        "be told.",
        hint="Have the source give what it gave before, or let the sync take the whole table.",
        field=mark.column,
    )
    value = pa.scalar(mark.value)
    if _family(value.type) != _family(kind):
        raise unlike
    try:
        return value.cast(kind)
    except pa.ArrowException as error:
        raise unlike from error


def _family(kind: pa.DataType) -> str:
    """What can be compared with each other: a date with a time, but no number with a text."""
    if pa.types.is_temporal(kind):
        return "time"
    return "number" if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) else "text"


def _no_column(column: str, whose: str, names: Sequence[str]) -> DataError:
    return DataError(
        f"{whose} has no column {column}, by which what is new is told.",
        hint=f"Choose one of {', '.join(name for name in names[:12] if name != ROW_ID)}.",
        field=column,
    )
