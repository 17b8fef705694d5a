"""What became of a drawing: told exactly, so that it can be applied."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph import Pipeline, diff
from engine.service.building.drawn_changes import describe_diff, value_words

KEYS = ("impute_mean", "filter", "join", "concat", "logistic_regression", "note", "gone_component")
PARAMS = st.dictionaries(
    st.sampled_from(["columns", "C", "on", "text", "seed"]),
    st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from([1.0, "a"]), st.just(["a", "b"])),
    max_size=3,
)


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    ids = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6))
    nodes = {
        key: {"component": draw(st.sampled_from(KEYS)), "params": draw(PARAMS)}
        | ({"title": draw(st.sampled_from(["One", "Two"]))} if draw(st.booleans()) else {})
        for key in ids
    }
    ends = st.sampled_from(ids) if ids else st.nothing()
    ports = st.sampled_from(["table", "right", "model"])
    wires = draw(st.lists(st.tuples(ends, ports, ends, ports), unique=True, max_size=6)) if ids else []
    place = st.tuples(st.integers(0, 9), st.integers(0, 2)).map(lambda at: [at[0] * 60.0, at[1] * 60.0])
    return Pipeline.from_document(
        {
            "name": "drawn",
            "nodes": nodes,
            "edges": [f"{a}.{out} -> {b}.{into}" for a, out, b, into in wires],
            "layout": {key: draw(place) for key in ids if draw(st.booleans())},
            "params": draw(st.dictionaries(st.sampled_from("xy"), st.integers(0, 2))),
        }
    )


def exactly(pipeline: Pipeline) -> Any:
    """Everything that is drawn; neither the order of nodes counts, nor that of wires into different inputs."""
    fed: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for edge in pipeline.edges:
        fed.setdefault((edge.target, edge.target_port), []).append((edge.source, edge.source_port))
    return {node.id: node for node in pipeline.nodes}, fed, pipeline.params, pipeline.layout


@settings(max_examples=150, deadline=None)
@given(pipelines(), pipelines())
def test_a_diff_applied_to_the_one_gives_the_other(before: Pipeline, after: Pipeline) -> None:
    assert exactly(diff(before, after).apply(before)) == exactly(after)


@settings(max_examples=60, deadline=None)
@given(pipelines(), pipelines())
def test_there_is_no_difference_to_oneself_and_always_some_words(before: Pipeline, after: Pipeline) -> None:
    assert diff(before, before).is_empty
    assert not diff(before, before).matters
    told = describe_diff(before, after, ("v1", "v2"))
    assert told.in_words
    assert bool(told.lines) == (not diff(before, after).is_empty)
    assert {wire.state for wire in told.wires} <= {"added", "removed"}


DRAWN = """
name: churn
params: {share: 0.2}
nodes:
  customers: {component: sample_data}
  fill: {component: impute_mean, params: {columns: numeric}}
  split: {component: split_random, params: {test: "${share}", seed: 7}}
  model: {component: logistic_regression, params: {target: churn, C: 0.5}}
  remark: {component: note, params: {text: hello}}
edges: [customers -> fill, fill -> split, split -> model]
layout: {customers: [0, 0], fill: [240, 0], split: [480, 0], model: [720, 0]}
"""


def changed(*pairs: tuple[str, str]) -> Any:
    text = DRAWN
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return describe_diff(Pipeline.from_yaml(DRAWN), Pipeline.from_yaml(text), ("v1", "v2"))


def test_params_are_told_with_their_values_and_a_default_is_called_one() -> None:
    found = changed(("C: 0.5", "C: 0.001"), ("seed: 7", "seed: 7, stratify: churn"))
    assert found.in_words == "2 params"
    assert {node.node: node.words for node in found.nodes} == {
        "model": ["C: 0.5 → 0.001"],
        "split": ["Stratify: not set → churn"],
    }
    assert changed((", C: 0.5", "")).nodes[0].words == ["C: 0.5 → 1.0 (the default)"]


def test_a_default_that_is_written_down_decides_nothing() -> None:
    found = describe_diff(
        Pipeline.from_yaml(DRAWN.replace(", C: 0.5", "")), Pipeline.from_yaml(DRAWN.replace("0.5", "1.0")), ("", "")
    )
    assert (found.matters, found.in_words, found.nodes[0].state) == (False, "only looks", "moved")


def test_a_node_under_a_new_id_is_the_same_node() -> None:
    found = changed(("fill", "mean"), ("columns: numeric", "columns: [age]"))
    (node,) = found.nodes
    assert (node.node, node.before_node, node.state) == ("mean", "fill", "changed")
    assert node.words == ["Columns: numeric → age", "another name in files: fill → mean"]
    assert found.wires == []
    far = changed(("fill: {", "mean: {"), ("-> fill, fill", "-> mean, mean"), ("fill: [240, 0]", "mean: [240, 900]"))
    assert [node.state for node in far.nodes] == ["moved"], "its neighbours tell who it is"


def test_another_component_under_the_same_id_is_replaced_and_notes_are_looks() -> None:
    found = changed(("logistic_regression", "random_forest_classifier"), ("hello", "goodbye"), (", C: 0.5", ""))
    told = {node.node: (node.state, node.words[0]) for node in found.nodes}
    assert told["model"] == ("changed", "Logistic regression → Random forest")
    assert told["remark"][0] == "moved"


def test_as_many_nodes_are_told_as_changed_as_the_drawing_marks() -> None:
    found = changed(
        ("logistic_regression", "random_forest_classifier"), ("columns: numeric", "columns: [age]"), (", C: 0.5", "")
    )
    assert [node.state for node in found.nodes].count("changed") == 2
    assert found.in_words == "2 nodes changed, 1 param"


def test_moved_wires_nodes_and_pipeline_params() -> None:
    remark = "  remark: {component: note, params: {text: hello}}\n"
    found = changed(("split -> model]", "fill -> model]"), ("share: 0.2", "share: 0.3"), (remark, ""))
    assert found.in_words == "1 param, 1 input"
    assert [(wire.state, wire.words) for wire in found.wires] == [
        ("removed", "Split at random to Logistic regression"),
        ("added", "Impute mean to Logistic regression"),
    ]
    assert found.params[0].words == "share: 0.2 → 0.3"
    assert "Parameter share: 0.2 → 0.3" in found.lines


def test_nodes_that_came_and_went_are_counted() -> None:
    whole, part = Pipeline.from_yaml(DRAWN), Pipeline.from_yaml(DRAWN).without("fill")
    assert describe_diff(part, whole, ("a", "b")).in_words == "+1 node, 1 input"
    assert describe_diff(whole, part, ("a", "b")).in_words == "−1 node, 1 input"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"), ([], "none"), ("", "none"), (0, "0"), (["a", "b"], "a, b"),
        ({"select": "all", "except": ["id"]}, "all columns but id"), ({"a": "b"}, "a: b"),
        ([{"column": "a"}], '[{"column": "a"}]'), ("x" * 99, "x" * 59 + "…"), ("two\nlines", "two lines"),
    ],
)  # fmt: skip
def test_values_in_words(value: Any, words: str) -> None:
    assert value_words(value) == words
