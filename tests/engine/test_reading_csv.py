"""Text tables: what is regular is read as it stands, and what is not is named."""

import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.reading import Inspection, ReadAs, Reading, UnreadableFile, inspect, read

HEADER = "date,qty,product,price,note"
ROWS = [f'2024-01-{day:02},{day},P-{day},{day}.5,"boots, pair {day}"' for day in range(1, 29)]


def load(path: Path, **overrides: Any) -> tuple[Inspection, Reading, pa.Table]:
    inspection = inspect(path, overrides)
    reading = read(path, inspection.read_as)
    return inspection, reading, pa.Table.from_batches(list(reading.batches()), reading.schema)


def written(folder: Path, text: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def codes(reading: Inspection | Reading) -> set[str]:
    return {finding.code for finding in reading.findings}


@pytest.fixture
def clean(tmp_path: Path) -> pa.Table:
    return load(written(tmp_path, "\n".join([HEADER, *ROWS, ""]), "clean.csv"))[2]


def test_a_regular_file_is_read_with_types_and_no_finding(tmp_path: Path, clean: pa.Table) -> None:
    inspection = inspect(tmp_path / "clean.csv")
    assert [column.type for column in inspection.columns] == ["date", "int64", "string", "float64", "string"]
    assert clean.num_rows == len(ROWS)
    assert not inspection.findings


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_delimiters_give_the_same_table(tmp_path: Path, clean: pa.Table, separator: str) -> None:
    lines = list(csv.reader([HEADER, *ROWS]))
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(lines)
    assert load(written(tmp_path, out.getvalue()))[2].equals(clean)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_ends_do_not_matter(tmp_path: Path, clean: pa.Table, ending: str) -> None:
    assert load(written(tmp_path, ending.join([HEADER, *ROWS])))[2].equals(clean)
    assert load(written(tmp_path, ending.join([HEADER, *ROWS, "", ""])))[2].equals(clean)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_give_the_same_table(tmp_path: Path, clean: pa.Table, encoding: str) -> None:
    assert load(written(tmp_path, "\n".join([HEADER, *ROWS]).encode(encoding)))[2].equals(clean)


def test_a_file_that_is_not_utf8_names_the_first_such_line(tmp_path: Path) -> None:
    path = written(tmp_path, "name,qty\nAnna,1\nJürgen,2\n".encode("cp1252"))
    _, _, table = load(path)
    found = next(one for one in inspect(path).findings if one.code == "encoding_guessed")
    assert found.detail == {"encoding": "cp1252", "line": 3}
    assert table["name"].to_pylist() == ["Anna", "Jürgen"]


def test_a_delimiter_with_a_space_behind_it_is_understood(tmp_path: Path, clean: pa.Table) -> None:
    spaced = [", ".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in csv.reader([HEADER, *ROWS])]
    assert load(written(tmp_path, "\n".join(spaced)))[2].equals(clean)


def test_backslashes_before_quotes_are_understood(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + '1,"5\\" nail, long"\n' * 9)
    assert load(path)[2]["b"].to_pylist() == ['5" nail, long'] * 9


def test_quotes_that_are_not_doubled_are_read_and_named(tmp_path: Path) -> None:
    _, reading, table = load(written(tmp_path, 'a,b\n1,"x"\n2,"a 5" nail"\n3,"y"\n'))
    assert table["b"].to_pylist() == ["x", 'a 5" nail', "y"]
    assert [one.detail["lines"] for one in reading.findings if one.code == "unescaped_quotes"] == [[3]]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('2024-01-05,5,P-5,5.5,"x",extra', "6 fields instead of 5"),
        ("2024-01-05,5,P-5", "3 fields instead of 5"),
        ('2024-01-05 5 P-5 5.5 "boots, pair 5"', "2 fields instead of 5"),
        ('2024-01-05,5,"P-5,5.5,"boots, pair 5"', "a quote is opened or closed in the wrong place"),
        ('2024-01-05,5,P-5,5.5,"', "a quote is opened or closed in the wrong place"),
        ("2024-01-05,5,P-\0,5.5,x", "the line holds a NUL byte"),
        ('2024-01-05,5,P-5,5.5"boots, pair 5"', "a quote is opened or closed in the wrong place"),
    ],
)
def test_one_broken_line_costs_that_line_only(tmp_path: Path, broken: str, reason: str) -> None:
    lines = [*ROWS[:4], broken, *ROWS[5:]]
    _, reading, table = load(written(tmp_path, "\n".join([HEADER, *lines, ""])))
    assert [(one.line, one.reason) for one in reading.rejected] == [(6, reason)]
    assert table["qty"].to_pylist() == [qty for qty in range(1, 29) if qty != 5]
    assert "rejected_lines" in codes(reading)


