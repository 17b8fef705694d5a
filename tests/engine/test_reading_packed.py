"""Packed files are unpacked within bounds, Arrow files are checked before they are believed."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import feather

from engine.reading import (
    NotATable,
    TooBig,
    UnreadableFile,
    UnsupportedColumn,
    UnsupportedFormat,
    inspect,
    limits,
    read,
)

ROWS = b"a,b\n" + b"".join(b"%d,x\n" % n for n in range(2_000))
Pack = Callable[[bytes], bytes]


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return bytes(sink.getvalue())


def zipped(content: bytes, *more: str, name: str = "inner.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        for other in more:
            archive.writestr(other, "a,b\n1,2\n")
    return out.getvalue()


PACKINGS: dict[str, Pack] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
    "zip": zipped,
}


def table_of(path: Path) -> pa.Table:
    reading = read(path, inspect(path).read_as)
    return pa.Table.from_batches(list(reading.batches()), reading.schema)


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_packing_is_unpacked_within_bounds(tmp_path: Path, packing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.csv.packed"
    packed = PACKINGS[packing](ROWS)
    path.write_bytes(packed)
    assert inspect(path).read_as.compression == packing
    assert table_of(path).num_rows == 2_000
    path.write_bytes(packed[: len(packed) * 2 // 3])
    with pytest.raises(UnreadableFile, match="damaged"):
        inspect(path)
    path.write_bytes(PACKINGS[packing](b"1,2\n" * 1_000_000))
    monkeypatch.setattr(limits, "MAX_UNCOMPRESSED_BYTES", 1 << 20)
    with pytest.raises(TooBig, match="unpacks to more"):
        inspect(path)


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "xz"])
def test_packed_parts_one_after_the_other_are_one_file(tmp_path: Path, packing: str) -> None:
    path = tmp_path / "parts.csv"
    path.write_bytes(PACKINGS[packing](ROWS) + PACKINGS[packing](b"9,y\n"))
    assert table_of(path).num_rows == 2_001


def test_a_look_unpacks_no_more_than_it_looks_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.reading.files.INSPECT_BYTES", 1 << 20)
    many = b"a,b\n" + b"".join(b"%d,x\n" % n for n in range(700_000))
    (tmp_path / "many.zip").write_bytes(zipped(many))
    (tmp_path / "wide.csv.gz").write_bytes(gzip.compress(many.decode().encode("utf-16")))
    (tmp_path / "all.json.gz").write_bytes(gzip.compress(json.dumps([{"a": n} for n in range(300_000)]).encode()))
    monkeypatch.setattr(limits, "MAX_UNCOMPRESSED_BYTES", 3 << 20)
    found = inspect(tmp_path / "many.zip")
    assert [column.name for column in found.columns] == ["a", "b"]
    assert "The first 1 MB of what it unpacks to were looked at" in found.findings[0].message
    for whole in ("wide.csv.gz", "all.json.gz"):  # these are no table in their first bytes
        with pytest.raises(TooBig):
            inspect(tmp_path / whole)
    with pytest.raises(TooBig):
        read(tmp_path / "many.zip", found.read_as)


def test_packed_json_is_read(tmp_path: Path) -> None:
    rows = [{"a": 1}, {"a": 2}]
    (tmp_path / "t.json.bz2").write_bytes(bz2.compress(json.dumps(rows).encode()))
    (tmp_path / "t.zip").write_bytes(zipped("\n".join(map(json.dumps, rows)).encode(), name="rows.jsonl"))
    for name, form in (("t.json.bz2", "json"), ("t.zip", "jsonl")):
        assert inspect(tmp_path / name).read_as.format == form
        assert table_of(tmp_path / name).to_pydict() == {"a": [1, 2]}


def test_an_archive_of_several_files_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "months.zip"
    path.write_bytes(zipped(ROWS, "feb.csv"))
    with pytest.raises(NotATable, match=r"2 files \(inner.csv, feb.csv\)") as refused:
        inspect(path)
    assert "several that become one table" in refused.value.hint
    path.write_bytes(zipped(ROWS, "__MACOSX/._inner.csv"))
    assert table_of(path).num_rows == 2_000


def test_an_archive_that_lies_about_its_size_is_called_damaged(tmp_path: Path) -> None:
    packed = bytearray(zipped(ROWS))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = packed.index(mark) + place
        packed[start : start + 4] = (10).to_bytes(4, "little")
    (tmp_path / "liar.zip").write_bytes(packed)
    with pytest.raises(UnreadableFile, match="damaged"):
        inspect(tmp_path / "liar.zip")


ARROW = pa.table({"n": pa.array([1, None], pa.int16()), "t": ["x", "y"], "d": pa.array(["p", "q"]).dictionary_encode()})


@pytest.mark.parametrize(
    "kind", ["file", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("stream", "feather"))]
)
def test_arrow_files_and_streams_keep_their_types(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"table.{'feather' if kind == 'feather' else 'arrow'}"
    if kind == "feather":
        feather.write_feather(ARROW, str(path), compression="lz4")
    else:
        new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
        with pa.OSFile(str(path), "wb") as sink, new(sink, ARROW.schema) as writer:
            writer.write_table(ARROW)
    assert table_of(path).to_pydict() == {"n": [1, None], "t": ["x", "y"], "d": ["p", "q"]}
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableFile, match="damaged"):
        inspect(path)


def test_arrow_that_is_no_table_of_cells_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "nested.arrow"
    nested = pa.table({"tags": [["a"]]})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, nested.schema) as writer:
        writer.write_table(nested)
    with pytest.raises(UnsupportedColumn, match="tags"):
        inspect(path)
    path.write_bytes(b"FEA1" + b"\0" * 40)
    with pytest.raises(UnsupportedFormat, match="Feather"):
        inspect(path)
