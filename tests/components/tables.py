"""The example table that every component's `spec.example` fits, and what the contract suite does with it."""

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.operations import UnboundTable

from components import expressions
from components.base import Component, Cut, LearnedTransform, Split, Transform
from components.errors import RefusedExpression
from components.example_table import ROWS, SCHEMA, example
from components.ports import ROLE, ROW

__all__ = ["ROWS", "SCHEMA", "example"]

HOSTILE = {
    "number": "self",
    "other": 'a"; drop table x; --',
    "text": "{{7*7}} <b>.x</b>",
    "flag": "2nd 'flag'",
    "when": "été 📅",
    "group": "select",
    "target_class": "n" * 200,
    "target_number": "a.b\\c",
}


def hostile(table: pa.Table) -> pa.Table:
    """The same table under names that attack."""
    return table.rename_columns([HOSTILE.get(name, name) for name in table.column_names])


def rekeyed(params: Mapping[str, Any]) -> dict[str, Any]:
    """Params for the hostile table; expressions are rewritten too."""
    return {name: _rekeyed(value) for name, value in params.items()}


def _rekeyed(value: Any) -> Any:
    if isinstance(value, str):
        return HOSTILE.get(value) or _rewritten(value)
    if isinstance(value, Mapping):
        return {_rekeyed(key): _rekeyed(item) for key, item in value.items()}
    return [_rekeyed(item) for item in value] if isinstance(value, list | tuple) else value


def all_missing(table: pa.Table, *names: str) -> pa.Table:
    """The same table with columns in which nothing is left."""
    for name in names:
        place = table.column_names.index(name)
        table = table.set_column(place, name, pa.nulls(len(table), table.schema.field(name).type))
    return table


def lazy(table: pa.Table, connection: Any = None) -> ir.Table:
    """The table in DuckDB."""
    return (connection or ibis.duckdb.connect()).create_table("input", table, overwrite=True)


def made(component: type[Component[Any]], table: ir.Table, params: Any = None) -> Component[Any]:
    """A component with its example (or other params), bound to a table at every table port."""
    schemas = {port.name: table.schema() for port in component.spec.inputs if port.kind == "table"}
    given = dict(component.spec.example) if params is None else params
    return component(component.params_type().model_validate(given).bind(schemas))


def run(component: Component[Any], table: ir.Table, state: Any = None) -> dict[str, ir.Table]:
    """The output tables by port; every input gets the same table."""
    if isinstance(component, LearnedTransform):
        return {"table": component.transform(table, component.fit(table) if state is None else state)}
    if isinstance(component, Split):
        found = component.cuts(table)
        is_bound = not table.op().find(UnboundTable)
        cuts = [Cut(**row) for row in found.to_pyarrow().to_pylist()] if found is not None and is_bound else []
        return {"table": table.mutate({ROLE: component.roles(table, cuts)})}
    assert isinstance(component, Transform)
    output = component.transform(*[table for _ in component.spec.inputs])
    return dict(output) if isinstance(output, Mapping) else {"table": output}


def rows(table: ir.Table) -> list[dict[str, Any]]:
    """The rows in the order of their ids."""
    return sorted(table.to_pyarrow().to_pylist(), key=lambda row: (str(row.get(ROW)), repr(row)))


def _rewritten(text: str) -> str:
    try:
        return expressions.rename(text, HOSTILE)
    except RefusedExpression:
        return text
