"""Several files become one table, and what differs between them is told."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.errors import CanvasbackError
from engine.sources.file_list import NamedFile
from engine.sources.together import Together, inspect_together, read_together


def written(folder: Path, **texts: str) -> list[NamedFile]:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return [NamedFile(folder / f"{name}.csv", f"{name}.csv") for name in texts]


def rows_of(together: Together) -> pa.Table:
    return pa.Table.from_batches(list(together.batches()), together.schema)


def codes(together: Together) -> list[str]:
    return [finding.code for finding in together.findings]


def test_columns_are_matched_by_name_and_missing_ones_are_told(tmp_path: Path) -> None:
    files = written(tmp_path, jan="id,town\n1,Graz\n2,Linz\n", feb="Town,id,tax\nWien,3,0.5\n")
    together = read_together(files, None, "file")
    assert rows_of(together).to_pydict() == {
        "file": ["jan.csv", "jan.csv", "feb.csv"],
        "id": [1, 2, 3],
        "town": ["Graz", "Linz", "Wien"],
        "tax": [None, None, 0.5],
    }
    assert [one.message for one in together.findings if one.code == "missing_column"] == [
        "tax is missing in jan.csv: its values are missing there."
    ]


@pytest.mark.parametrize(
    ("first", "second", "kind", "values"),
    [
        ("7", "0.5", pa.float64(), [7.0, 0.5]),
        ("2024-01-02", "2024-01-02 03:04:05", pa.timestamp("us"), None),
        ("007", "8", pa.string(), ["007", "8"]),
        ("1.50", "abc", pa.string(), ["1.50", "abc"]),
        ("true", "3", pa.string(), ["true", "3"]),
        ("", "3", pa.int64(), [None, 3]),
    ],
)
def test_types_that_differ_are_widened_and_told(
    tmp_path: Path, first: str, second: str, kind: pa.DataType, values: list[object] | None
) -> None:
    together = read_together(written(tmp_path, a=f"x,y\n{first},1\n", b=f"x,y\n{second},1\n"), None, None)
    found = rows_of(together)["x"]
    assert found.type == kind
    assert values is None or found.to_pylist() == values
    assert ("types_differ" in codes(together)) == (first != "")


def test_a_typed_file_and_a_text_file_make_one_table(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1], "x": [2.5]}), tmp_path / "a.parquet")
    files = [NamedFile(tmp_path / "a.parquet", "a.parquet"), *written(tmp_path, b="id,x\n2,many\n")]
    assert rows_of(read_together(files, None, None)).to_pydict() == {"id": [1, 2], "x": ["2.5", "many"]}


def test_dates_of_all_files_are_read_the_same_way(tmp_path: Path) -> None:
    together = read_together(written(tmp_path, a="d,x\n01/02/2024,1\n", b="d,x\n01/31/2024,1\n"), None, None)
    assert [str(day) for day in rows_of(together)["d"].to_pylist()] == ["2024-01-02", "2024-01-31"]
    assert "ambiguous_dates" not in codes(together)


def test_rejected_lines_name_their_file(tmp_path: Path) -> None:
    together = read_together(written(tmp_path, a="x,y\n1,2\n3,4\n", b="x,y\n5,6\n7,8,9\n1,1\n"), None, None)
    assert rows_of(together).num_rows == 4
    assert [(line.file, line.line) for line in together.rejected] == [("b.csv", 3)]
    assert together.left_out.count == 1
    assert "b.csv: 1 of 3 lines" in next(one.message for one in together.findings if one.code == "rejected_lines")


@pytest.mark.parametrize(
    ("texts", "name", "words"),
    [
        ({"a": "x,y\n1,2\n", "b": "p,q\n1,2\n"}, None, "b.csv has no column in common with a.csv"),
        ({"a": "x,y\n1,2\n", "b": " \n"}, None, "b.csv: The file is empty"),
        ({"a": "x,y\n1,2\n", "b": "x,y\n1,2\n"}, "X", "have a column 'X' already"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(
    tmp_path: Path, texts: dict[str, str], name: str | None, words: str
) -> None:
    with pytest.raises(CanvasbackError, match=words):
        read_together(written(tmp_path, **texts), None, name)


def test_the_preview_shows_rows_of_every_file(tmp_path: Path) -> None:
    texts = {f"f{i:02}": "x,y\n" + f"{i},1\n" * 30 for i in range(3)}
    seen = inspect_together(written(tmp_path, **texts), None, "file")
    assert {row["file"] for row in seen.preview} == {"f00.csv", "f01.csv", "f02.csv"}
    assert [column.name for column in seen.columns] == ["file", "x", "y"]
