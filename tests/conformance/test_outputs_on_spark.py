"""What outputs write down is the same on DuckDB and on Spark."""

from typing import Any

import pytest

from components.base import Output
from components.catalog import catalog, component
from engine.backends.backend import Backend
from tests.components import tables
from tests.conformance.same import same

pytestmark = pytest.mark.slow


WRITING = [
    key
    for key, kind in catalog().items()
    if issubclass(kind, Output) and any(port.kind == "table" for port in kind.spec.inputs)
]
SERIES = ["when", "number", "text", "group", "__cb_row"]


def written(backend: Backend, key: str, columns: list[str] | None) -> dict[str, Any]:
    rows = tables.example() if columns is None else tables.example().select(columns)
    table = backend.register(rows)
    made: Any = tables.made(component(key), table)
    port = made.spec.inputs[0].name
    return {name: backend.collect(part).to_pylist() for name, part in made.tables({port: table}).items()}


@pytest.mark.parametrize(("key", "columns"), [*((key, None) for key in WRITING), ("report", SERIES)])
def test_an_output_writes_the_same(duckdb: Backend, spark: Backend, key: str, columns: list[str] | None) -> None:
    assert same(written(duckdb, key, columns), written(spark, key, columns))
