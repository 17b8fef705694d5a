"""Every value decides about a column's type, and what does not fit is said."""

from collections.abc import Generator
from pathlib import Path

import pyarrow as pa
import pytest

from engine.findings import Finding
from engine.reading import ahead, inspect, read


def column(folder: Path, cells: list[str], **overrides: object) -> tuple[pa.ChunkedArray, dict[str, Finding]]:
    path = folder / "column.csv"
    path.write_text("value,other\n" + "".join(f"{cell},x\n" for cell in cells))
    reading = read(path, inspect(path, overrides).read_as)
    table = pa.Table.from_batches(list(reading.batches()), reading.schema)
    return table["value"], {one.code: one for one in reading.findings}


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "-2", "+3"], pa.int64(), [1, -2, 3]),
        (["1", "2.5", "1e3"], pa.float64(), [1.0, 2.5, 1000.0]),
        (["true", "FALSE", ""], pa.bool_(), [True, False, None]),
        (["", "", ""], pa.string(), [None, None, None]),
        (["9223372036854775807", "1"], pa.int64(), [2**63 - 1, 1]),
        (["NA", "1", "NA"], pa.int64(), [None, 1, None]),
        (["007", "010", "100"], pa.string(), ["007", "010", "100"]),
        (["12345678901234567890", "1"], pa.string(), ["12345678901234567890", "1"]),
        (["1_000", "2_000"], pa.string(), ["1_000", "2_000"]),
        (["Infinity", "NaN"], pa.string(), ["Infinity", "NaN"]),
    ],
)
def test_a_column_gets_the_type_of_all_its_values(
    tmp_path: Path, cells: list[str], kind: pa.DataType, values: list[object]
) -> None:
    found, _ = column(tmp_path, cells)
    assert (found.type, found.to_pylist()) == (kind, values)


def test_a_few_blanks_keep_a_column_of_numbers_text_and_are_counted(tmp_path: Path) -> None:
    found, findings = column(tmp_path, ["29.85"] * 100 + [" "] * 11)
    assert found.type == pa.string()
    assert "11 values are no numbers (blank)" in findings["numbers_as_text"].message
    assert findings["numbers_as_text"].detail["component"] == "cast"


def test_a_type_that_changes_late_in_the_file_is_named(tmp_path: Path) -> None:
    found, findings = column(tmp_path, [str(i) for i in range(30_000)] + ["abc"] * 2)
    assert found.type == pa.string()
    assert findings["numbers_as_text"].detail["misfits"] == 2


def test_what_does_not_fit_is_shown_and_one_click_reads_the_rest(tmp_path: Path) -> None:
    cells = [*map(str, range(50)), "Total"]
    _, findings = column(tmp_path, cells)
    told = findings["numbers_as_text"]
    assert "1 value is no number ('Total') in a column of numbers" in told.message
    (choice,) = told.detail["choices"]
    assert choice == {"label": "Read as numbers", "override": {"types": {"value": "int64"}}}
    found, findings = column(tmp_path, cells, **choice["override"])
    assert found.to_pylist() == [*range(50), None]
    assert "('Total') and became missing" in findings["misfits_made_missing"].message


def test_dates_that_fit_both_ways_are_said_to_be_read_day_first(tmp_path: Path) -> None:
    found, findings = column(tmp_path, ["01/02/2024", "03/04/2024"])
    assert [str(value) for value in found.to_pylist()] == ["2024-02-01", "2024-04-03"]
    told = findings["ambiguous_dates"].detail
    assert (told["read_as"], told["or"]) == ("%d/%m/%Y", "%m/%d/%Y")
    assert told["choices"] == [{"label": "Read month first", "override": {"day_first": False}}]


def test_one_value_late_in_the_file_decides_the_order_of_day_and_month(tmp_path: Path) -> None:
    found, findings = column(tmp_path, ["01/02/2024"] * 3_000 + ["01/31/2024"])
    assert str(found[0]) == "2024-01-02"
    assert "ambiguous_dates" not in findings


def test_a_person_chooses_the_date_format(tmp_path: Path) -> None:
    found, findings = column(tmp_path, ["01/02/2024"], date_format="%m/%d/%Y")
    assert str(found[0]) == "2024-01-02"
    assert "ambiguous_dates" not in findings


def test_an_imposed_type_makes_misfits_missing_and_says_so(tmp_path: Path) -> None:
    found, findings = column(tmp_path, ["1", "two", "3"], types={"value": "int64"})
    assert found.to_pylist() == [1, None, 3]
    assert findings["misfits_made_missing"].detail == {"count": 1, "examples": ["two"]}


def test_times_with_a_zone_become_utc(tmp_path: Path) -> None:
    found, _ = column(tmp_path, ["2024-01-02T10:00:00+02:00", "2024-01-02T10:00:00Z"])
    assert [str(value) for value in found.to_pylist()] == ["2024-01-02 08:00:00", "2024-01-02 10:00:00"]


def test_reading_goes_on_while_the_last_batch_is_used_and_its_errors_come_through() -> None:
    made: list[int] = []

    def numbers() -> Generator[int, None, None]:
        for number in range(20):
            made.append(number)
            yield number
        raise OSError("the disk is gone")

    items = ahead(numbers())
    assert [next(items) for _ in range(20)] == list(range(20))
    with pytest.raises(OSError, match="gone"):
        next(items)
    given_up = ahead(numbers())
    assert next(given_up) == 0
    made.clear()
    given_up.close()  # type: ignore[attr-defined]
    assert len(made) <= 5


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2", "300"], pa.int64()),
        (["1", "-2.50", "0.001"], pa.float64()),
        (["1", "-0", "2"], pa.float64()),
        (["1", "2.", "3"], pa.float64()),
        (["1", " 2", "3"], pa.int64()),
        (["007", "1", "2"], pa.string()),
        (["1", "1e3", "2"], pa.float64()),
        (["1", "NA", "2"], pa.int64()),
    ],
)
def test_plain_numbers_take_the_short_way_to_the_same_type(
    tmp_path: Path, values: list[str], expected: pa.DataType
) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("number,word\n" + "".join(f"{value},x\n" for value in values * 20))
    with read(path, inspect(path).read_as) as reading:
        assert reading.schema.field("number").type == expected
        found = [value for batch in reading.batches() for value in batch.column("number").to_pylist()]
    wanted = values if expected == pa.string() else [None if value == "NA" else float(value) for value in values]
    assert found == wanted * 20
