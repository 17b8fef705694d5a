"""A dataset version is on disk completely and unchanged, or not at all."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import BadTable, DamagedFile, NotFound
from storage.manifest import File, Manifest
from storage.tables import TableStore
from tests.storage.things import manifest

ROOT = Path(__file__).parents[2]


def _write(tables: TableStore, table: pa.Table, number: int = 1, first_row: int = 0) -> Manifest:
    return tables.write("d", number, table.to_reader(), table.schema, first_row=first_row)


def _read(tables: TableStore, manifest: Manifest) -> pa.Table:
    return pads.dataset([str(path) for path in tables.verify(manifest)], format="parquet").to_table()


def test_a_table_comes_back_with_its_rows_numbered(tables: TableStore) -> None:
    table = pa.table({"age": [30, 40, None], "name": ["Zoë", "", None]})
    kept = _write(tables, table)
    assert _read(tables, kept) == table.append_column(pa.field("__cb_row", pa.int64(), False), [[0, 1, 2]])
    assert [(column.name, column.type) for column in kept.columns] == [("age", "int64"), ("name", "string")]


def test_numbers_are_packed_to_be_quick_and_texts_to_be_small(tables: TableStore) -> None:
    numbers, words = list(range(50_000)), [f"word {at}" for at in range(50_000)]
    table = pa.table({"a.b": numbers, "few": [at % 5 for at in numbers], "word": words})
    (path,) = tables.verify(_write(tables, table))
    group = pq.read_metadata(path).row_group(0)
    columns = {column.path_in_schema: column for column in map(group.column, range(group.num_columns))}
    packed = {name: column.compression for name, column in columns.items()}
    assert packed == {"a.b": "LZ4", "few": "LZ4", "word": "ZSTD", "__cb_row": "LZ4"}
    assert columns["a.b"].total_uncompressed_size < 1.2 * 8 * 50_000  # not each value and its place beside
    assert columns["few"].total_uncompressed_size < 50_000


def test_an_appended_version_goes_on_counting(tables: TableStore) -> None:
    table = pa.table({"age": [30, 40]})
    first = _write(tables, table)
    both = first.appended(_write(tables, table, number=2, first_row=first.rows))
    assert _read(tables, both)["__cb_row"].to_pylist() == [0, 1, 2, 3]
    assert both.rows == 4


def test_a_manifest_survives_its_row() -> None:
    class Row:
        files = manifest().as_json()["files"]
        columns = manifest().as_json()["columns"]

    assert Manifest.from_version(Row()) == manifest()


def test_not_a_number_becomes_null_and_infinity_stays(tables: TableStore) -> None:
    table = pa.table({"x": pa.array([1.0, float("nan"), float("inf"), None], pa.float32())})
    assert _read(tables, _write(tables, table))["x"].to_pylist() == [1.0, None, float("inf"), None]


def test_a_table_without_rows_keeps_its_columns(tables: TableStore) -> None:
    kept = _write(tables, pa.table({"age": pa.array([], pa.int64())}))
    assert (kept.rows, len(kept.files)) == (0, 1)
    assert _read(tables, kept).column_names == ["age", "__cb_row"]


def test_long_tables_are_cut_into_parts_of_whole_row_groups(tables: TableStore) -> None:
    column = pa.array(range(500_000))
    kept = tables.write("d", 1, (pa.record_batch({"n": column}) for _ in range(5)), pa.schema({"n": pa.int64()}))
    assert [file.rows for file in kept.files] == [16 * 122_880, 2_500_000 - 16 * 122_880]
    groups = pq.read_metadata(tables.paths(kept)[0])
    assert {groups.row_group(place).num_rows for place in range(16)} == {122_880}
    row_ids = _read(tables, kept)["__cb_row"]
    assert row_ids == pa.chunked_array([pa.array(range(2_500_000))])


def test_progress_counts_the_rows(tables: TableStore) -> None:
    seen: list[int] = []
    batches = pa.table({"n": range(10)}).to_batches(max_chunksize=4)
    tables.write("d", 1, batches, batches[0].schema, on_progress=seen.append)
    assert seen == [4, 8, 10]


def test_columns_of_codes_are_kept_as_their_values(tables: TableStore) -> None:
    table = pa.table({"c": pa.array(["a", "b", "a"]).dictionary_encode(), "n": pa.nulls(3), "h": [1.5, None, 2.0]})
    table = table.set_column(2, "h", table["h"].cast(pa.float16()))
    found = _read(tables, _write(tables, table))
    assert found.drop_columns("__cb_row").to_pydict() == {
        "c": ["a", "b", "a"],
        "n": [None, None, None],
        "h": [1.5, None, 2.0],
    }


@pytest.mark.parametrize(
    ("names", "culprit"),
    [
        (["a", "A"], "A"),
        (["a", "a"], "a"),
        (["straße", "STRASSE"], "STRASSE"),
        (["__cb_row"], "__cb_row"),
        (["__CB_role"], "__CB_role"),
        ([""], ""),
        (["  "], "  "),
        (["a\x00b"], "a\x00b"),
    ],
)
def test_a_column_name_that_cannot_be_kept_is_named(tables: TableStore, names: list[str], culprit: str) -> None:
    table = pa.Table.from_arrays([pa.array([1])] * len(names), names=names)
    with pytest.raises(BadTable) as caught:
        _write(tables, table)
    assert caught.value.column == culprit


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.int64()), pa.struct({"a": pa.int64()}), pa.map_(pa.string(), pa.int64()), pa.duration("s")]
)
def test_a_column_of_a_type_that_cannot_be_kept_is_named(tables: TableStore, kind: pa.DataType) -> None:
    with pytest.raises(BadTable, match="bad one") as caught:
        _write(tables, pa.table({"good": [1], "bad one": pa.nulls(1, kind)}))
    assert caught.value.column == "bad one"


_visible = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=60)
_names = st.lists(_visible.filter(str.strip), min_size=1, max_size=5, unique_by=str.casefold)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=_names, values=st.lists(st.none() | st.text(st.characters(exclude_categories=("Cs",))), max_size=5))
def test_odd_names_and_texts_come_back_unchanged(tables: TableStore, names: list[str], values: list[str]) -> None:
    names = [name for name in names if not name.casefold().startswith("__cb_")]
    table = pa.Table.from_arrays([pa.array(values, pa.string()) for _ in names], names=names)
    if names:
        found = pq.ParquetFile(tables.verify(_write(tables, table))[0]).read()
        assert found.drop_columns("__cb_row") == table


def test_a_writer_that_breaks_off_leaves_nothing(tables: TableStore) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"n": pa.array(range(200_000))})
        raise ValueError("line 200001")

    with pytest.raises(ValueError, match="line 200001"):
        tables.write("d", 1, batches(), pa.schema({"n": pa.int64()}))
    assert [path for path in tables.root.rglob("*") if path.is_file()] == []


def test_a_batch_with_other_columns_is_refused(tables: TableStore) -> None:
    batches = [pa.record_batch({"n": [1]}), pa.record_batch({"m": [1]})]
    with pytest.raises(BadTable, match="other columns: m"):
        tables.write("d", 1, batches, batches[0].schema)


def test_what_an_import_left_behind_does_not_stop_the_next_one(tables: TableStore) -> None:
    first, second = (_write(tables, pa.table({"n": [value]})) for value in (1, 2))
    assert _read(tables, first)["n"].to_pylist() == [1]
    assert _read(tables, second)["n"].to_pylist() == [2]


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _flip_footer(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-6] ^= 255
    path.write_bytes(data)


def _replace_by_fewer_rows(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(1), path)


@pytest.mark.parametrize(
    "damage",
    [_truncate, _flip, _flip_footer, _replace_by_fewer_rows, Path.unlink, lambda path: path.write_bytes(b"")],
    ids=["truncated", "flipped", "footer", "rows", "missing", "empty"],
)
def test_a_damaged_file_is_named_before_anything_is_read(tables: TableStore, damage: Callable[[Path], None]) -> None:
    kept = _write(tables, pa.table({"n": range(1000)}))
    path = tables.verify(kept)[0]
    damage(path)
    with pytest.raises(DamagedFile, match=r"part-00000\.parquet"):
        tables.verify(kept)


def test_a_quick_check_compares_size_and_rows(tables: TableStore) -> None:
    kept = _write(tables, pa.table({"n": range(1000)}))
    lying = Manifest.of(kept.columns, [File(kept.files[0].path, 999, kept.files[0].bytes, kept.files[0].sha256)])
    with pytest.raises(DamagedFile, match="1,000 rows instead of 999"):
        tables.verify(lying, "quick")


def test_a_full_check_hashes_again(tables: TableStore) -> None:
    kept = _write(tables, pa.table({"n": range(1000)}))
    path = tables.verify(kept)[0]
    before = path.stat()
    _flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    tables.verify(kept)
    with pytest.raises(DamagedFile, match="hash"):
        tables.verify(kept, "full")


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "d/../../secret", "", ".", "link/secret"])
def test_a_manifest_cannot_lead_outside(tables: TableStore, path: str) -> None:
    (tables.root / "link").symlink_to(tables.root.parent)
    with pytest.raises(NotFound):
        tables.paths(manifest(path))


@pytest.mark.parametrize("dataset_id", ["", "..", "a/b", "a\x00", "x" * 65])
def test_a_dataset_id_cannot_lead_outside(tables: TableStore, dataset_id: str) -> None:
    with pytest.raises(NotFound):
        tables.write(dataset_id, 1, [], pa.schema({"n": pa.int64()}))


def test_orphans_are_what_no_version_lists(tables: TableStore) -> None:
    kept, lost = _write(tables, pa.table({"n": [1]})), _write(tables, pa.table({"n": [2]}), number=2)
    known = {file.path for file in kept.files}
    assert tables.orphans(known) == []
    assert tables.orphans(known, older_than_seconds=0) == [lost.files[0].path]
    tables.remove(tables.orphans(known, older_than_seconds=0))
    assert pc.sum(_read(tables, kept)["n"]).as_py() == 1
    assert [path.name for path in (tables.root / "d").iterdir()] == ["v1"]


FILL = """
import os, resource, sys
import numpy as np, pyarrow as pa
from storage.artifacts import ArtifactStore
from storage.tables import TableStore
from storage.errors import DiskFull
what, root = sys.argv[1:]
store = TableStore(root) if what == "table" else ArtifactStore(root)
noise = np.frombuffer(np.random.default_rng(1).bytes(8_000_000), dtype=np.int64)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    if what == "table":
        batch = pa.record_batch({"n": noise})
        store.write("d", 1, [batch], batch.schema)
    else:
        store.put_bytes(noise.tobytes())
except DiskFull as error:
    print(error.message, [name for _, _, names in os.walk(root) for name in names])
"""


@pytest.mark.parametrize("what", ["table", "artifact"])
def test_a_full_disk_is_named_and_keeps_no_partial_file(tmp_path: Path, what: str) -> None:
    command = [sys.executable, "-c", FILL, what, str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
    assert "MB are free" in done.stdout
    assert done.stdout.strip().endswith("[]")
