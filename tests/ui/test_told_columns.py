"""What the canvas is told of columns: each table once, however many nodes it passes."""

from engine.service.building.pipelines import NodeFacts
from ui.building.told_columns import told_facts

ONE = ({"name": "a", "kind": "numeric", "type": "number"},)
TWO = (*ONE, {"name": "b", "kind": "text", "type": "text"})


def test_a_table_that_passes_many_nodes_is_told_once() -> None:
    facts = {
        "rows": NodeFacts(summary="", outputs={"table": ONE}),
        "sort": NodeFacts(summary="", inputs={"table": tuple(dict(it) for it in ONE)}, outputs={"table": ONE}),
        "add": NodeFacts(summary="", inputs={"table": ONE}, outputs={"table": TWO}),
    }
    told = told_facts(facts)
    assert told["tables"] == [ONE, TWO]
    assert {node: (one["inputs"], one["outputs"]) for node, one in told["facts"].items()} == {
        "rows": ({}, {"table": 0}),
        "sort": ({"table": 0}, {"table": 0}),
        "add": ({"table": 0}, {"table": 1}),
    }
