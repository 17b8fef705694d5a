"""Totals and notes below a table are told, left out at a click, and kept aside."""

from pathlib import Path

import pytest

from engine.reading import Inspection, inspect, read
from engine.reading.closing import find_closing
from engine.work.spreadsheet import write_spreadsheet

SALES = "day;city;amount\n2026-01-01;Graz;4\n2026-01-02;Linz;5\n2026-01-03;Graz;6\nSumme;;15\n"


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text(SALES)
    return path


def codes(seen: Inspection) -> set[str]:
    return {finding.code for finding in seen.findings}


def test_a_total_below_a_table_is_told_and_left_out_at_a_click(sales: Path) -> None:
    seen = inspect(sales)
    told = next(finding for finding in seen.findings if finding.code == "closing_rows")
    assert "'Summe'" in told.message
    (offered,) = told.detail["choices"]
    again = inspect(sales, offered["override"])
    assert [(column.name, column.type) for column in again.columns] == [
        ("day", "date"),
        ("city", "string"),
        ("amount", "int64"),
    ]
    assert "closing_left_out" in codes(again)
    assert "rejected_lines" not in codes(again), "it was asked for, so it is no defect"


def test_what_is_left_out_is_kept_with_its_line(sales: Path) -> None:
    seen = inspect(sales, {"skip_closing": True})
    assert [(line.line, line.text) for line in seen.rejected] == [(5, "Summe;;15")]
    reading = read(sales, seen.read_as)
    assert sum(batch.num_rows for batch in reading.batches()) == 3
    assert reading.left_out is not None
    assert reading.left_out.count == 1


def test_a_file_without_a_total_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(SALES.replace("Summe;;15\n", ""))
    seen = inspect(path, {"skip_closing": True})
    assert len(seen.preview) == 3
    assert seen.rejected == ()


def test_totals_and_notes_of_a_workbook_are_left_out(tmp_path: Path) -> None:
    rows = [("Graz", 4.5, 1), ("Linz", 5.5, 2), ("Total", 10.0, 3), ("Source: the shop", None, None)]
    names = ("city", "amount", "items")
    path = tmp_path / "book.xlsx"
    write_spreadsheet(names, len(rows), [dict(zip(names, row, strict=True)) for row in rows], path)
    assert "closing_rows" in codes(inspect(path))
    seen = inspect(path, {"skip_closing": True})
    assert [row["city"] for row in seen.preview] == ["Graz", "Linz"]
    assert [line.line for line in seen.rejected] == [4, 5]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([["Total", "2023", "9"], ["women", "2024", "4"], ["Total", "2024", "8"]], id="a category"),
        pytest.param([["1", "", ""], ["2", "a", "b"], ["word", "", ""]], id="sparse rows"),
        pytest.param([["x"], ["y"], ["Total"]], id="one column"),
        pytest.param([["1", "a", "b"], ["2", "c", "d"], ["3", "", ""]], id="a number alone"),
    ],
)
def test_rows_that_only_resemble_a_total_are_no_matter(rows: list[list[str]]) -> None:
    assert find_closing(rows) is None
