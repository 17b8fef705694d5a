"""Rows as an Office Open XML workbook (ECMA-376) of one sheet, written as they come.

Texts are inline strings, which no program takes for formulas. No library that writes workbooks is needed anywhere else.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from engine.errors import DataError

MOST_ROWS, MOST_COLUMNS, LONGEST = 1_048_575, 16_384, 32_767
LARGEST = 10**15
"""Larger whole numbers would lose digits: a spreadsheet keeps fifteen."""
FIRST_DAY, LEAP_BUG = date(1899, 12, 30), date(1900, 3, 1)
"""Days are counted from here; before March 1900 they would be off by one."""
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LIKE_ESCAPES = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DATE, TIME = 1, 2

PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType='
    f'"{TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type='
    f'"{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type='
    f'"{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{OFFICE}/styles" Target='
    '"styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Rows" sheetId="1" '
    'r:id="r1"/></sheets></workbook>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss"/></numFmts><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>",
}


def write_spreadsheet(names: Sequence[str], count: int, rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write a workbook.

    Raises
    ------
    DataError
        When there are more rows, columns or letters than a sheet has room for.
    """
    if count > MOST_ROWS or len(names) > MOST_COLUMNS:
        raise DataError(
            f"A sheet has room for {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns; these are {count:,} and "
            f"{len(names):,}.",
            hint="Export CSV or Parquet, or fewer rows.",
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, text in PARTS.items():
            book.writestr(part, HEAD + text)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            sheet.write(_row(dict(zip(names, names, strict=True))))
            for row in rows:
                sheet.write(_row(row))
            sheet.write(b"</sheetData></worksheet>")


def _row(row: Mapping[str, Any]) -> bytes:
    return f"<row>{''.join(_cell(name, value) for name, value in row.items())}</row>".encode()


def _cell(name: str, value: Any) -> str:
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case int() if abs(value) < LARGEST:
            return f"<c><v>{value}</v></c>"
        case float() | Decimal():
            return f"<c><v>{value}</v></c>"
        case datetime() if value.date() >= LEAP_BUG:
            day = (value.date() - FIRST_DAY).days
            seconds = value.hour * 3_600 + value.minute * 60 + value.second + value.microsecond / 1e6
            return f'<c s="{TIME}"><v>{day + seconds / 86_400:.9f}</v></c>'
        case date() if not isinstance(value, datetime) and value >= LEAP_BUG:
            return f'<c s="{DATE}"><v>{(value - FIRST_DAY).days}</v></c>'
    text = UNREADABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", LIKE_ESCAPES.sub("_x005F_", str(value)))
    if len(text) > LONGEST:
        raise DataError(
            f"A cell has room for {LONGEST:,} letters, and column {name!r} has longer texts.",
            hint="Export CSV or Parquet, or shorten the texts.",
        )
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