@given(position=st.integers(1, 27), junk=st.sampled_from(['"', ",", '"x', "a,b,c,d,e,f,g", "plain", '","', "'"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_line_ever_disappears_without_a_word(tmp_path: Path, position: int, junk: str) -> None:
    lines = [*ROWS[:position], junk, *ROWS[position:]]
    _, reading, table = load(written(tmp_path, "\n".join([HEADER, *lines, ""])))
    assert table.num_rows + reading.rejected_count == len(lines)
    assert reading.rejected[0].line == position + 2


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@pytest.mark.slow
@given(st.lists(st.tuples(CELL, CELL, st.integers(-(2**63), 2**63 - 1)), min_size=2, max_size=30))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_csv_writer_wrote_comes_back(tmp_path: Path, rows: list[tuple[str, str, int]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("first name", "second name", "number"), *rows])
    path = written(tmp_path, out.getvalue())
    chosen = ReadAs(types={"first name": "string", "second name": "string"})
    reading = read(path, chosen)
    table = pa.Table.from_batches(list(reading.batches()), reading.schema)
    assert table["number"].to_pylist() == [number for _, _, number in rows]
    assert table["first name"].to_pylist() == [text or None for text, _, _ in rows]


def test_lines_before_the_header_are_skipped_and_named(tmp_path: Path, clean: pa.Table) -> None:
    inspection, _, table = load(written(tmp_path, "\n".join(["Report of May,,,,", ",,,,", HEADER, *ROWS])))
    assert table.equals(clean)
    assert inspection.read_as.skip_rows == 2
    assert "preamble" in codes(inspection)


def test_names_in_two_lines_are_joined(tmp_path: Path) -> None:
    inspection, _, _ = load(written(tmp_path, "wind,rain,day\nm/s,mm,\n" + "1.5,2,2024-01-02\n" * 5))
    assert [column.name for column in inspection.columns] == ["wind m/s", "rain mm", "day"]
    assert "header_of_several_lines" in codes(inspection)


def test_a_file_without_a_header_keeps_its_first_row(tmp_path: Path) -> None:
    inspection, _, table = load(written(tmp_path, "\n".join(ROWS)))
    assert table.num_rows == len(ROWS)
    assert inspection.columns[0].name == "column_1"
    assert "no_header" in codes(inspection)


def test_a_second_table_below_is_named_and_not_mixed_in(tmp_path: Path, clean: pa.Table) -> None:
    second = ["date,qty", *[f"2024-02-{day:02},{day}" for day in range(1, 28)]]
    _, reading, table = load(written(tmp_path, "\n".join([HEADER, *ROWS, *second])))
    assert table.equals(clean)
    assert next(one.detail["line"] for one in reading.findings if one.code == "second_table") == 30


def test_a_header_repeated_in_the_middle_is_no_row(tmp_path: Path) -> None:
    _, reading, table = load(written(tmp_path, "\n".join([HEADER, *ROWS[:9], HEADER, *ROWS[9:]])))
    assert table.num_rows == len(ROWS)
    assert table.schema.field("qty").type == pa.int64()
    assert "repeated_header" in codes(reading)


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    _, reading, table = load(written(tmp_path, HEADER + "\n"))
    assert (table.num_rows, table.num_columns) == (0, 5)
    assert "no_rows" in codes(reading)


def test_a_person_overrides_what_was_detected(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b\n1,5;x\n2,5;y\n")
    assert load(path)[2]["a"].to_pylist() == [1.5, 2.5]
    assert [column.name for column in inspect(path, {"delimiter": ","}).columns] == ["a;b", "column_2"]
    with pytest.raises(UnreadableFile, match="delimiter"):
        inspect(path, {"delimiter": "long"})


def test_an_empty_line_in_a_table_of_one_column_is_a_missing_value(tmp_path: Path) -> None:
    assert load(written(tmp_path, "age\n1\n\n3\n\n"))[2]["age"].to_pylist() == [1, None, 3]


def test_a_name_that_looks_like_a_pattern_is_only_a_name(tmp_path: Path, clean: pa.Table) -> None:
    assert load(written(tmp_path, "\n".join([HEADER, *ROWS]), "a[1]*?.csv"))[2].equals(clean)
