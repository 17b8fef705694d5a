"""Files of statistics programs, read by pyreadstat in a process of its own and written down as Arrow files."""

import math
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.reading.errors import TooBig, UnreadableFile, UnsupportedFormat
from engine.reading.limits import MAX_COLUMNS

CELLS_PER_PART = 2_000_000
EXAMPLES = 3
_EXACT = 2.0**53
INSTALL = 'pip install "canvasback[statistics]"'


def write_survey(path: str, folder: str, reader: str, encoding: str | None, most_rows: int | None) -> dict[str, Any]:
    """Write all rows to ``<folder>/part-<n>.arrow``, some at a time.

    Returns
    -------
    dict
        ``rows, parts, is_whole, columns``; a column has ``name, kinds, is_whole_number, labels, unlabelled``

    Raises
    ------
    UnreadableFile
    """
    source = _Source(path, reader, encoding)
    columns = [_Column(name, source.labels.get(name)) for name in source.names]
    if len(columns) > MAX_COLUMNS:
        raise TooBig(f"The file has {len(columns):,} columns; at most {MAX_COLUMNS:,} can be read.", hint="Keep fewer.")
    rows = parts = 0
    for cells in source.parts(most_rows):
        arrays = [column.array(values) for column, values in zip(columns, cells, strict=True)]
        part = pa.table(arrays, names=[f"c{i}" for i in range(len(arrays))])
        path = str(Path(folder) / f"part-{parts}.arrow")
        with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, part.schema) as writer:
            writer.write_table(part)
        rows, parts = rows + part.num_rows, parts + 1
    is_whole = most_rows is None or rows < most_rows
    return {"rows": rows, "parts": parts, "is_whole": is_whole, "columns": [column.told() for column in columns]}


def told_code(code: Any) -> str:
    """A code of an answer, as people write it.

    >>> told_code(3.0), told_code(1.5), told_code("m")
    ('3', '1.5', 'm')
    """
    return f"{code:.15g}" if isinstance(code, float) else str(code)


class _Source:
    def __init__(self, path: str, reader: str, encoding: str | None) -> None:
        try:
            import pyreadstat
        except ImportError as error:
            raise UnsupportedFormat(
                "Files of SPSS, SAS and Stata are read by the library pyreadstat, which is not installed.",
                hint=f"Install it with {INSTALL}, and start again.",
            ) from error
        self._path = path
        self._read = getattr(pyreadstat, f"read_{reader}")
        self._errors = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError)
        self._options = {"encoding": encoding} if encoding else {}
        # Of portable and transport files the head alone cannot be read.
        only_head = {"metadataonly": True} if reader not in ("por", "xport") else {"row_limit": 1}
        _, about = self._told(**only_head)
        self.names: list[str] = list(about.column_names)
        self.labels: dict[str, dict[Any, str]] = about.variable_value_labels

    def parts(self, most: int | None) -> Iterator[list[list[Any]]]:
        size = max(1_000, CELLS_PER_PART // max(len(self.names), 1))
        size = size if most is None else min(size, most)
        for start in count(0, size):
            cells, _ = self._told(row_offset=start, row_limit=size)
            values = [list(cells[name]) for name in self.names]
            if not values or not values[0]:
                return
            yield values
            if len(values[0]) < size or (most is not None and start + size >= most):
                return

    def _told(self, **options: Any) -> tuple[dict[str, Any], Any]:
        try:
            told: tuple[dict[str, Any], Any] = self._read(self._path, output_format="dict", **self._options, **options)
        except self._errors as error:
            is_text = "convert" in str(error).lower() or "encoding" in str(error).lower()
            raise UnreadableFile(
                f"The file cannot be read: {str(error)[:200]}.",
                hint="Choose its encoding, for example cp1252." if is_text else "Save it again, or export it as CSV.",
                field="encoding" if is_text else None,
            ) from error
        except (ValueError, UnicodeError, OverflowError) as error:
            raise UnreadableFile(
                f"The file holds a value that cannot be read: {str(error)[:200]}.",
                hint="Choose its encoding, or export it as CSV.",
            ) from error
        return told


class _Column:
    """What is learned of a column while it passes."""

    def __init__(self, name: str, labels: dict[Any, str] | None) -> None:
        self.name, self.labels = name, labels or {}
        self.kinds: set[str] = set()
        self.is_whole_number = True
        self.unlabelled = 0
        self.examples: list[str] = []

    def array(self, values: list[Any]) -> pa.Array:
        cells = [None if value == "" or value != value else value for value in values]  # noqa: PLR0124  not a number
        found = {type(value) for value in cells} - {type(None)}
        self.kinds |= {_kind(kind) for kind in found}
        if self.labels:
            self._look_for_labels(cells)
        if found <= {int, float}:
            self.is_whole_number &= all(value is None or _is_whole(value) for value in cells)
            return pa.array(cells, pa.float64())
        if found == {date}:
            return pa.array(cells, pa.date32())
        if found == {datetime}:
            return pa.array(cells, pa.timestamp("us"))
        return pa.array([None if cell is None else _text(cell) for cell in cells], pa.string())

    def _look_for_labels(self, cells: list[Any]) -> None:
        for cell in cells:
            if cell is not None and cell not in self.labels:
                self.unlabelled += 1
                if len(self.examples) < EXAMPLES and told_code(cell) not in self.examples:
                    self.examples.append(told_code(cell))

    def told(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kinds": sorted(self.kinds),
            "is_whole_number": self.is_whole_number,
            "labels": [[code, label] for code, label in self.labels.items()],
            "unlabelled": self.unlabelled,
            "examples": self.examples,
        }


def _kind(kind: type) -> str:
    return {int: "number", float: "number", date: "date", datetime: "moment"}.get(kind, "text")


def _is_whole(value: float) -> bool:
    return math.isfinite(value) and float(value).is_integer() and abs(value) < _EXACT


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
