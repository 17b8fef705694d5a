"""A sheet of a workbook as a grid of texts, each with the kind of value that it was; made in a process of its own."""

import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from engine.reading.book_errors import ERROR_WORDS, ErrorCells, find_errors
from engine.reading.errors import EmptyFile, TooBig, UnreadableFile, UnsupportedFormat
from engine.reading.limits import CELLS_PER_CHUNK, MAX_BOOK_BYTES, MAX_COLUMNS
from engine.reading.packed import measure_parts

LINE = "line"
"""The column with the number of the sheet's row; the first is 1."""
Row = list[Any]
Area = tuple[tuple[int, int], tuple[int, int]]
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?(?::\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?)?")
_FAR = 1 << 24


class Kind(IntEnum):
    """What a cell holds."""

    EMPTY, TEXT, INT, FLOAT, BOOLEAN, DATE, MOMENT, TIME, ERROR = range(9)


@dataclass(frozen=True)
class Part:
    """A part of a sheet: first and last row and column, counted from zero."""

    top: int = 0
    left: int = 0
    bottom: int = _FAR
    right: int = _FAR

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


def write_grid(
    path: str, folder: str, name: str, sheet: str | None, cell_range: str | None, most_rows: int | None
) -> dict[str, Any]:
    """Write the rows of a sheet that hold something to ``<folder>/<name>``, an Arrow file.

    Its columns are `LINE`, the texts ``c0``, ``c1``, … and their kinds ``k0``, ``k1``, …

    Returns
    -------
    dict
        ``sheets, sheet, width, rows, merged, errors, error_cells, is_whole``

    Raises
    ------
    UnreadableFile
    """
    part = parse_range(cell_range)
    book = _open(Path(path))
    shown, chosen = _choose(book, sheet)
    is_blank = chosen.start is None or chosen.end is None
    if is_blank:
        raise EmptyFile(f"The sheet {chosen.name!r} is empty.", hint=f"Choose another one of {_listed(shown)}.")
    (top, left), (bottom, right) = chosen.start, chosen.end  # type: ignore[misc]  # looked at above
    part = Part(max(part.top, top), max(part.left, left), min(part.bottom, bottom), min(part.right, right))
    if part.top > part.bottom or part.left > part.right:
        raise EmptyFile(
            f"The cell range {cell_range} of the sheet {chosen.name!r} is empty.",
            hint=f"The sheet is filled from {cell_name(top, left)} to {cell_name(bottom, right)}.",
            field="cell_range",
        )
    width = part.right - part.left + 1
    if width > MAX_COLUMNS:
        raise TooBig(
            f"The sheet has {width:,} columns; at most {MAX_COLUMNS:,} can be read.", hint="Choose a cell range."
        )
    merged = [area for area in chosen.merged_cell_ranges or () if part.holds(*area[0])]
    rows = _with_merged(_rows_of(chosen, part), merged, part)
    written = _write(rows, width, Path(folder) / name, most_rows)
    errors = find_errors(Path(path), [meta.name for meta in book.sheets_metadata].index(chosen.name), part.holds)
    return {
        "sheets": shown,
        "sheet": chosen.name,
        "width": width,
        "left": part.left,
        "merged": len(merged),
        **written,
        **_told(errors, written["error_words"], part),
    }


def parse_range(text: str | None) -> Part:
    """Read a cell range; what is left open reaches to the end.

    >>> parse_range("B3:D10")
    Part(top=2, left=1, bottom=9, right=3)
    >>> parse_range("B:D").left, parse_range("C5").top
    (1, 4)
    """
    if not text:
        return Part()
    found = _RANGE.fullmatch(text.replace(" ", ""))
    if found is None or not any(found.groups()):
        raise UnreadableFile(
            f"{text!r} is no cell range.", hint="Write it like B3:H200, B:H, or B3.", field="cell_range"
        )
    left, top, right, bottom = found.groups()
    return Part(
        int(top) - 1 if top and int(top) else 0,
        _column_number(left) if left else 0,
        int(bottom) - 1 if bottom else _FAR,
        _column_number(right) if right else _FAR,
    )


def cell_name(row: int, column: int) -> str:
    """The name of a cell, from its place counted from zero.

    >>> cell_name(0, 0), cell_name(9, 27)
    ('A1', 'AB10')
    """
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _open(path: Path) -> calamine.CalamineWorkbook:
    try:
        if zipfile.is_zipfile(path):
            measure_parts(path, MAX_BOOK_BYTES)
        return calamine.load_workbook(str(path))
    except calamine.PasswordError as error:
        raise UnreadableFile(
            "The workbook is protected by a password.", hint="Save a copy without a password, and import that."
        ) from error
    except (calamine.CalamineError, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError) as error:
        raise _damaged(path) from error
    except RuntimeError as error:  # a part of the archive wants a password
        raise UnreadableFile("The workbook is encrypted.", hint="Save a copy without a password.") from error


