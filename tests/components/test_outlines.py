"""What a component tells of its outputs is what building them shows."""

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.schema as sch
import pytest

from components.base import Component, Split
from components.catalog import catalog, component
from components.errors import ComponentError
from components.ports import ONE_HOT, ROLE
from engine.schemas.known import NodeSchemas, output_tables
from engine.schemas.lineage import carried, computed_from
from tests.components import tables

LAZY = [key for key, kind in catalog().items() if kind.is_lazy]

EXAMPLE = sch.Schema.from_pyarrow(tables.SCHEMA)
NARROW = {"number": "float32", "other": "int16", "flag": "!boolean", "when": "date"}
EXACT = {"number": "decimal(10, 2)", "other": "!int64", "group": "!string", "when": "time", ROLE: "string"}
PACKED = {"number": "int64", "text": ONE_HOT, "other": "uint64", "when": "!timestamp('UTC')"}
INPUTS = [sch.Schema({**EXAMPLE, **sch.schema(other)}) for other in ({}, NARROW, EXACT, PACKED)]

MORE: list[tuple[str, dict[str, Any]]] = [
    *(("join", {"on": ["group"], "how": how}) for how in ("left", "right", "outer")),
    ("join", {"left_on": ["other"], "right_on": ["other"], "how": "left", "suffix": "_2"}),
    ("join", {"left_on": ["other", "text"], "right_on": ["other", "group"], "how": "outer"}),
    *(("cast", {"columns": ["number", "other", "text", "flag"], "to": to}) for to in ("int64", "float64", "string")),
    ("cast", {"columns": ["number", "other"], "to": "boolean"}),
    ("cast", {"columns": ["when", "text"], "to": "date"}),
    ("deduplicate", {"columns": []}),
    ("drop_missing", {"columns": []}),
    ("filter_rows", {"condition": "FLAG and Number > other"}),
    ("formula", {"name": "number", "expression": "Other"}),
    ("formula", {"name": "new", "expression": "case when flag then 'a' else text end"}),
    ("impute_mean", {}),
    ("impute_mode", {}),
    ("encode_one_hot", {}),
    ("rename_columns", {"mapping": {"number": "other", "other": "number", "text": "words"}}),
    ("select_columns", {"columns": ["when", "number"]}),
    ("standardize", {}),
    ("split_random", {}),
]
CASES = [(key, dict(component(key).spec.example)) for key in LAZY] + MORE


def bound(key: str, params: Mapping[str, Any], schema: sch.Schema) -> tuple[Component[Any], dict[str, sch.Schema]]:
    kind = component(key)
    schemas = {port.name: schema for port in kind.spec.inputs}
    try:
        return kind(kind.params_type().model_validate(params).bind(schemas)), schemas
    except ComponentError:
        pytest.skip("does not take these columns")


@pytest.mark.parametrize("schema", INPUTS, ids=("example", "narrow", "exact", "packed"))
@pytest.mark.parametrize(("key", "params"), CASES)
def test_an_outline_says_what_building_shows(key: str, params: dict[str, Any], schema: sch.Schema) -> None:
    made, schemas = bound(key, params, schema)
    told = made.outline(*schemas.values())
    if told is None:
        pytest.skip("tells no outline")
    built = NodeSchemas(made, schemas, built=output_tables(made, schemas))
    known = NodeSchemas(made, schemas, outlines=told)
    for port, table in built.tables.items():
        assert list(told[port].schema.items()) == list(table.schema().items())
        assert carried(known, port) <= carried(built, port)  # a cast to the type that a column has changes nothing
        for name in table.columns:
            if not (isinstance(made, Split) and name == ROLE):  # what its cuts are learned from is in no expression
                for rows in (True, False):
                    shown = computed_from(built, port, [name], rows=rows)
                    assert computed_from(known, port, [name], rows=rows) == shown, (name, rows)
    assert set(told) == set(built.tables)


def test_a_component_that_tells_nothing_is_built_to_see() -> None:
    made, schemas = bound("group_by", component("group_by").spec.example, EXAMPLE)
    assert made.outline(*schemas.values()) is None
    assert isinstance(output_tables(made, schemas)["table"], ibis.expr.types.Table)
