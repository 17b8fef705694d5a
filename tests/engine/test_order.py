"""A model sees its rows by their ids, and no more of them at once than there is room for."""

import threading
from collections.abc import Callable
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from components.ports import ROW
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.train.order import in_order
from engine.train.room import Room


@pytest.mark.parametrize("ids", [[1, 2, 5], [5, 1, 2], [2, 2, 1]])
def test_rows_arrive_by_their_ids_and_are_sorted_only_where_they_do_not(tmp_path: Path, ids: list[int]) -> None:
    backend = DuckDBBackend(Limits(memory_mb=200, threads=1), [], tmp_path)
    table = backend.register(pa.table({ROW: ids, "x": [3.0, 2.0, 1.0]}))
    readings = 0

    def read(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> list[tuple[int, float]]:
        nonlocal readings
        readings += 1
        rows = []
        for batch in backend.batches(ordered):
            look(batch)
            rows += [tuple(row.values()) for row in batch.to_pylist()]
        return rows

    seen = in_order(table, ["x"], read)
    backend.close()
    assert seen == sorted(zip(ids, [3.0, 2.0, 1.0], strict=True))
    assert readings == (1 if ids == [1, 2, 5] else 2)


def test_who_finds_no_room_waits_until_there_is_some() -> None:
    room, taken = Room(100), threading.Event()

    def take() -> None:
        with room.take(60):
            taken.set()

    waiting = threading.Thread(target=take)
    with room.take(60):
        waiting.start()
        assert not taken.wait(0.2)
    waiting.join(5)
    assert taken.is_set()


def test_more_than_all_is_as_much_as_all() -> None:
    with Room(100).take(1_000):
        pass
