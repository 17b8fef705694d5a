from pathlib import Path
from typing import Any

import pytest

from engine.checks import apply_fix, review
from engine.errors import UnfitForTraining
from engine.graph import Pipeline
from engine.leakage import leaks, line, origin, place_splits
from tests.engine.running import Bench, draw

SPLIT = ("split_random", {"test": 0.25})
MODEL = ("logistic_regression", {"target": "y"})


def placed(pipeline: Pipeline) -> list[tuple[str, str]]:
    return [(edge.source, edge.target) for edge in place_splits(pipeline).pipeline.edges]


def codes(bench: Bench, pipeline: Pipeline) -> list[str]:
    return [problem.code for problem in bench.review(pipeline).errors]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Rows of two shops; ``y`` follows ``x``."""
    made = Bench(tmp_path)
    rows = range(200)
    made.store(
        "sales",
        {
            "x": [float(i % 17) for i in rows],
            "shop": [f"s{i % 20}" for i in rows],
            "colour": ["red" if i % 3 else "blue" for i in rows],
            "y": ["yes" if i % 17 > 8 else "no" for i in rows],
        },
    )
    return made


def source(name: str = "sales") -> tuple[str, dict[str, Any]]:
    return ("dataset", {"dataset": name})


# Where the split stands


def test_a_split_after_a_learned_node_is_placed_before_it() -> None:
    drawn = draw({"s": source(), "fill": "impute_mean", "split": SPLIT, "model": MODEL}, "s -> fill -> split -> model")
    assert set(placed(drawn)) == {("s", "split"), ("split", "fill"), ("fill", "model")}
    assert place_splits(drawn).moved == {"split": "fill"}


def test_a_split_before_what_learns_stays_where_it_was_drawn() -> None:
    drawn = draw({"s": source(), "split": SPLIT, "fill": "impute_mean", "model": MODEL}, "s -> split -> fill -> model")
    assert place_splits(drawn).pipeline == drawn


def test_a_split_moves_through_filters_and_joins() -> None:
    drawn = draw(
        {
            "s": source(),
            "shops": source("shops"),
            "fill": "impute_mean",
            "some": ("filter_rows", {"condition": "x > 0"}),
            "both": ("join", {"on": ["shop"]}),
            "split": SPLIT,
            "model": MODEL,
        },
        "s -> fill -> some -> both.left",
        "shops -> both.right",
        "both -> split -> model",
    )
    assert {("s", "split"), ("split", "fill"), ("both", "model")} <= set(placed(drawn))


def test_a_model_without_a_split_gets_one_and_models_on_one_table_share_it() -> None:
    drawn = draw(
        {"s": source(), "fill": "impute_mean", "a": MODEL, "b": MODEL, "c": MODEL},
        "s -> fill -> a",
        "fill -> b",
        "s -> c",
    )
    found = place_splits(drawn)
    assert found.implicit == ("automatic_split",)
    assert set(placed(drawn)) == {
        ("s", "automatic_split"),
        ("automatic_split", "fill"),
        ("fill", "a"),
        ("fill", "b"),
        ("automatic_split", "c"),
    }


def test_a_model_after_a_shared_learned_node_follows_the_split_that_another_one_drew() -> None:
    drawn = draw(
        {"s": source(), "fill": "impute_mean", "split": SPLIT, "a": MODEL, "b": MODEL},
        "s -> fill -> b",
        "fill -> split -> a",
    )
    found = place_splits(drawn)
    assert found.implicit == ()
    assert [line(found.pipeline, model)[:3] for model in "ab"] == [("s", "split", "fill")] * 2


def test_two_equal_splits_after_a_shared_learned_node_become_one() -> None:
    drawn = draw(
        {"s": source(), "fill": "impute_mean", "one": SPLIT, "two": SPLIT, "a": MODEL, "b": MODEL},
        "s -> fill -> one -> a",
        "fill -> two -> b",
    )
    found = place_splits(drawn)
    assert not list(leaks(found.pipeline))
    assert line(found.pipeline, "b") == ("s", "one", "fill", "b")
    assert found.moved == {"one": "fill", "two": "fill"}


def test_two_different_splits_after_a_shared_learned_node_are_refused(bench: Bench) -> None:
    drawn = draw(
        {
            "s": source(),
            "fill": ("impute_mean", {}),
            "one": SPLIT,
            "two": ("split_random", {"test": 0.5}),
            "a": MODEL,
            "b": MODEL,
        },
        "s -> fill -> one -> a",
        "fill -> two -> b",
    )
    (problem,) = bench.review(drawn).errors
    assert (problem.code, problem.node) == ("two_splits", "two")
    assert problem.fix is not None
    assert codes(bench, apply_fix(drawn, problem.fix)) == []


def test_a_split_on_a_side_branch_does_not_count() -> None:
    drawn = draw({"s": source(), "split": SPLIT, "model": MODEL}, "s -> split", "s -> model")
    assert place_splits(drawn).implicit == ("automatic_split",)


def test_the_line_begins_at_what_makes_new_rows() -> None:
    drawn = draw({"s": source(), "sums": ("group_by", {"by": ["shop"]}), "model": MODEL}, "s -> sums -> model")
    assert line(drawn, "model") == ("sums", "model")
    assert {("s", "sums"), ("sums", "automatic_split")} <= set(placed(drawn))


def test_rows_that_a_join_leaves_over_begin_a_line_of_their_own() -> None:
    drawn = draw(
        {"s": source(), "t": source("shops"), "both": ("join", {"on": ["shop"]}), "model": MODEL},
        "s -> both.left",
        "t -> both.right",
        "both.right_only -> model",
    )
    assert origin(drawn, "model") == ("both", "right_only")


# What is refused


def test_what_learns_beside_the_line_is_refused(bench: Bench) -> None:
    drawn = draw(
        {
            "s": source(),
            "fill": ("impute_mean", {"columns": ["x"]}),
            "both": ("join", {"on": ["shop"]}),
            "model": MODEL,
        },
        "s -> both.left",
        "s -> fill -> both.right",
        "both -> model",
    )
    assert "fitted_outside_split" in codes(bench, drawn)


def test_what_learns_before_a_grouping_is_refused(bench: Bench) -> None:
    drawn = draw(
        {
            "s": source(),
            "fill": ("impute_mean", {"columns": ["x"]}),
            "sums": ("group_by", {"by": ["shop", "y"], "aggregations": [{"column": "x", "function": "mean"}]}),
            "model": MODEL,
        },
        "s -> fill -> sums -> model",
    )
    assert codes(bench, drawn) == ["fitted_outside_split"]


def test_a_split_before_a_grouping_is_refused_and_taken_away_with_one_click(bench: Bench) -> None:
    drawn = draw(
        {
            "s": source(),
            "split": SPLIT,
            "sums": ("group_by", {"by": ["shop", "y"], "aggregations": [{"column": "x", "function": "mean"}]}),
            "model": MODEL,
        },
        "s -> split -> sums -> model",
    )
    (problem,) = bench.review(drawn).errors
    assert problem.code == "split_off_line"
    assert problem.fix is not None
    assert codes(bench, apply_fix(drawn, problem.fix)) == []


def test_a_grouping_beside_the_line_of_rows_with_roles_is_refused(bench: Bench) -> None:
    nodes = {
        "s": source(),
        "fill": ("impute_mean", {"columns": ["x"]}),
        "sums": ("group_by", {"by": ["shop"], "aggregations": [{"function": "count"}]}),
        "both": ("join", {"on": ["shop"]}),
        "model": MODEL,
    }
    line = ("s -> fill -> both.left", "both -> model", "sums -> both.right")
    assert codes(bench, draw(nodes, *line, "fill -> sums")) == ["grouped_by_role"]
    assert codes(bench, draw(nodes, *line, "s -> sums")) == []


@pytest.mark.parametrize("port", ["left", "right"])
def test_a_model_may_not_learn_from_what_another_model_predicted(bench: Bench, port: str) -> None:
    other = "right" if port == "left" else "left"
    drawn = draw(
        {
            "s": source(),
            "first": ("logistic_regression", {"target": "y", "features": ["x"]}),
            "both": ("join", {"on": ["shop"]}),
            "model": ("logistic_regression", {"target": "y", "features": ["x"]}),
        },
        "s -> first",
        f"first.predictions -> both.{port}",
        f"s -> both.{other}",
        "both -> model",
    )
    assert "model_feeds_model" in codes(bench, drawn)


# The answer in another dress


def test_a_feature_computed_from_the_target_is_refused_and_left_out_with_one_click(bench: Bench) -> None:
    drawn = draw(
        {
            "s": source(),
            "f": ("formula", {"name": "copy", "expression": "CASE WHEN y = 'yes' THEN 1 ELSE 0 END"}),
            "model": MODEL,
        },
        "s -> f -> model",
    )
    (problem,) = bench.review(drawn).errors
    assert (problem.code, problem.node, problem.field) == ("answer_in_features", "model", "features")
    assert "'copy'" in problem.message
    assert problem.fix is not None
    mended = apply_fix(drawn, problem.fix)
    assert codes(bench, mended) == []
    assert mended.by_id["model"].params["features"] == {"select": "all", "except": ["copy"]}


def test_the_column_that_the_target_was_made_from_is_no_feature(bench: Bench) -> None:
    drawn = draw(
        {
            "s": source(),
            "f": ("formula", {"name": "gone", "expression": "y = 'yes'"}),
            "encode": ("encode_one_hot", {"columns": ["y", "colour"]}),
            "model": ("logistic_regression", {"target": "gone"}),
        },
        "s -> f -> encode -> model",
    )
    (problem,) = bench.review(drawn).errors
    assert "'y'" in problem.message
    assert "'colour'" not in problem.message


def joined_back(aggregation: dict[str, Any], *, between: str = "") -> Pipeline:
    nodes: Any = {
        "s": source(),
        "f": ("formula", {"name": "hit", "expression": "CASE WHEN y = 'yes' THEN 1 ELSE 0 END"}),
        "few": ("filter_rows", {"condition": "y = 'yes'"}),
        "by_shop": ("group_by", {"by": ["shop"], "aggregations": [aggregation]}),
        "both": ("join", {"on": ["shop"]}),
        "model": MODEL,
    }
    nodes = {node_id: body for node_id, body in nodes.items() if node_id not in {"f", "few"} or node_id in between}
    return draw(nodes, f"s -> {between} by_shop -> both.right", "s -> both.left", "both -> model")


@pytest.mark.parametrize(
    ("aggregation", "between"),
    [
        ({"column": "y", "function": "count_distinct"}, ""),
        ({"column": "hit", "function": "mean"}, "f ->"),
        ({"function": "count"}, "few ->"),
    ],
    ids=["of the target", "of a column made from it", "of rows chosen by it"],
)
def test_an_aggregation_of_the_target_that_is_joined_back_is_refused(
    bench: Bench, aggregation: dict[str, Any], between: str
) -> None:
    assert "answer_in_features" in codes(bench, joined_back(aggregation, between=between))


def test_an_aggregation_of_another_column_may_be_joined_back(bench: Bench) -> None:
    assert codes(bench, joined_back({"column": "x", "function": "mean"})) == []


def test_the_same_dataset_read_by_two_nodes_is_the_same_dataset(bench: Bench) -> None:
    drawn = draw(
        {
            "s": source(),
            "again": source(),
            "by_shop": ("group_by", {"by": ["shop"], "aggregations": [{"column": "y", "function": "count"}]}),
            "both": ("join", {"on": ["shop"]}),
            "model": MODEL,
        },
        "again -> by_shop -> both.right",
        "s -> both.left",
        "both -> model",
    )
    assert codes(bench, drawn) == ["answer_in_features"]


def test_rows_filtered_by_the_target_on_the_way_are_no_leak(bench: Bench) -> None:
    drawn = draw(
        {"s": source(), "some": ("filter_rows", {"condition": "y IS NOT NULL"}), "model": MODEL}, "s -> some -> model"
    )
    assert codes(bench, drawn) == []


# Planted leaks


@pytest.mark.parametrize("place", ["before", "after"])
def test_what_is_learned_depends_on_train_rows_only(bench: Bench, place: str) -> None:
    """Test rows get values and categories of their own: nothing that is learned may know them."""
    chain = "s -> fill -> encode -> split -> model" if place == "before" else "s -> split -> fill -> encode -> model"
    nodes = {
        "s": source("planted"),
        "fill": ("impute_mean", {"columns": ["x"]}),
        "encode": ("encode_one_hot", {"columns": ["colour"]}),
        "split": SPLIT,
        "model": MODEL,
    }
    bench.store("planted", {"x": [1.0] * 200, "colour": ["red"] * 200, "y": ["yes", "no"] * 100})
    roles = bench.run(draw(nodes, chain)).table("split").column("__cb_role").to_pylist()
    is_test = [role == "test" for role in roles]
    assert 20 < sum(is_test) < 80
    bench.store(
        "planted",
        {
            "x": [1e6 if hidden else float(i % 5) for i, hidden in enumerate(is_test)],
            "colour": ["only in test" if hidden else "red" for hidden in is_test],
            "y": ["yes" if i % 3 else "no" for i in range(200)],
        },
    )
    ran = bench.run(draw(nodes, chain))
    mean = ran.execution.state("fill").model_dump()["value"]["x"]
    assert mean == pytest.approx(sum(i % 5 for i, hidden in enumerate(is_test) if not hidden) / is_test.count(False))
    assert ran.execution.state("encode").model_dump()["kept"] == {"colour": ("red",)}
    assert ran.model()["rows"]["train"] == is_test.count(False)


def test_rows_that_come_in_after_the_split_stop_the_model(bench: Bench) -> None:
    bench.store("shops", {"shop": ["s1", "nowhere"], "size": [1.0, 2.0], "y2": ["a", "b"]})
    drawn = draw(
        {
            "s": source(),
            "t": source("shops"),
            "split": SPLIT,
            "both": ("join", {"on": ["shop"], "how": "outer"}),
            "model": ("hist_gradient_boosting_classifier", {"target": "colour", "max_iter": 2}),
        },
        "s -> split -> both.left",
        "t -> both.right",
        "both -> model",
    )
    with pytest.raises(UnfitForTraining, match="1 row is neither train nor test") as caught:
        bench.run(drawn)
    assert caught.value.node_id == "model"


def test_circles_and_unknown_components_do_not_stop_the_placement() -> None:
    drawn = draw(
        {"a": "impute_mean", "b": "who_knows", "split": SPLIT, "model": MODEL},
        "a -> b -> a",
        "b -> split -> model",
        "model.predictions -> a",
    )
    assert review(drawn, lambda table: pytest.fail("no source")).problems
