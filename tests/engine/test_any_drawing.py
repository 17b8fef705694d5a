"""Drawings that somebody might make: every wire fits, params are right or nearly so."""

from contextlib import suppress
from typing import Any

import ibis.expr.schema as sch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.base import Application, Reporting, Source
from components.catalog import catalog
from engine.checks import review
from engine.errors import CanvasbackError
from engine.graph import Edge, Node, Pipeline
from engine.plan import make_plan
from engine.schemas.known import NodeSchemas, output_tables
from engine.schemas.lineage import carried, computed_from
from tests.components import tables

EXAMPLE = sch.Schema.from_pyarrow(tables.SCHEMA)
KEYS = [
    key
    for key, kind in catalog().items()
    if not issubclass(kind, Source | Reporting | Application)
    and kind.spec.inputs
    and all(port.kind == "table" for port in kind.spec.inputs)
]
NAMES = ["number", "other", "text", "flag", "when", "group", "made", "target_class"]
EXPRESSIONS = ["number * 2", "Other > 1", "coalesce(text, 'x')", "made + number", "case when flag then 1 end", "flag"]
COLUMNS = st.sampled_from(["all", "numeric", "text"]) | st.lists(st.sampled_from(NAMES), max_size=3, unique=True)
PARAMS = {
    "columns": COLUMNS,
    "features": COLUMNS,
    "by": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
    "on": st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
    "how": st.sampled_from(["left", "inner", "right", "outer", "any"]),
    "suffix": st.sampled_from(["_right", "_2", "_3", "_4"]),
    "name": st.sampled_from(["made", "number", "new"]),
    "expression": st.sampled_from(EXPRESSIONS),
    "condition": st.sampled_from(EXPRESSIONS),
    "to": st.sampled_from(["int64", "float64", "string", "boolean", "date"]),
    "mapping": st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES), max_size=2),
    "target": st.sampled_from(NAMES),
    "stratify": st.sampled_from(NAMES),
}


@st.composite
def sound_drawings(draw_one: Any) -> Pipeline:
    """Every input is connected to an earlier output of its kind, where there is one."""
    nodes = [Node(id="s", component="dataset", params={"dataset": "d"})]
    edges: list[Edge] = []
    outputs = {"table": [("s", "table")], "model": list[tuple[str, str]]()}
    for number, key in enumerate(draw_one(st.lists(st.sampled_from(KEYS), min_size=1, max_size=9))):
        kind, node_id = catalog()[key], f"n{number}"
        fields = [field for field in kind.params_type().model_fields if field in PARAMS]
        chosen = draw_one(st.lists(st.sampled_from(fields), max_size=2, unique=True)) if fields else []
        changes = {field: draw_one(PARAMS[field]) for field in chosen}
        nodes.append(Node(id=node_id, component=key, params={**kind.spec.example, **changes}))
        for port in kind.spec.inputs:
            there = st.sampled_from(outputs[port.kind][-4:]) if outputs[port.kind] else st.nothing()
            most = (3 if port.many else 1) if outputs[port.kind] else 0
            fewest = 0 if port.optional or port.kind == "model" else 1
            for source, source_port in draw_one(st.lists(there, min_size=fewest, max_size=most, unique=True)):
                edges.append(Edge(source=source, source_port=source_port, target=node_id, target_port=port.name))
        for port in kind.spec.outputs:
            outputs[port.kind].append((node_id, port.name))
    return Pipeline(name="any", nodes=tuple(nodes), edges=tuple(edges))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sound_drawings())
def test_what_is_told_of_a_node_is_what_building_it_shows(drawn: Pipeline) -> None:
    for known in review(drawn, lambda table: EXAMPLE).schemas.values():
        if known.component is not None and known.outlines:
            built = NodeSchemas(known.component, known.inputs, built=output_tables(known.component, known.inputs))
            for port, table in built.tables.items():
                assert list(known.outputs[port].items()) == list(table.schema().items())
                assert carried(known, port) <= carried(built, port)
                for name in set(table.columns) - {"__cb_role"}:
                    assert computed_from(known, port, [name]) == computed_from(built, port, [name])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sound_drawings())
def test_a_drawing_whose_wires_fit_is_looked_through_and_planned_or_says_why_not(drawn: Pipeline) -> None:
    looked = review(drawn, lambda table: EXAMPLE)
    assert not {problem.code for problem in looked.problems} & {"component_failed", "no_port", "kind_mismatch", "cycle"}
    for target in (None, *drawn.by_id):
        with suppress(CanvasbackError):
            plan = make_plan(looked, str, target)
            assert target is None or target in plan.by_id
