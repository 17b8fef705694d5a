"""What is computed on collected rows is the same wherever they were collected."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.catalog import component
from components.ports import ROW
from engine.backends.backend import Backend
from engine.execute.computations import compute
from engine.train.room import Room
from tests.components import tables
from tests.engine.test_computations import ROWS, regular

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("key", ["naive_seasonal", "item_neighbours", "keywords"])
def test_a_computation_gives_the_same_rows_on_both_engines(
    key: str, duckdb: Backend, spark: Backend, workspace: Path
) -> None:
    rows = regular().append_column(ROW, pa.array(range(ROWS), pa.int64()))
    found = []
    for backend in (duckdb, spark):
        table = backend.register(rows)
        made = tables.made(component(key), table)
        folder = workspace / f"{key}-{backend.name}"
        folder.mkdir()
        written, _, seen = compute(made, [table], backend, folder, Room(1_000))
        assert seen == ROWS
        found.append({port: pq.read_table(folder / f"{port}.parquet").sort_by(ROW) for port in written})
    ours, theirs = found
    assert ours.keys() == theirs.keys()
    for port, table in ours.items():
        assert table.to_pylist() == theirs[port].to_pylist()
