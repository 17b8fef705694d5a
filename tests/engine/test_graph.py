import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidPipeline
from engine.graph import Edge, Node, Pipeline
from tests.engine.running import draw

YAML = """
format: 1
name: churn
params: {share: 0.2}
nodes:
  s: {component: sample_data}
  join: {component: join, params: {on: [region], how: left}}
  split: {component: split_random, params: {test: "${share}", seed: 7}}
  model: {component: logistic_regression, title: My model, params: {target: churn}}
  ev: {component: evaluate}
edges: [s -> join, s -> join.right, join -> split, split -> model, model.predictions -> ev.predictions]
layout: {s: [0, 10], model: [240.5, 0]}
"""


def test_a_pipeline_survives_its_file() -> None:
    drawn = Pipeline.from_yaml(YAML)
    assert Pipeline.from_yaml(drawn.as_yaml()) == drawn
    assert drawn.edges[1].target_port == "right"
    assert drawn.by_id["join"].params == {"on": ["region"], "how": "left"}


def test_first_ports_need_no_name_in_the_file() -> None:
    drawn = Pipeline.from_yaml(YAML)
    assert drawn.as_document()["edges"] == [
        "s -> join",
        "s -> join.right",
        "join -> split",
        "split -> model",
        "model.predictions -> ev.predictions",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nodes: {a: {component: cast}", "not YAML"),
        ("[1, 2]", "no nodes"),
        ("{nodes: {}, format: 9}", "format 9"),
        ("{nodes: {}, extra: 1}", "'extra'"),
        ("{nodes: {A b: {component: cast}}}", "'A b'"),
        ("{nodes: {a: {component: cast, colour: red}}}", "colour"),
        ("{nodes: {a: 3}}", "nodes.a"),
        ("{nodes: {a: {component: cast}}, edges: [a => a]}", "no edge"),
        ("{nodes: {a: {component: cast}}, edges: [a -> b]}", "'b'"),
        ("{nodes: {a: &x {component: cast}, b: *x}}", "anchors"),
        ("{nodes: {a: !!python/object:os.system {}}}", "not YAML"),
        ("{nodes: {}, layout: {a: [1]}}", "layout"),
        ("{nodes: {}, edges: 3}", "edges must be a list"),
        ("{nodes: {a: 2026-99-99}}", "nodes.a"),
        ("{nodes: {a: {component: cast, params: {1: 2}}}}", "params"),
        ("[" * 100_000, "nested"),
    ],
)
def test_a_file_that_is_no_pipeline_is_refused_with_the_place(text: str, told: str) -> None:
    with pytest.raises(InvalidPipeline) as caught:
        Pipeline.from_yaml(text)
    assert told in caught.value.message


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80) | st.text(alphabet="{}[]:,&*!- \nnodesabc->", max_size=80))
def test_any_text_is_a_pipeline_or_refused(text: str) -> None:
    try:
        assert Pipeline.from_yaml(text).name
    except InvalidPipeline as error:
        assert str(error)  # noqa: PT017  either end is fine


def test_parameters_are_put_in_with_their_types() -> None:
    drawn = Pipeline.from_yaml(YAML)
    assert drawn.resolved().by_id["split"].params["test"] == 0.2
    assert drawn.resolved({"share": 0.5}).by_id["split"].params["test"] == 0.5
    with pytest.raises(InvalidPipeline, match="no parameter 'nothing'"):
        drawn.resolved({"nothing": 1})
    with pytest.raises(InvalidPipeline, match="is no parameter") as caught:
        drawn.with_params("split", seed="${unknown}").resolved()
    assert caught.value.node_id == "split"


def test_nodes_come_after_what_they_need_and_those_on_a_circle_not_at_all() -> None:
    drawn = draw(dict.fromkeys("abcde", "impute_mean"), "c -> b -> a", "d -> e -> d")
    assert drawn.order() == ("c", "b", "a")
    assert drawn.cycles() == (("d", "e"),)


def test_a_part_holds_only_what_leads_to_it() -> None:
    drawn = Pipeline.from_yaml(YAML)
    part = drawn.slice_to("split")
    assert [node.id for node in part.nodes] == ["s", "join", "split"]
    assert len(part.edges) == 3


def test_taking_a_node_out_joins_its_neighbours() -> None:
    drawn = draw(dict.fromkeys("abcd", "impute_mean"), "a -> b -> c", "b -> d").without("b")
    assert {(edge.source, edge.target) for edge in drawn.edges} == {("a", "c"), ("a", "d")}


def test_taking_a_model_out_does_not_join_its_table_to_what_took_the_model() -> None:
    nodes: dict[str, Any] = {"s": "sample_data", "m": ("logistic_regression", {"target": "churn"}), "ev": "evaluate"}
    assert draw(nodes, "s -> m -> ev").without("m").edges == ()


def test_of_two_nodes_with_one_id_the_first_counts() -> None:
    twice = (Node(id="a", component="cast"), Node(id="b", component="cast"), Node(id="a", component="join"))
    drawn = Pipeline(name="x", nodes=twice)
    assert drawn.by_id["a"].component == "cast"
    assert list(drawn.by_id) == ["a", "b"]


def test_a_long_chain_is_no_problem() -> None:
    names = [f"n{i}" for i in range(1_900)]
    wires = tuple(
        Edge(source=a, source_port="table", target=b, target_port="table") for a, b in itertools.pairwise(names)
    )
    drawn = Pipeline(name="x", nodes=tuple(Node(id=n, component="impute_mean") for n in names), edges=wires)
    assert drawn.order() == tuple(names)
    assert drawn.cycles() == ()
    assert len(drawn.ancestors("n1899")) == 1_899
