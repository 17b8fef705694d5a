"""A file being read: its schema first, then its rows in batches, and then all that was noticed."""

import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from engine.findings import Finding
from engine.reading.left_out import LeftOut
from engine.reading.read_as import Column, ColumnType, ReadAs, Rejected, Sheet
from engine.reading.scratch import PREFIX, scratch

if TYPE_CHECKING:
    from engine.reading.column_types import TypedColumn

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "int64": pa.int64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


Tell = Callable[[float], None]
"""Is told which share of the looking is done, before the first row is there."""


def untold(_share: float) -> None:
    """Nobody asks how far it is."""


def part_of(tell: Tell, begin: float, end: float) -> Tell:
    """Who is told how far a part of the looking is, as a share of all of it."""
    return untold if tell is untold else lambda share: tell(begin + (end - begin) * share)


class Workspace:
    """A private directory that goes away with the reading, and who is told how far that is."""

    def __init__(self, tell: Tell = untold) -> None:
        self.tell = tell
        self._directory = tempfile.TemporaryDirectory(prefix=PREFIX, dir=scratch(), ignore_cleanup_errors=True)
        self.path = Path(self._directory.name)
        self.kept: dict[str, Any] = {}
        """What one step of the reading found out for the next."""

    def part(self, begin: float, end: float) -> Tell:
        """Who is told how far a part of the looking is."""
        return part_of(self.tell, begin, end)

    def link(self, path: Path) -> Path:
        """Give a file a name that no reader takes for a pattern."""
        link = self.path / "input"
        link.symlink_to(path.resolve())
        return link

    def close(self) -> None:
        self._directory.cleanup()


def _no_more() -> Iterator[pa.RecordBatch]:
    return iter(())


class Reading:
    """The rows of a file.

    Parameters
    ----------
    read_as
        How the file is read.
    columns
        Names and types.
    batches
        Called once, gives the batches.
    findings, rejected
        Lists that may grow until the last batch was given.
    workspace
        Closed behind the last batch, and by `close`.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of every batch; known before the first row.
    rejected_count : int
        All rejected lines; `rejected` keeps the first thousand.
    rows : int
        How many rows will come; None where nobody knows.
    left_out : LeftOut
        All rejected lines, in a file; it outlives the reading.
    sheets : tuple of Sheet
        What a workbook has to choose from.
    date_formats : dict
        How the dates of a column were read, by its name.
    empty : frozenset of str
        Columns without any value: their type says nothing.
    """

    def __init__(
        self,
        read_as: ReadAs,
        columns: Sequence[Column],
        batches: Callable[[], Iterator[pa.RecordBatch]],
        findings: list[Finding],
        rejected: list[Rejected],
        workspace: Workspace,
    ) -> None:
        self.read_as = read_as
        self.columns = tuple(columns)
        self.schema = pa.schema([(column.name, ARROW_TYPES[column.type]) for column in columns])
        self.rejected_count = len(rejected)
        self.rows: int | None = None
        self.left_out: LeftOut | None = None
        self.sheets: tuple[Sheet, ...] = ()
        self.date_formats: dict[str, str] = {}
        self.empty: frozenset[str] = frozenset()
        self._make_batches = batches
        self._findings = findings
        self._rejected = rejected
        self._workspace = workspace

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        return tuple(self._rejected)

    def notice_columns(self, columns: Sequence["TypedColumn"]) -> None:
        """Keep what is known of the columns beside their types."""
        self.date_formats = {column.name: column.date_format for column in columns if column.date_format}
        self.empty = frozenset(column.name for column in columns if column.is_empty)

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """Yield the rows once, in the order of the file."""
        # What was staged for them is let go with the last one: it may be as large as the file.
        make, self._make_batches = self._make_batches, _no_more
        try:
            yield from make()
        finally:
            self.close()

    def close(self) -> None:
        """Remove temporary files; safe to call twice."""
        self._workspace.close()

    def __enter__(self) -> "Reading":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
