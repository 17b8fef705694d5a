"""Other formats, and files that are no table: a clear answer each."""

import gzip
import json
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.reading import EmptyFile, NotATable, TooBig, UnreadableFile, UnsupportedColumn, inspect, limits, read
from engine.reading.names import settle_names


def table_of(path: Path) -> pa.Table:
    reading = read(path, inspect(path).read_as)
    return pa.Table.from_batches(list(reading.batches()), reading.schema)


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n....", b"%PDF-1.7\n", b"<!DOCTYPE html><p>", bytes(range(256)) * 20],
)
def test_what_is_no_table_is_refused_by_what_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "renamed.csv"
    path.write_bytes(content)
    with pytest.raises(NotATable) as refused:
        inspect(path)
    assert refused.value.hint


@pytest.mark.parametrize("content", [b"", b"  \n\n ", b"\xef\xbb\xbf"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(content)
    with pytest.raises(EmptyFile):
        inspect(path)


def test_a_missing_file_is_called_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no file"):
        inspect(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("given", "settled"),
    [
        (["a", "a", "A"], ["a", "a_2", "A_3"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"]),
        (["x", "", " "], ["x", "column_2", "column_3"]),
        (["__cb_row", "row"], ["row_2", "row"]),
        (['a"; drop table x; --', "<b>"], ['a"; drop table x; --', "<b>"]),
    ],
)
def test_names_become_usable_and_each_change_is_named(given: list[str], settled: list[str]) -> None:
    names, findings = settle_names(given)
    assert names == settled
    assert len(findings) == sum(before != after for before, after in zip(given, names, strict=True))


@pytest.mark.slow
def test_five_thousand_columns_are_read_and_ten_thousand_and_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(5_000)) + "\n" + ",".join(map(str, range(5_000))) + "\n")
    started = time.monotonic()
    assert table_of(path).num_columns == 5_000
    assert time.monotonic() - started < 60
    path.write_text(",".join(f"c{i}" for i in range(10_001)) + "\n")
    with pytest.raises(TooBig, match="10,001 columns"):
        inspect(path)


def test_an_enormous_field_is_rejected_and_the_rest_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    path.write_text("a,b\n1,x\n2," + "y" * (3 << 20) + "\n3,z\n")
    reading = read(path, inspect(path).read_as)
    assert sum(len(batch) for batch in reading.batches()) == 2
    assert [one.line for one in reading.rejected] == [3]


def test_gzip_is_unpacked_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1000))
    assert table_of(path).num_rows == 1000
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UnreadableFile, match="damaged"):
        inspect(path)
    path.write_bytes(gzip.compress(b"0" * 5_000_000))
    monkeypatch.setattr(limits, "MAX_UNCOMPRESSED_BYTES", 1_000_000)
    with pytest.raises(TooBig):
        inspect(path)


def test_parquet_types_come_down_to_ours_and_nan_becomes_missing(tmp_path: Path) -> None:
    given = pa.table(
        {
            "u": pa.array([1, 2], pa.uint32()),
            "f": pa.array([1.5, float("nan")], pa.float32()),
            "d": pa.array(["x", "y"]).dictionary_encode(),
            "t": pa.array([0, 1], pa.timestamp("ns")),
        }
    )
    pq.write_table(given, tmp_path / "t.parquet")
    found = table_of(tmp_path / "t.parquet")
    assert found.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.timestamp("us")]
    assert found["f"].to_pylist() == [1.5, None]


def test_a_nested_parquet_column_is_refused_by_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"ok": [1], "tags": [["a"]]}), tmp_path / "t.parquet")
    with pytest.raises(UnsupportedColumn, match="tags"):
        inspect(tmp_path / "t.parquet")


def test_a_truncated_parquet_file_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UnreadableFile, match="damaged"):
        inspect(path)


def test_a_parquet_file_that_lies_about_its_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    whole = path.read_bytes()
    start = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    # The number of rows is an i64 of the footer, written as a zigzag varint; the first such one is the file's own.
    lying = whole[start:].replace(b"\x16\xd0\x0f", b"\x16\xf0\x2e", 1)
    assert len(lying) == len(whole) - start
    path.write_bytes(whole[:start] + lying)
    with pytest.raises(UnreadableFile, match=r"holds 1,000|damaged"):
        table_of(path)


@pytest.mark.parametrize("lines", [True, False])
def test_json_records_are_read_with_all_their_fields(tmp_path: Path, lines: bool) -> None:
    rows = [{"a": 1, "b": "x"}, {"a": 2.5, "c": True}, {"a": None, "b": "2024"}]
    text = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows, indent=1)
    path = tmp_path / ("t.jsonl" if lines else "t.json")
    path.write_text(text)
    found = table_of(path)
    assert found.to_pydict() == {"a": [1.0, 2.5, None], "b": ["x", None, "2024"], "c": [None, True, None]}


def test_a_broken_json_line_is_named_and_the_rest_read(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"a": 1}\n{"a": \n[1]\n{"a": 2}\n')
    reading = read(path, inspect(path).read_as)
    assert sum(len(batch) for batch in reading.batches()) == 2
    assert [one.line for one in reading.rejected] == [2, 3]


@pytest.mark.parametrize("text", ["3", "[1, 2]", '"text"', "[" * 100_000])
def test_json_that_is_no_list_of_records_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(text)
    with pytest.raises(UnreadableFile, match="list of records"):
        inspect(path)


def test_json_that_is_no_utf8_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "cities.json"
    path.write_bytes('[{"city": "Köln"}, {"city": "Málaga"}]'.encode("latin-1"))
    seen = inspect(path)
    assert [row["city"] for row in seen.preview] == ["Köln", "Málaga"]
    assert seen.read_as.encoding == "cp1252"
    assert [finding.severity for finding in seen.findings] == ["warning"]


def test_json_in_another_encoding_than_chosen_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cities.jsonl"
    path.write_bytes('{"city": "Köln"}\n{"city": "Bonn"}\n'.encode("latin-1"))
    with pytest.raises(UnreadableFile, match="cannot be read as utf-8"):
        inspect(path, {"encoding": "utf-8"})
