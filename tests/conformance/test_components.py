"""Every portable component does the same on DuckDB and on Spark, and learns the same."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from components.base import Balance, Cut, LearnedTransform, Split, State, Transform
from components.catalog import catalog, component
from components.ports import ROLE, ROW
from components.prepare.answered import Answered
from engine.backends.backend import Backend
from tests.components import tables
from tests.conformance.component_cases import MORE
from tests.conformance.same import differences

pytestmark = pytest.mark.slow


PORTABLE = [
    key
    for key, kind in catalog().items()
    if issubclass(kind, Transform | LearnedTransform | Split) and "spark" in kind.spec.backends
]
CASES = [
    pytest.param(key, params, id=f"{key}-{number}")
    for key in PORTABLE
    for number, params in enumerate([dict(component(key).spec.example), *MORE.get(key, [])])
]
ROWS = {
    "example": tables.example(),
    "hostile names": tables.hostile(tables.example(12)),
    "no rows": tables.example(0),
    "roles": tables.example().append_column(ROLE, pa.array(["train", "train", "test"] * (tables.ROWS // 3))),
    "no values": tables.all_missing(tables.example(12), "number", "other", "text", "flag", "when"),
}


@cache
def registered(backend: Backend, rows: str) -> ir.Table:
    """Rows in an engine, once."""
    return backend.register(ROWS[rows])


def learned(backend: Backend, transform: LearnedTransform[Any, Any], table: ir.Table) -> State:
    return transform.measured(backend.measured(table, transform.measures(table)))


def done(backend: Backend, key: str, rows: str, params: Any) -> dict[str, Any]:
    """What a component makes of some rows: state, schema and rows of every port, and what it demands of them."""
    table = registered(backend, rows)
    made = tables.made(component(key), table, params)
    state = learned(backend, made, table) if isinstance(made, LearnedTransform) else None
    found = {port: backend.collect(output) for port, output in outputs(backend, made, table, state).items()}
    demands = made.demands(*[table for _ in made.spec.inputs]) if isinstance(made, Transform) else {}
    return {
        "state": state,
        "types": {port: output.schema.types for port, output in found.items()},
        "demands": {message: backend.row(table.aggregate(rows=count)) for message, count in demands.items()},
        "rows": {port: in_order(output) for port, output in found.items()},
    }


def outputs(backend: Backend, made: Any, table: ir.Table, state: State | None) -> dict[str, ir.Table]:
    if not isinstance(made, Split):
        return tables.run(made, table, state)
    found = made.cuts(table)
    cuts = [] if found is None else [Cut(**row) for row in backend.collect(found).to_pylist()]
    return {"table": table.mutate({ROLE: made.roles(table, cuts)})}


def in_order(output: pa.Table) -> list[list[Any]]:
    """Rows by their id; names are left out, because values alone are compared."""
    rows = output.to_pylist()
    return [list(row.values()) for row in sorted(rows, key=lambda row: (str(row.get(ROW)), repr(row)))]


def assert_alike(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    for part in ("state", "types", "demands"):
        assert theirs[part] == ours[part]
    for port, rows in ours["rows"].items():
        assert len(theirs["rows"][port]) == len(rows)
        assert differences(rows, theirs["rows"][port]) == []


@pytest.mark.parametrize(("key", "params"), CASES)
def test_a_component_does_the_same_on_both_engines(key: str, params: Any, duckdb: Backend, spark: Backend) -> None:
    assert_alike(done(duckdb, key, "example", params), done(spark, key, "example", params))


@pytest.mark.parametrize("rows", ["no rows", "no values"])
@pytest.mark.parametrize("key", PORTABLE)
def test_nothing_to_work_on_is_the_same_on_both_engines(key: str, rows: str, duckdb: Backend, spark: Backend) -> None:
    params = dict(component(key).spec.example)
    assert_alike(done(duckdb, key, rows, params), done(spark, key, rows, params))


@pytest.mark.parametrize("key", [key for key in PORTABLE if issubclass(component(key), Answered | Balance)])
def test_train_rows_are_treated_the_same_on_both_engines(key: str, duckdb: Backend, spark: Backend) -> None:
    params = dict(component(key).spec.example)
    assert_alike(done(duckdb, key, "roles", params), done(spark, key, "roles", params))


@pytest.mark.parametrize("key", PORTABLE)
def test_hostile_column_names_are_the_same_on_both_engines(key: str, duckdb: Backend, spark: Backend) -> None:
    params = tables.rekeyed(dict(component(key).spec.example))
    assert_alike(done(duckdb, key, "hostile names", params), done(spark, key, "hostile names", params))
