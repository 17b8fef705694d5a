"""Workbooks: cells keep their types, and what a sheet hides is told."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from engine.findings import Finding
from engine.reading import EmptyFile, TooBig, UnreadableFile, apart, grid, inspect, read
from engine.work.spreadsheet import write_spreadsheet
from tests.engine.binary_book import write_binary_book

BOOKS = Path(__file__).parents[1] / "data" / "books"
SALES = {"sheet": "Sales 2024"}


def load(path: Path, **overrides: Any) -> tuple[pa.Table, dict[str, Finding]]:
    seen = inspect(path, overrides)
    reading = read(path, seen.read_as)
    table = pa.Table.from_batches(list(reading.batches()), reading.schema)
    return table, {one.code: one for one in (*seen.findings, *reading.findings)}


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("sales.xlsx", SALES),
        pytest.param("sales.xls", {}, marks=pytest.mark.slow),
        pytest.param("sales.ods", {}, marks=pytest.mark.slow),
    ],
)
def test_cells_keep_their_types_in_every_format(name: str, overrides: dict[str, str]) -> None:
    table, findings = load(BOOKS / name, **overrides)
    kinds = [str(kind) for kind in table.schema.types[:7]]
    assert kinds == ["date32[day]", "double", "int64", "bool", "string", "string", "timestamp[us]"]
    assert table.num_rows == 12
    first = list(table.slice(0, 1).to_pylist()[0].values())[:7]
    assert first == [date(2024, 1, 1), 1.5, 1, True, "item 1", "1", datetime(2024, 1, 2, 3, 4, 1)]
    assert findings["numbers_as_text"].column == "mixed"


def test_a_binary_workbook_is_read_and_its_errors_are_told(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsb"
    write_binary_book(path, "Numbers", [["a", "b"], [1.5, "x"], ["#N/A", "y"], [2.5, None]])
    table, findings = load(path)
    assert table.to_pydict() == {"a": [1.5, None, 2.5], "b": ["x", "y", None]}
    assert findings["error_cells"].detail == {"count": 1, "cells": ["A3"]}


@pytest.mark.slow  # a process for each look at a book
@pytest.mark.parametrize(
    ("name", "sheet", "cells"), [("sales.xlsx", "Sales 2024", ["D7", "D9"]), ("sales.xls", "Errors", ["B3", "B4"])]
)
def test_error_cells_are_missing_values_and_named(name: str, sheet: str, cells: list[str]) -> None:
    table, findings = load(BOOKS / name, sheet=sheet)
    assert findings["error_cells"].detail == {"count": 2, "cells": cells}
    assert table.column("count" if "count" in table.column_names else "b").null_count == 2


def test_a_sheet_is_chosen_and_what_stands_above_its_table_is_skipped() -> None:
    seen = inspect(BOOKS / "sales.xlsx", SALES)
    assert [(sheet.name, sheet.hidden) for sheet in seen.sheets] == [
        ("Cover", False), ("Sales 2024", False), ("Secrets", True), ("Blank", False)
    ]  # fmt: skip
    assert (seen.read_as.skip_rows, seen.columns[0].name) == (3, "date")
    codes = {finding.code: finding for finding in seen.findings}
    assert codes["preamble"].detail["lines"] == {"2": "Sales of the year"}
    assert "Hidden: 'Secrets'" in codes["other_sheets"].message


def test_merged_cells_have_the_value_that_is_seen() -> None:
    table, findings = load(BOOKS / "sales.xlsx", **SALES)
    assert table["item"].to_pylist()[4:9] == ["item 5", "n/a", "n/a", "n/a", "item 9"]
    assert findings["merged_cells"].detail == {"count": 2}


@pytest.mark.parametrize(
    ("cells", "columns", "rows"),
    [("B4:D8", ["date", "amount", "count"], 4), ("C:C", ["amount"], 12), ("H4", ["at", "clock"], 12)],
)
def test_a_cell_range_is_all_that_is_read(cells: str, columns: list[str], rows: int) -> None:
    table, _ = load(BOOKS / "sales.xlsx", **SALES, cell_range=cells)
    assert (table.column_names, table.num_rows) == (columns, rows)


@pytest.mark.parametrize(
    ("overrides", "kind", "words"),
    [
        ({"sheet": "Nowhere"}, UnreadableFile, "no sheet 'Nowhere'"),
        ({"sheet": "Blank"}, EmptyFile, "is empty"),
        ({"sheet": "Sales 2024", "cell_range": "ZZ1:ZZ9"}, EmptyFile, "cell range"),
        ({"sheet": "Sales 2024", "cell_range": "somewhere"}, UnreadableFile, "no cell range"),
    ],
)
def test_a_choice_that_leads_nowhere_is_told(overrides: dict[str, str], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as refused:
        inspect(BOOKS / "sales.xlsx", overrides)
    assert refused.value.hint  # type: ignore[attr-defined]


def test_a_password_and_a_damaged_book_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="password"):
        inspect(BOOKS / "locked.xlsx")
    for number, content in enumerate([b"PK\x03\x04" + b"\0" * 50, (BOOKS / "sales.xlsx").read_bytes()[:-3000]]):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(content)
        with pytest.raises(UnreadableFile, match="damaged") as refused:
            inspect(path)
        assert "CSV" in refused.value.hint


def test_what_the_product_wrote_comes_back(tmp_path: Path) -> None:
    rows = [{"day": date(2024, 5, 1), "text": "=1+1", "number": 1.25, "flag": False}, {"day": None, "text": "007"}]
    path = tmp_path / "out.xlsx"
    write_spreadsheet(["day", "text", "number", "flag"], 2, [dict.fromkeys(rows[0]) | row for row in rows], path)
    table, _ = load(path)
    assert table.to_pylist() == [dict.fromkeys(rows[0]) | row for row in rows]


def test_a_bomb_in_a_book_ends_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that unpacks to more than it says, and two cells so far apart that what lies between fills all memory."""
    far = '<c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
    with zipfile.ZipFile(BOOKS / "sales.xlsx") as book, zipfile.ZipFile(tmp_path / "far.xlsx", "w") as out:
        for info in book.infolist():
            text = book.read(info)
            if info.filename.endswith("sheet1.xml"):
                space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                text = f'<worksheet xmlns="{space}"><sheetData><row r="1">{far}</row></sheetData></worksheet>'.encode()
            out.writestr(info.filename, text)
    monkeypatch.setattr(apart, "MEMORY_BYTES", 1 << 30)
    with pytest.raises(UnreadableFile, match="memory"):
        inspect(tmp_path / "far.xlsx")
    monkeypatch.setattr(grid, "MAX_BOOK_BYTES", 10_000)
    with pytest.raises(TooBig):
        grid.write_grid(str(BOOKS / "sales.xlsx"), str(tmp_path), "grid", None, None, None)
