"""What scikit-learn fits on Spark's rows is what it fits on DuckDB's."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from components.base import LearnedFromRows
from components.catalog import catalog, component
from components.ports import ROW
from engine.backends.backend import Backend
from engine.train.room import Room
from engine.train.transforms import learn, learn_rows, write_made
from tests.components import tables

pytestmark = pytest.mark.slow


ROOM = Room(500)
NO_GAPS: dict[str, Any] = {"columns": ["target_number"]}
SELECTORS = [key for key, kind in catalog().items() if issubclass(kind, LearnedFromRows)]


def made(backend: Backend, key: str, params: Any, path: Path) -> list[dict[str, Any]]:
    rows = tables.example()
    transform: Any = tables.made(component(key), tables.lazy(rows), {**component(key).spec.example, **params})
    table = backend.register(rows)
    fitted = learn(transform, table, backend, ROOM)
    assert write_made(fitted, table, backend, path) == tables.ROWS
    return sorted(pq.read_table(path).to_pylist(), key=lambda row: row[ROW])


@pytest.mark.parametrize(
    ("key", "params"),
    [("quantile_transform", {}), ("impute_knn", {}), ("spline", NO_GAPS), ("tfidf", {}), ("bag_of_words", {})],
)
def test_a_transformer_makes_the_same_on_both_engines(
    key: str, params: Any, duckdb: Backend, spark: Backend, tmp_path: Path
) -> None:
    ours, theirs = (made(backend, key, params, tmp_path / f"{backend.name}.parquet") for backend in (duckdb, spark))
    assert theirs == ours


@pytest.mark.parametrize("key", SELECTORS)
def test_a_selector_chooses_the_same_on_both_engines(key: str, duckdb: Backend, spark: Backend) -> None:
    params = {**component(key).spec.example, "columns": ["number", "other", "flag"]}
    selection: Any = tables.made(component(key), tables.lazy(tables.example()), params)
    states = [learn_rows(selection, backend.register(tables.example()), backend, ROOM) for backend in (duckdb, spark)]
    assert states[0] == states[1]
