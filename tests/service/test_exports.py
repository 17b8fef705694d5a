"""A version leaves as a file that other programs read back, and that no spreadsheet executes."""

import csv
import datetime as dates
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from engine.errors import DataError
from engine.service.data import datasets, exports
from engine.service.tables import read_page
from engine.workspace import Workspace
from storage.errors import NotFound, WriteFailed
from tests.homes import do_job, done, import_table
from tests.reliability.outcomes import flip

DAY = dates.date(2026, 1, 31)
ROWS = pa.table(
    {
        "n": [1, 2, None],
        "=cmd": ["=1+1", "-5", "+a,b"],
        "day": pa.array([DAY, None, DAY]),
        "share": [0.5, None, -2.0],
    }
)


@pytest.fixture(scope="module")
def rows_once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    from engine.settings import Settings
    from engine.workspace import open_workspace

    folder = tmp_path_factory.mktemp("exports")
    workspace = open_workspace(Settings(home=folder / "home"))
    import_table(workspace, "t", ROWS, folder)
    job = datasets.start_import(workspace, folder / "t.parquet", "t", mode="append")
    done(workspace, job)
    return workspace


@pytest.fixture
def rows(rows_once: Workspace, new_home: Callable[..., Workspace]) -> Workspace:
    return new_home(copy_of=rows_once)


def exported(workspace: Workspace, path: Path, version: int | None = 1, **how: Any) -> Path:
    result = done(workspace, exports.start_export(workspace, "t", version, exports.format_of(path), **how))
    return exports.keep_export(workspace, result, path)


def test_a_csv_file_has_formulas_quoted_and_numbers_left_alone(rows: Workspace, tmp_path: Path) -> None:
    with exported(rows, tmp_path / "t.csv").open(newline="") as file:
        assert [*csv.reader(file)] == [
            ["n", "'=cmd", "day", "share"],
            ["1", "'=1+1", "2026-01-31", "0.5"],
            ["2", "-5", "", ""],
            ["", "'+a,b", "2026-01-31", "-2"],
        ]
    assert "=1+1" in exported(rows, tmp_path / "kept.csv", formulas="keep").read_text().splitlines()[1].split('"')


def test_a_parquet_file_is_the_version_without_our_columns(rows: Workspace, tmp_path: Path) -> None:
    assert pq.read_table(exported(rows, tmp_path / "t.parquet")).equals(ROWS)
    assert pq.read_table(exported(rows, tmp_path / "both.parquet", None)).num_rows == 6


def test_a_workbook_opens_with_its_types(rows: Workspace, tmp_path: Path) -> None:
    sheet = CalamineWorkbook.from_path(exported(rows, tmp_path / "t.xlsx")).get_sheet_by_index(0).to_python()
    assert sheet[0] == ["n", "=cmd", "day", "share"]
    assert sheet[1] == [1.0, "=1+1", DAY, 0.5]


def test_the_styles_of_a_workbook_are_whole(rows: Workspace, tmp_path: Path) -> None:
    """Spreadsheets forgive an empty fill (ECMA-376, 18.8.20); openpyxl, and so pandas, does not open the file."""
    with zipfile.ZipFile(exported(rows, tmp_path / "t.xlsx")) as book:
        styles = book.read("xl/styles.xml").decode()
    assert re.findall(r'<fill>(.*?)</fill>', styles) == [
        '<patternFill patternType="none"/>', '<patternFill patternType="gray125"/>'
    ]  # fmt: skip
    assert "<fill/>" not in styles
    assert '<cellStyle name="Normal"' in styles


def test_the_same_version_is_written_once(rows: Workspace) -> None:
    first, second = (done(rows, exports.start_export(rows, "t", 1)) for _ in range(2))
    assert first == second
    assert first["filename"] == "t_v1.csv"
    assert len([*rows.cache.root.glob("export-*")]) == 1


def test_the_command_that_writes_a_large_file_elsewhere_is_told(rows: Workspace) -> None:
    result = done(rows, exports.start_export(rows, "t", 1, "parquet"))
    assert exports.command_of(result) == "canvasback dataset export t --version 1 --to t_v1.parquet"


def test_an_exported_file_that_was_harmed_is_written_again(rows: Workspace, tmp_path: Path) -> None:
    good = exported(rows, tmp_path / "t.csv").read_bytes()
    for path in rows.cache.root.glob("export-*/file"):
        flip(path)
    assert exported(rows, tmp_path / "again.csv").read_bytes() == good


def test_a_damaged_version_is_told_and_nothing_is_written(rows: Workspace) -> None:
    for path in rows.tables.root.rglob("*.parquet"):
        flip(path)
    job = do_job(rows, exports.start_export(rows, "t", 1))
    assert (job.error or {})["code"] == "damaged_file"
    assert [*rows.cache.root.glob("*")] == []


def test_what_cannot_be_is_told_before_anything_begins(rows: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not say in which format"):
        exports.format_of(Path("t.doc"))
    with pytest.raises(NotFound):
        exports.start_export(rows, "t", 7)
    result = done(rows, exports.start_export(rows, "t", 1))
    with pytest.raises(WriteFailed, match="No such file"):
        exports.keep_export(rows, result, tmp_path / "nowhere" / "t.csv")


@pytest.mark.parametrize(("offset", "limit"), [(0, 3), (1, 4), (4, 100), (6, 10), (99, 10)])
def test_a_page_lies_anywhere_even_across_files(tmp_path: Path, offset: int, limit: int) -> None:
    paths = []
    for at, count in enumerate((2, 0, 4)):
        paths.append(tmp_path / f"{at}.parquet")
        first = sum((2, 0, 4)[:at])
        table = pa.table({"n": range(first, first + count), "__cb_row": range(count)})
        pq.write_table(table, paths[-1], row_group_size=3)
    page = read_page(paths, offset, limit)
    assert page.rows == [[n] for n in range(6)][offset : offset + limit]
    assert page.total == 6