def _damaged(path: Path) -> UnreadableFile:
    with path.open("rb") as file:
        head = file.read(4096)
    if b"EncryptedPackage".decode().encode("utf-16-le") in head:
        return UnreadableFile("The workbook is protected by a password.", hint="Save a copy without a password.")
    return UnreadableFile(
        "The workbook is damaged or no workbook at all.",
        hint="Open it in the program that made it, save it again, and import that; or save the sheet as CSV.",
    )


def _choose(book: calamine.CalamineWorkbook, wanted: str | None) -> tuple[list[dict[str, Any]], calamine.CalamineSheet]:
    tables = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    shown = [{"name": meta.name, "hidden": meta.visible != calamine.SheetVisibleEnum.Visible} for meta in tables]
    names = [str(meta["name"]) for meta in shown]
    if not names:
        raise UnsupportedFormat("The workbook has no sheet with cells.", hint="Export the table as CSV.")
    if wanted is not None and wanted not in names:
        raise UnreadableFile(
            f"The workbook has no sheet {wanted[:100]!r}.", hint=f"It has {_listed(shown)}.", field="sheet"
        )
    visible = [str(meta["name"]) for meta in shown if not meta["hidden"]] or names
    found = None
    for name in [wanted] if wanted is not None else visible:
        found = _sheet(book, name)
        if found.start is not None:
            break
    assert found is not None  # noqa: S101  there is at least one name
    return shown, found


def _sheet(book: calamine.CalamineWorkbook, name: str) -> calamine.CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except calamine.CalamineError as error:
        raise UnreadableFile(
            f"The sheet {name[:100]!r} is damaged.", hint="Save the workbook again, or save the sheet as CSV."
        ) from error


def _listed(shown: Sequence[dict[str, Any]]) -> str:
    names = [repr(str(one["name"])[:60]) for one in shown]
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _rows_of(sheet: calamine.CalamineSheet, part: Part) -> Iterator[tuple[int, Row]]:
    """The rows of a part: the reader begins with the sheet's first row, but with the first column that is filled."""
    _, left = sheet.start or (0, 0)
    for number, row in enumerate(sheet.iter_rows()):
        if number > part.bottom:
            return
        if number >= part.top:
            yield number, row[part.left - left : part.right - left + 1]


def _with_merged(rows: Iterator[tuple[int, Row]], areas: Sequence[Area], part: Part) -> Iterator[tuple[int, Row]]:
    """Give every cell of a merged area the value that is seen there; the file has it in the first one only."""
    coming = deque(sorted(areas))
    active: list[tuple[Area, Any]] = []
    for number, row in rows:
        active = [one for one in active if one[0][1][0] >= number]
        while coming and coming[0][0][0] <= number:
            area = coming.popleft()
            active.append((area, row[area[0][1] - part.left] if area[0][0] == number else ""))
        for (start, end), value in active:
            for column in range(start[1], min(end[1], part.right) + 1):
                row[column - part.left] = value
        yield number, row


def _write(rows: Iterator[tuple[int, Row]], width: int, path: Path, most: int | None) -> dict[str, Any]:
    texts = [(f"c{i}", pa.string()) for i in range(width)]
    kinds = [(f"k{i}", pa.int8()) for i in range(width)]
    schema = pa.schema([(LINE, pa.int64()), *texts, *kinds])
    filled = ((number, row) for number, row in rows if width == 1 or any(cell != "" for cell in row))
    count = error_words = 0
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        size = max(1, min(50_000, CELLS_PER_CHUNK // width))
        while chunk := list(islice(filled, size if most is None else min(size, most - count))):
            numbers = pa.array([number + 1 for number, _ in chunk], pa.int64())
            cells = [[_cell(value) for value in column] for column in zip(*(row for _, row in chunk), strict=True)]
            found = [pa.array([kind for _, kind in column], pa.int8()) for column in cells]
            error_words += sum(kind == Kind.ERROR for column in cells for _, kind in column)
            words = [pa.array([text for text, _ in column], pa.string()) for column in cells]
            writer.write_batch(pa.record_batch([numbers, *words, *found], schema=schema))
            count += len(chunk)
        is_whole = next(filled, None) is None
    return {"rows": count, "is_whole": is_whole, "error_words": error_words}


def _cell(value: Any) -> tuple[str | None, Kind]:  # noqa: PLR0911  one line for each kind
    match value:
        case "":
            return None, Kind.EMPTY
        case str():
            return (None, Kind.ERROR) if value in ERROR_WORDS else (value, Kind.TEXT)
        case bool():
            return ("true" if value else "false"), Kind.BOOLEAN
        case int():
            return str(value), Kind.INT if abs(value) < 2**63 else Kind.TEXT
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value)), Kind.INT
        case float():
            return repr(value), Kind.FLOAT
        case datetime():
            return value.isoformat(" "), Kind.MOMENT
        case date():
            return value.isoformat(), Kind.DATE
        case time():
            return value.isoformat(), Kind.TIME
        case timedelta():
            return _duration(value), Kind.TIME
    return str(value), Kind.TEXT


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _told(errors: ErrorCells, words: int, part: Part) -> dict[str, Any]:
    names = [cell_name(row, column) for row, column in errors.first if part.holds(row, column)]
    return {"errors": max(errors.count, words), "error_cells": names}
