"""Rows computed range by range are those of the whole query, in the same order."""

from collections.abc import Iterator
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.ports import ROW
from engine.backends import segments
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend

COUNT = 2_500


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DuckDBBackend]:
    monkeypatch.setattr(segments, "ROWS", 300)
    ids = np.concatenate([np.arange(COUNT - 100), np.arange(5_000, 5_100)])
    rows = pa.table({ROW: ids, "x": np.arange(COUNT) % 7, "name": [f"n{i % 5}" for i in range(COUNT)]})
    pq.write_table(rows, tmp_path / "rows.parquet")
    backend = DuckDBBackend(Limits(memory_mb=500, threads=2), [tmp_path / "rows.parquet"], tmp_path)
    yield backend
    backend.close()


@pytest.fixture
def table(backend: DuckDBBackend, tmp_path: Path) -> ir.Table:
    return backend.read([tmp_path / "rows.parquet"])


def test_a_chain_of_rowwise_steps_gives_the_rows_of_one_query(backend: DuckDBBackend, table: ir.Table) -> None:
    chain = table.filter(table["x"] != 3).mutate(y=ibis._.x * 2 + 1).mutate(z=ibis._.y.cast("float64")).drop("x")
    assert segments.base_of(chain) is not None
    expected = chain.order_by(ROW)
    assert segments.base_of(expected) is None
    assert backend.collect(chain).equals(backend.collect(expected))


def test_rows_with_ids_far_apart_are_not_cut_into_empty_ranges() -> None:
    assert segments.ranges(0, 10**12, 1_000, width=2) is None
    assert segments.ranges(None, None, 0, width=2) == []


def test_wide_rows_are_cut_into_shorter_ranges() -> None:
    narrow, wide = (segments.ranges(0, 999_999, 1_000_000, width=width) or [] for width in (10, 1_000))
    assert max(map(len, narrow)) == 245_760
    assert max(map(len, wide)) == 8_192
    assert [ids[0] for ids in wide[1:]] == [ids[-1] + 1 for ids in wide[:-1]]


def test_no_batch_is_larger_than_asked_for(backend: DuckDBBackend, table: ir.Table) -> None:
    assert {batch.num_rows for batch in backend.batches(table, 128)} <= set(range(129))


def test_a_table_without_rows_gives_none(backend: DuckDBBackend, table: ir.Table) -> None:
    assert backend.collect(table.filter(table["x"] > 100)).num_rows == 0
    empty = backend.register(pa.table({ROW: pa.array([], pa.int64())}))
    assert backend.collect(empty).num_rows == 0


@pytest.mark.parametrize("step", ["join", "group", "window", "order", "limit", "distinct", "union"])
def test_what_looks_at_several_rows_is_computed_as_a_whole(backend: DuckDBBackend, table: ir.Table, step: str) -> None:
    steps = {
        "join": lambda: table.join(table.select(ROW, other="x"), ROW),
        "group": lambda: table.group_by("name").aggregate(n=table.count(), first=table[ROW].min()),
        "window": lambda: table.mutate(share=table["x"] / table["x"].sum().over(ibis.window(group_by="name"))),
        "order": lambda: table.order_by("x"),
        "limit": lambda: table.limit(700),
        "distinct": lambda: table.select("name").distinct(),
        "union": lambda: ibis.union(table, table),
    }
    made = steps[step]()
    assert segments.base_of(made) is None
    assert backend.collect(made).num_rows == backend.rows(made)


def test_a_failure_in_one_range_is_the_failure_of_the_query(backend: DuckDBBackend, table: ir.Table) -> None:
    late = table.mutate(y=ibis.ifelse(table[ROW] > 5_000, "no number", "1").cast("int64"))
    with pytest.raises(Exception, match="no number"):
        backend.collect(late)
