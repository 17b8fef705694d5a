"""Where a workbook holds errors such as #N/A: the reader gives them as empty cells, so they are counted here.

Each format is scanned for its own mark of an error: an attribute in xlsx and ods, a record type in xlsb and xls.
"""

import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ERROR_WORDS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!"})
SHOWN = 10
Holds = Callable[[int, int], bool]
Place = tuple[int, int]
_BLOCK = 1 << 20
_LONGEST_TAG = 4_096
_NO_SECTOR = 0xFFFFFFF0
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*>")
_IS_ERROR = re.compile(rb"""\st=["']e["']""")
_PLACE = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")


@dataclass
class ErrorCells:
    """How many cells hold an error, and the first of them: row and column, counted from zero."""

    count: int = 0
    first: list[Place] = field(default_factory=list)

    def add(self, place: Place | None) -> None:
        self.count += 1
        if place is not None and len(self.first) < SHOWN:
            self.first.append(place)


def find_errors(path: Path, index: int, holds: Holds) -> ErrorCells:
    """Count the error cells of a sheet in the part of it that counts.

    Parameters
    ----------
    index
        The sheet's place among all sheets of the workbook.
    holds
        Whether a row and a column belong to that part.
    """
    found = ErrorCells()
    with suppress(zipfile.BadZipFile, KeyError, IndexError, ValueError, struct.error, OSError):
        for place in _places(path, index):
            if place is None or holds(*place):
                found.add(place)
    return found


def _places(path: Path, index: int) -> Iterator[Place | None]:
    if not zipfile.is_zipfile(path):
        yield from _in_xls(path, index)
        return
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            with archive.open(_sheet_part(archive, _xml_sheets(archive), index, "xl/workbook.xml")) as sheet:
                yield from _in_xml(sheet)
        elif "xl/workbook.bin" in names:
            with archive.open(_sheet_part(archive, _binary_sheets(archive), index, "xl/workbook.bin")) as sheet:
                yield from _in_records(sheet)
        elif "content.xml" in names:
            with archive.open("content.xml") as content:
                yield from _in_ods(content, index)


def _sheet_part(archive: zipfile.ZipFile, sheets: list[str], index: int, book: str) -> str:
    relations = archive.read(f"xl/_rels/{Path(book).name}.rels").decode("utf-8", "replace")
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", relations):
        of = dict(re.findall(r"""\s(Id|Target)=["']([^"']*)["']""", tag))
        targets[of.get("Id")] = of.get("Target", "")
    target = targets[sheets[index]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _xml_sheets(archive: zipfile.ZipFile) -> list[str]:
    text = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    tags = re.findall(r"<(?:\w+:)?sheet\s[^>]*>", text)
    return [match[1] if (match := re.search(r"""\s\w+:id=["']([^"']*)["']""", tag)) else "" for tag in tags]


def _binary_sheets(archive: zipfile.ZipFile) -> list[str]:
    with archive.open("xl/workbook.bin") as stream:
        found = [body for kind, body in _records(stream) if kind == 156]
    ids = []
    for body in found:
        (length,) = struct.unpack_from("<I", body, 8)
        ids.append(body[12 : 12 + 2 * length].decode("utf-16-le"))
    return ids


def _tags(stream: IO[bytes], pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(_BLOCK):
        text, end = rest + block, 0
        for match in pattern.finditer(text):
            end = match.end()
            yield match.group()
        rest = text[max(end, len(text) - _LONGEST_TAG) :]


def _in_xml(stream: IO[bytes]) -> Iterator[Place | None]:
    for tag in _tags(stream, _CELL):
        if _IS_ERROR.search(tag):
            place = _PLACE.search(tag)
            yield (int(place[2]) - 1, _column(place[1])) if place else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _in_ods(stream: IO[bytes], index: int) -> Iterator[None]:
    pattern = re.compile(rb"<table:table\s[^>]*>|<table:table-cell\s[^>]*>")
    table = -1
    for tag in _tags(stream, pattern):
        if tag.startswith(b"<table:table "):
            table += 1
        elif table == index and b'calcext:value-type="error"' in tag:
            repeated = re.search(rb'number-columns-repeated="([0-9]{1,5})"', tag)
            yield from [None] * (int(repeated[1]) if repeated else 1)


def _records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The records of a binary workbook ([MS-XLSB] 2.1.4): type and length in groups of seven bits."""
    while head := stream.read(1):
        kind = head[0]
        if kind & 0x80:
            kind = (kind & 0x7F) | (stream.read(1)[0] << 7)
        length = 0
        for shift in range(0, 28, 7):
            byte = stream.read(1)[0]
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield kind, stream.read(length)


def _in_records(stream: IO[bytes]) -> Iterator[Place]:
    row = 0
    for kind, body in _records(stream):
        if kind == 0:
            (row,) = struct.unpack_from("<I", body)
        elif kind in (3, 11):
            yield row, struct.unpack_from("<I", body)[0]


def _in_xls(path: Path, index: int) -> Iterator[Place]:
    book = _compound_stream(path.read_bytes())
    sheets = [struct.unpack_from("<I", body)[0] for kind, body in _biff(book, 0) if kind == 0x85]
    for kind, body in _biff(book, sheets[index]):
        is_value = kind == 0x205 and body[7] == 1
        is_formula = kind == 0x06 and body[12:14] == b"\xff\xff" and body[6] == 2
        if is_value or is_formula:
            row, column = struct.unpack_from("<HH", body)
            yield row, column


def _biff(book: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    while position + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, position)
        yield kind, book[position + 4 : position + 4 + length]
        if kind == 0x0A:
            return
        position += 4 + length


def _compound_stream(data: bytes) -> bytes:
    """The stream ``Workbook`` of a compound file ([MS-CFB]); a small one lies among the short sectors."""
    shift, short_shift = struct.unpack_from("<HH", data, 30)
    first_directory, _, cutoff, first_short = struct.unpack_from("<4I", data, 48)
    size = 1 << shift
    following = _sector_table(data, size)

    def chain(first: int) -> bytes:
        return b"".join(data[(number + 1) * size : (number + 2) * size] for number in _chain(following, first))

    directory = chain(first_directory)
    entries = [directory[at : at + 128] for at in range(0, len(directory), 128)]
    named = {entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)]: entry for entry in entries}
    found = named.get("Workbook".encode("utf-16-le")) or named["Book".encode("utf-16-le")]
    first, length = struct.unpack_from("<II", found, 116)
    if length >= cutoff:
        return chain(first)[:length]
    content, table = chain(struct.unpack_from("<I", entries[0], 116)[0]), chain(first_short)
    short = 1 << short_shift
    numbers = _chain(struct.unpack(f"<{len(table) // 4}I", table), first)
    return b"".join(content[number * short : (number + 1) * short] for number in numbers)[:length]


def _sector_table(data: bytes, size: int) -> tuple[int, ...]:
    """Which sector follows each one: the table itself is listed in the header, and in a chain of further lists."""
    numbers = list(struct.unpack_from("<109I", data, 76))
    (more,) = struct.unpack_from("<I", data, 68)
    for _ in range(len(data) // size):
        if more >= _NO_SECTOR:
            break
        listed = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        numbers += listed[:-1]
        more = listed[-1]
    table = b"".join(data[(number + 1) * size : (number + 2) * size] for number in numbers if number < _NO_SECTOR)
    return struct.unpack(f"<{len(table) // 4}I", table)


def _chain(following: Sequence[int], first: int) -> Iterator[int]:
    for _ in range(len(following)):
        if first >= len(following):
            return
        yield first
        first = following[first]
