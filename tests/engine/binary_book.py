"""A small xlsb workbook, written record by record ([MS-XLSB]): no library writes this format."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

ERRORS = {"#N/A": 0x2A, "#DIV/0!": 0x07}
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
    'Target="{target}"/></Relationships>'
)


def write_binary_book(path: Path, sheet: str, rows: Sequence[Sequence[object]]) -> None:
    """Write one sheet; a text that is the word of an error becomes an error cell."""
    name = _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text(sheet))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, len(rows[0]) - 1)
    cells = b"".join(_record(0, struct.pack("<I", i) + b"\0" * 13) + _cells(row) for i, row in enumerate(rows))
    body = _record(129, b"") + _record(148, size) + _record(145, b"") + cells + _record(146, b"") + _record(130, b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _RELATIONS.format(kind="officeDocument", target="xl/workbook.bin"))
        book.writestr("xl/_rels/workbook.bin.rels", _RELATIONS.format(kind="worksheet", target="worksheets/sheet1.bin"))
        book.writestr(
            "xl/workbook.bin", _record(131, b"") + _record(143, b"") + name + _record(144, b"") + _record(132, b"")
        )
        book.writestr("xl/worksheets/sheet1.bin", body)


def _cells(row: Sequence[object]) -> bytes:
    return b"".join(_cell(struct.pack("<II", column, 0), value) for column, value in enumerate(row))


def _cell(place: bytes, value: object) -> bytes:
    if isinstance(value, bool):
        return _record(4, place + bytes([value]))
    if isinstance(value, int | float):
        return _record(5, place + struct.pack("<d", value))
    if value in ERRORS:
        return _record(3, place + bytes([ERRORS[str(value)]]))
    return _record(6, place + _text(str(value))) if value is not None else b""


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, rest = b"", len(body)
    while True:
        length += bytes([rest & 0x7F | (0x80 if rest > 0x7F else 0)])
        rest >>= 7
        if not rest:
            return head + length + body
