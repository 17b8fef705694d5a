"""Nodes that are switched off: bypassed where something can pass, else left out with what needs them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.base import CanvasOnly, Estimator, Output, Source
from components.catalog import catalog, component
from engine.checks import apply_fix
from engine.errors import InvalidPipeline, MissingThing, PipelineProblems
from engine.graph import Edge, Node, Pipeline, in_effect, passes
from tests.engine.running import Bench, draw
from tests.engine.test_any_drawing import sound_drawings

PEOPLE = {
    "age": [20, 31, None, 45, 52, 60, 33, 28],
    "pay": [1.0, 2.5, 3.0, None, 5.5, 6.0, 2.0, 1.5],
    "city": ["Graz", "Linz", "Graz", "Wien", "Linz", "Graz", "Wien", "Graz"],
}
NODES: dict[str, Any] = {
    "people": ("dataset", {"dataset": "people"}),
    "fill": ("impute_mean", {"columns": ["age", "pay"]}),
    "some": ("filter_rows", {"condition": "age > 25"}),
    "double": ("formula", {"name": "more", "expression": "pay * 2"}),
}
LINE = "people -> fill -> some -> double"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.store("people", PEOPLE)
    made.store("cities", {"city": ["Graz", "Linz"], "state": ["Styria", "Upper Austria"]})
    return made


def off(pipeline: Pipeline, *names: str) -> Pipeline:
    """The same with some nodes switched off."""
    nodes = tuple(n.model_copy(update={"disabled": n.disabled or n.id in names}) for n in pipeline.nodes)
    return pipeline.model_copy(update={"nodes": nodes})


def codes(bench: Bench, pipeline: Pipeline) -> list[tuple[str, str, str | None]]:
    return [(problem.code, problem.severity, problem.node) for problem in bench.review(pipeline).problems]


def test_the_switch_is_in_the_file_only_where_it_is_off() -> None:
    drawn = draw(NODES, LINE)
    assert "disabled" not in drawn.as_yaml()
    text = off(drawn, "some").as_yaml()
    assert text.count("disabled: true") == 1
    assert Pipeline.from_yaml(text) == off(drawn, "some")
    assert drawn.digest_source() != off(drawn, "some").digest_source()


@pytest.mark.parametrize("value", ["bypass", "'yes'", "1", "[]", "null"])
def test_another_value_is_refused_with_the_node(value: str) -> None:
    with pytest.raises(InvalidPipeline, match=r"'a'.*disabled") as caught:
        Pipeline.from_yaml(f"nodes: {{a: {{component: cast, disabled: {value}}}}}")
    assert "true or false" in caught.value.hint


def test_what_can_pass_follows_from_the_ports() -> None:
    passing = {
        key: dict(passes(component(key))) for key in ("filter_rows", "join", "split_random", "k_means", "voting")
    }
    assert passing == {
        "filter_rows": {"table": "table"},
        "join": {"table": "left"},
        "split_random": {"table": "table"},
        "k_means": {"table": "table"},
        "voting": {"model": "model"},
    }
    nothing = [key for key, kind in catalog().items() if issubclass(kind, Source | Output | CanvasOnly)]
    assert [key for key in nothing if passes(component(key))] == []
    assert "table" not in {port for kind in catalog().values() if issubclass(kind, Estimator) for port in passes(kind)}


@pytest.mark.parametrize("node", ["fill", "some"])
def test_a_run_with_a_bypassed_node_gives_what_the_pipeline_gives_without_it(bench: Bench, node: str) -> None:
    drawn = draw(NODES, LINE)
    ran, without = bench.run(off(drawn, node)), bench.run(drawn.without(node))
    assert node not in ran.results
    assert ran.table("double").equals(without.table("double"))
    assert ran.plan.by_id["double"].fingerprint == without.plan.by_id["double"].fingerprint


def test_bypassing_computes_only_what_follows_and_switching_on_again_nothing(bench: Bench) -> None:
    nodes = {**NODES, "ages": ("group_by", {"by": ["city"], "aggregations": [{"column": "age", "function": "mean"}]})}
    drawn = draw(nodes, LINE, "fill -> ages")
    if bench.review(drawn).errors:  # the params of the grouping are not what this is about
        nodes["ages"] = ("sort_rows", {"by": ["age"]})
        drawn = draw(nodes, LINE, "fill -> ages")
    bench.run(drawn)
    bypassed = bench.run(off(drawn, "some"))
    assert bypassed.statuses()["ages"] == "cached"
    assert bypassed.statuses()["double"] == "done"
    assert set(bench.run(drawn).statuses().values()) == {"cached"}


def test_the_first_side_of_a_bypassed_join_passes_and_what_nothing_feeds_is_left_out(bench: Bench) -> None:
    nodes = {
        "people": ("dataset", {"dataset": "people"}),
        "cities": ("dataset", {"dataset": "cities"}),
        "join": ("join", {"on": ["city"]}),
        "few": ("limit_rows", {"rows": 3}),
        "alone": ("limit_rows", {"rows": 2}),
    }
    drawn = draw(nodes, "people -> join -> few", "cities -> join.right", "join.left_only -> alone")
    effect = in_effect(off(drawn, "join"))
    assert effect.bypassed == {"join": {"table": ("people", "table")}}
    assert effect.left_out == {"alone": "join"}
    ran = bench.run(off(drawn, "join"))
    assert ran.table("few").column_names == ["age", "pay", "city", "__cb_row"]
    assert set(ran.results) == {"people", "cities", "few"}


def test_a_source_that_is_off_takes_along_what_needs_it_and_says_so_once(bench: Bench) -> None:
    nodes = {**NODES, "cities": ("dataset", {"dataset": "cities"}), "join": ("join", {"on": ["city"]})}
    drawn = off(
        draw(
            {**nodes, "top": ("limit_rows", {"rows": 1})},
            LINE,
            "double -> join",
            "cities -> join.right",
            "cities -> top",
        ),
        "people",
    )
    assert codes(bench, drawn) == [("switched_off", "info", "people")]
    found = bench.review(drawn).problems[0]
    assert "need it and are left out" in found.message
    assert found.fix is not None
    assert not any(node.disabled for node in apply_fix(drawn, found.fix).nodes)
    assert set(bench.run(drawn).results) == {"cities", "top"}
    with pytest.raises(MissingThing, match="is switched off"):
        bench.plan(drawn, "join")
    assert {node.id for node in bench.plan(off(draw(NODES, LINE), "some", "double"), "double").nodes} == {
        "people",
        "fill",
    }


def test_a_broken_or_unknown_node_that_is_off_breaks_nothing(bench: Bench) -> None:
    nodes = {**NODES, "wrong": ("cast", {"columns": 3}), "gone": "no_such_component"}
    drawn = draw(nodes, LINE, "fill -> wrong", "people -> gone")
    assert {code for code, severity, _ in codes(bench, drawn) if severity == "error"} >= {"unknown_component"}
    assert codes(bench, off(drawn, "wrong", "gone")) == []


def test_bypassing_what_makes_a_column_shows_that_it_is_missing_further_down(bench: Bench) -> None:
    nodes = {**NODES, "use": ("filter_rows", {"condition": "more > 2"})}
    drawn = off(draw(nodes, LINE, "double -> use"), "double")
    assert [(severity, node) for _, severity, node in codes(bench, drawn)] == [("error", "use")]
    with pytest.raises(PipelineProblems):
        bench.run(drawn)


def test_a_model_that_is_off_leaves_out_its_reports_and_a_split_that_is_off_is_placed_anew(bench: Bench) -> None:
    nodes = {
        "s": ("sample_data", {"name": "customers"}),
        "fill": ("impute_mean", {}),
        "split": ("split_random", {"test": 0.5, "seed": 3}),
        "one": ("hist_gradient_boosting_classifier", {"target": "churn"}),
        "two": ("decision_tree_classifier", {"target": "churn"}),
        "both": "compare_models",
        "ev": "evaluate",
    }
    drawn = draw(nodes, "s -> fill -> split -> one -> both", "split -> two -> both", "one -> ev")
    effect = in_effect(off(drawn, "one"))
    assert effect.left_out == {"one": "one", "ev": "one"}
    assert effect.pipeline.into("both") == (
        Edge(source="two", source_port="model", target="both", target_port="models"),
    )
    placed = bench.review(off(drawn, "split")).placement
    assert len(placed.implicit) == 1
    assert in_effect(off(drawn, "s")).pipeline.nodes == ()
    assert [code for code, _, _ in codes(bench, off(drawn, *nodes))] == ["all_switched_off"]


def test_a_circle_of_bypassed_nodes_lets_nothing_pass() -> None:
    drawn = draw(dict.fromkeys("abc", "impute_mean"), "a -> b -> a", "b -> c")
    effect = in_effect(off(drawn, "a", "b"))
    assert effect.pipeline.nodes == ()
    assert set(effect.left_out) == {"a", "b", "c"}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(sound_drawings(), st.data())
def test_whatever_is_switched_off_what_is_left_is_a_drawing_in_which_nothing_new_is_missing(
    drawn: Pipeline, data: Any
) -> None:
    names = [node.id for node in drawn.nodes]
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True, max_size=4))
    effect = in_effect(off(drawn, *chosen))
    left = effect.pipeline
    assert {*left.by_id, *effect.bypassed, *effect.left_out} == set(names)
    assert effect.apart.isdisjoint(left.by_id)
    assert set(chosen) <= effect.apart
    assert all(edge.source in left.by_id and edge.target in left.by_id for edge in left.edges)
    for node in left.nodes:
        needed = {port.name for port in component(node.component).spec.inputs if not port.optional}
        before = {edge.target_port for edge in drawn.into(node.id)} & needed
        assert before <= {edge.target_port for edge in left.into(node.id)}
    assert in_effect(left).pipeline is left
    # One after the other is the same as all at once.
    step = drawn
    for name in chosen:
        step = off(step, name)
    assert in_effect(step).pipeline == left


def test_the_switch_of_a_node_that_is_only_drawn_does_nothing(bench: Bench) -> None:
    drawn = draw({**NODES, "why": "note"}, LINE)
    assert [n.fingerprint for n in bench.plan(off(drawn, "why")).nodes] == [
        n.fingerprint for n in bench.plan(drawn).nodes
    ]
    assert Node(id="a", component="cast").disabled is False


def test_a_fix_that_cuts_a_wire_past_a_bypassed_node_cuts_the_wire_that_is_drawn(bench: Bench) -> None:
    learns = {"target": "churn", "features": "numeric"}
    nodes = {
        "s": ("sample_data", {"name": "customers"}),
        "one": ("decision_tree_classifier", learns),
        "two": ("decision_tree_regressor", {**learns, "target": "tenure_months"}),
        "tuned": "calibrate",
        "both": "voting",
    }
    drawn = off(
        draw(nodes, "s -> one", "s -> two", "one -> both.model", "two -> tuned.model", "tuned -> both.model"), "tuned"
    )
    found = next(problem for problem in bench.review(drawn).problems if problem.code == "two_tasks")
    assert found.fix is not None
    mended = apply_fix(drawn, found.fix)
    assert [edge.source for edge in mended.into("both")] == ["one"]
