"""Models without a target in a run: from rows to an endpoint that says the same, and nothing leaks."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.cluster import KMeans

from components.base import Unsupervised
from components.catalog import catalog, component
from components.ports import ROLE, ROW
from engine.checks import apply_fix
from engine.errors import CanvasbackError, ParityFailed
from engine.serve.modelfile import GOLDEN_ROWS
from engine.serve.parity import check_parity
from engine.serve.scorer import Scorer, load_scorer, respond
from tests.engine.running import Bench, Ran, draw

KINDS: dict[str, Any] = {
    key: kind
    for key, kind in catalog().items()
    if issubclass(kind, Unsupervised) and all(library.is_there for library in kind.spec.requires)
}
ROWS = 90
DESCRIBED = ("k_means", "dbscan", "isolation_forest", "local_outlier_factor")
FEATURES = {"select": "all", "except": ["target"]}
D = ("dataset", {"dataset": "d"})
K_MEANS = ("k_means", {"n_clusters": 3, "features": ["x", "y"]})
FOREST = ("isolation_forest", {"n_estimators": 10, "features": ["x", "y"]})
SPLIT = ("split_random", {"test": 0.3})
TREE = ("decision_tree_classifier", {"target": "target", "features": ["x", "y"]})


def rows(count: int = ROWS) -> pa.Table:
    random = np.random.default_rng(0)
    place = np.arange(count) % 3
    return pa.table(
        {
            "x": np.where(place == 0, 9.0, place * 4.0) + random.normal(size=count),
            "y": np.where(place == 1, 8.0, 0.0) + random.normal(size=count),
            "whole": pa.array((place * 2).tolist()),
            "flag": pa.array((place == 2).tolist()),
            "colour": [("red", "green", "blue")[p] for p in place],
            "target": [("low", "high")[int(p > 0)] for p in place],
        }
    )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.store("d", rows())
    return bench


def scorer_of(ran: Ran, node: str) -> Scorer:
    """The model as an endpoint loads it; it answers as the run did, or this raises."""
    folder = ran.folder(node)
    scorer = load_scorer({name: folder / name for name in ran.model(node)["files"]})
    check_parity(scorer)
    return scorer


def codes(bench: Bench, nodes: dict[str, Any], *edges: str) -> dict[str, Any]:
    """The errors of a drawing by code."""
    return {problem.code: problem for problem in bench.review(draw(nodes, *edges)).errors}


# Every key, all the way


@pytest.fixture(scope="module")
def all_kinds(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    bench = Bench(tmp_path_factory.mktemp("kinds"))
    bench.store("d", rows())
    nodes: dict[str, Any] = {key: (key, {**kind.spec.example, "features": FEATURES}) for key, kind in KINDS.items()}
    nodes |= {f"ev_{key}": "evaluate" for key in DESCRIBED}
    nodes |= {"d": D, "hot": ("encode_one_hot", {"columns": ["colour"]})}
    return bench.run(
        draw(nodes, "d -> hot", *(f"hot -> {key}" for key in KINDS), *(f"{key} -> ev_{key}.model" for key in DESCRIBED))
    )


@pytest.mark.parametrize("key", KINDS)
def test_every_model_without_a_target_is_learned_saved_and_served_as_it_answered(all_kinds: Ran, key: str) -> None:
    kind, table, facts = KINDS[key], all_kinds.table(key), all_kinds.model(key)
    assert table.num_rows == all_kinds.results[key].rows_out == ROWS
    assert [str(table.schema.field(name).type) for name in kind.adds] == [
        str(dtype.to_pyarrow()) for dtype in kind.adds.values()
    ]
    assert (facts["task"], facts["target"], facts["classes"], facts["baseline"]) == (kind.task, "", [], {})
    scorer = scorer_of(all_kinds, key)
    assert scorer.golden().num_rows == ROWS
    records = [
        {field.name: value for field, value in zip(scorer.fields, row, strict=True)}
        for row in zip(*(table_value(table, field.name) for field in scorer.fields), strict=True)
    ]
    told = respond(scorer, {"records": records}, "m", 1)["predictions"]
    for name, column in kind.answers.items():
        assert [answer[name] for answer in told] == pytest.approx(table.column(column).to_pylist())
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def table_value(table: pa.Table, name: str) -> list[Any]:
    return [value["one_hot"] if isinstance(value, dict) else value for value in table.column(name).to_pylist()]


@pytest.mark.parametrize("key", DESCRIBED)
def test_a_model_without_a_target_is_described(all_kinds: Ran, key: str) -> None:
    report = all_kinds.results[f"ev_{key}"].report
    assert report is not None
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["metrics"] == all_kinds.model(key)["metrics"]
    assert (report["task"], report["rows"], report["unseen"]) == (KINDS[key].task, ROWS, False)
    wanted = {"group_sizes", "projection"} | ({"score_histogram"} if KINDS[key].task == "anomaly" else set())
    assert wanted <= set(report["plots"])
    assert sum(report["plots"]["group_sizes"]["rows"]) == ROWS


def test_the_same_run_twice_says_the_same(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        bench = Bench(tmp_path / name)
        bench.store("d", rows())
        ran = bench.run(draw({"d": D, "model": K_MEANS, "odd": FOREST}, "d -> model", "d -> odd"))
        found.append((ran.table("model"), ran.table("odd"), ran.model("model")["metrics"], ran.model("odd")["metrics"]))
    assert found[0] == found[1]


# Which rows it learns from, and which it is measured on


def test_without_a_split_it_learns_from_all_rows_and_none_is_put_before_it(bench: Bench) -> None:
    ran = bench.run(draw({"d": D, "model": K_MEANS}, "d -> model"))
    table = ran.table("model")
    assert list(ran.results) == ["d", "model"]
    assert ROLE not in table.column_names
    wanted = KMeans(3, random_state=0).fit_predict(np.column_stack([table["x"], table["y"]]))
    pairs = set(zip(wanted.tolist(), table["cluster"].to_pylist(), strict=True))
    assert len(pairs) == 3
    assert ran.model()["rows"] == {"rows": ROWS}


def test_after_a_split_it_learns_from_train_rows_answers_for_all_and_is_measured_on_test_rows(bench: Bench) -> None:
    nodes = {"d": D, "split": SPLIT, "model": K_MEANS, "ev": "evaluate"}
    ran = bench.run(draw(nodes, "d -> split -> model -> ev.model"))
    table = ran.table("model")
    matrix = np.column_stack([table["x"], table["y"]])
    train = np.array(table[ROLE].to_pylist()) == "train"
    fitted = KMeans(3, random_state=0).fit(matrix[train])
    pairs = set(zip(fitted.predict(matrix).tolist(), table["cluster"].to_pylist(), strict=True))
    assert len(pairs) == 3
    assert ran.model()["rows"] == {"train": int(train.sum()), "test": int((~train).sum())}
    report = ran.results["ev"].report or {}
    assert (report["rows"], report["unseen"]) == (int((~train).sum()), True)
    scorer_of(ran, "model")


def test_a_drawn_split_is_placed_before_what_learns_for_a_model_without_a_target_too(bench: Bench) -> None:
    looked = bench.review(
        draw({"d": D, "scale": "standardize", "split": SPLIT, "model": K_MEANS}, "d -> scale -> split -> model")
    )
    assert not looked.errors
    assert looked.placement.moved == {"split": "scale"}
    assert not looked.placement.implicit


def test_its_features_are_prepared_and_the_endpoint_prepares_them_too(bench: Bench) -> None:
    gaps = rows().set_column(0, "x", pa.array([None if i % 9 == 4 else float(i % 7) for i in range(ROWS)]))
    bench.store("d", gaps)
    nodes = {"d": D, "fill": ("impute_mean", {}), "scale": "standardize", "model": K_MEANS, "odd": FOREST}
    ran = bench.run(draw(nodes, "d -> fill -> scale -> model", "scale -> odd"))
    for node in ("model", "odd"):
        scorer = scorer_of(ran, node)
        assert [(field.name, field.nullable) for field in scorer.fields] == [("x", True), ("y", False)]
        (told,) = respond(scorer, {"records": [{"x": None, "y": 1.0}]}, "m", 1)["predictions"]
        assert type(told["prediction"]) is (int if node == "model" else bool)


def test_no_more_golden_rows_are_kept_than_are_needed(bench: Bench) -> None:
    bench.store("d", rows(2 * GOLDEN_ROWS))
    ran = bench.run(draw({"d": D, "model": K_MEANS}, "d -> model"))
    assert scorer_of(ran, "model").golden().num_rows == GOLDEN_ROWS


def test_an_endpoint_that_would_score_otherwise_is_refused(bench: Bench) -> None:
    ran = bench.run(draw({"d": D, "model": FOREST}, "d -> model"))
    scorer = scorer_of(ran, "model")
    scorer._estimator.offset_ -= 0.05
    with pytest.raises(ParityFailed, match="would be answered differently"):
        check_parity(scorer)


# What it says does not leak


@pytest.mark.parametrize(
    ("between", "features", "guilty"),
    [
        ({}, "all", ["cluster"]),
        ({"after": ("formula", {"name": "twice", "expression": "cluster * 2"})}, ["x", "twice"], ["twice"]),
        ({"after": ("standardize", {"columns": ["cluster", "x"]})}, ["cluster", "y"], ["cluster"]),
        ({"after": ("rename_columns", {"mapping": {"cluster": "kind"}})}, ["kind"], ["kind"]),
    ],
    ids=["all", "formula", "standardize", "rename"],
)
@pytest.mark.parametrize("model", ["decision_tree_classifier", "isolation_forest"])
def test_what_it_says_is_no_feature_of_another_model(
    bench: Bench, between: Any, features: Any, guilty: list[str], model: str
) -> None:
    target = {"target": "target"} if model != "isolation_forest" else {}
    nodes = {"d": D, "groups": K_MEANS, **between, "model": (model, {"features": features, **target})}
    drawn = draw(nodes, " -> ".join(["d", "groups.table", *between, "model"]))
    (problem,) = bench.review(drawn).errors
    assert (problem.code, problem.node, problem.field) == ("model_feeds_model", "model", "features")
    assert all(repr(name) in problem.message for name in guilty)
    assert problem.fix is not None
    mended = bench.review(apply_fix(drawn, problem.fix))
    assert "model_feeds_model" not in {problem.code for problem in mended.errors}


@pytest.mark.parametrize(
    "between",
    [
        [("filter_rows", {"condition": "not anomaly"})],
        [("filter_rows", {"condition": "anomaly_score < 0.1"}), ("drop_columns", {"columns": ["anomaly"]})],
        [("rename_columns", {"mapping": {"anomaly": "odd"}}), "impute_mean"],
    ],
    ids=["filter", "filter and drop", "rename"],
)
def test_outliers_may_be_taken_out_before_a_model_whose_endpoint_knows_nothing_of_it(
    bench: Bench, between: list[Any]
) -> None:
    steps = {f"s{i}": step for i, step in enumerate(between)}
    ran = bench.run(
        draw({"d": D, "odd": FOREST, **steps, "model": TREE}, " -> ".join(["d", "odd.table", *steps, "model"]))
    )
    split = next(iter(ran.plan.placement.implicit))
    assert ran.plan.placement.pipeline.first_input("odd").source == split  # type: ignore[union-attr]
    assert ran.model("odd")["rows"]["test"] > 0
    scorer = scorer_of(ran, "model")
    assert {field.name for field in scorer.fields} == {"x", "y"}


def test_clusters_may_be_what_another_model_predicts(bench: Bench) -> None:
    tree = ("decision_tree_classifier", {"target": "cluster", "features": ["x", "y"]})
    ran = bench.run(draw({"d": D, "groups": K_MEANS, "model": tree}, "d -> groups.table", "groups.table -> model"))
    assert ran.model()["classes"] == [0, 1, 2]
    scorer_of(ran, "model")


def test_a_target_further_down_is_no_feature_of_a_model_without_one(bench: Bench) -> None:
    odd = ("isolation_forest", {"n_estimators": 5})
    tree = ("decision_tree_regressor", {"target": "whole", "features": ["x", "y"]})
    looked = bench.review(draw({"d": D, "odd": odd, "model": tree}, "d -> odd.table", "odd.table -> model"))
    assert not looked.errors
    assert list(looked.schemas["odd"].component.params.features) == ["x", "y", "flag"]  # type: ignore[union-attr]


@pytest.mark.parametrize("where", ["predictions", "join", "group"])
def test_what_no_endpoint_could_replay_is_refused(bench: Bench, where: str) -> None:
    nodes: dict[str, Any] = {"d": D, "tree": TREE, "groups": K_MEANS}
    if where == "predictions":
        edges = ["d -> tree.predictions", "tree.predictions -> groups"]
        wanted = "model_feeds_model"
    elif where == "join":
        nodes |= {"join": ("join", {"on": ["colour"]})}
        edges = ["d -> join.left", "d -> groups.table", "groups.table -> join.right", "join -> tree"]
        wanted = "fitted_outside_split"
    else:
        nodes |= {"group": ("group_by", {"by": ["cluster", "target"]}), "tree": (TREE[0], {"target": "target"})}
        edges = ["d -> groups.table", "groups.table -> group -> tree"]
        wanted = "fitted_outside_split"
    drawn = [
        edge.replace("d -> tree.predictions", "d -> tree").replace("d -> groups.table", "d -> groups") for edge in edges
    ]
    assert wanted in codes(bench, nodes, *drawn)


# Problems and refusals


def test_a_column_of_the_name_that_it_would_add_is_refused(bench: Bench) -> None:
    bench.store("d", rows().append_column("Cluster", pa.array(["a"] * ROWS)))
    (problem,) = bench.review(draw({"d": D, "model": K_MEANS}, "d -> model")).errors
    assert "'Cluster'" in problem.message
    assert problem.hint


def test_columns_that_it_cannot_use_are_told_and_mended(bench: Bench) -> None:
    drawn = draw({"d": D, "model": ("k_means", {})}, "d -> model")
    told = {problem.code: problem for problem in bench.review(drawn).problems}
    assert "2 text columns: colour, target" in told["text_not_used"].message
    fix = told["text_not_used"].fix
    assert fix is not None
    assert not bench.review(apply_fix(drawn, fix)).errors
    no_features = codes(bench, {"d": D, "model": ("k_means", {"features": []})}, "d -> model")
    assert "no_features" in no_features


@pytest.mark.parametrize(
    ("model", "settings", "said"),
    [
        ("k_means", {}, "missing values"),
        ("agglomerative", {}, "missing values"),
        ("k_means", {"n_clusters": 200, "features": ["y"]}, "n_clusters=200"),
        ("dbscan", {"features": ["big"]}, "infinite values"),
    ],
)
def test_rows_that_it_cannot_learn_from_are_refused_in_plain_words(
    bench: Bench, model: str, settings: dict[str, Any], said: str
) -> None:
    columns = {"x": [None, *range(ROWS - 1)], "y": [float(i) for i in range(ROWS)], "big": [1e308 * 10] * ROWS}
    bench.store("d", pa.table(columns))
    with pytest.raises(CanvasbackError, match=said) as caught:
        bench.run(draw({"d": D, "model": (model, {"features": ["x", "y"], **settings})}, "d -> model"))
    assert caught.value.node_id == "model"
    assert caught.value.hint


def test_too_many_rows_and_too_many_pairs_are_refused_before_they_are_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw({"d": D, "model": ("agglomerative", {"features": ["x", "y"]})}, "d -> model")
    monkeypatch.setattr(component("agglomerative"), "most_rows", 50)
    with pytest.raises(CanvasbackError, match="learns from at most 50 rows, but there are 90"):
        bench.run(drawn)
    monkeypatch.setattr(component("agglomerative"), "most_rows", 10_000)
    bench.store("d", rows(1_500))
    with pytest.raises(
        CanvasbackError, match="compares each of 1,500 rows with every other one, which takes 18 MB"
    ) as caught:
        bench.run(drawn, memory_mb=5)
    assert "would fit" in caught.value.hint


def test_no_rows_are_refused(bench: Bench) -> None:
    nodes = {"d": D, "none": ("filter_rows", {"condition": "x > 1000"}), "model": K_MEANS}
    with pytest.raises(CanvasbackError, match="There are no rows to learn from"):
        bench.run(draw(nodes, "d -> none -> model"))


def test_an_evaluation_says_when_the_answers_are_gone(bench: Bench) -> None:
    nodes = {"d": D, "model": K_MEANS, "drop": ("drop_columns", {"columns": ["cluster"]}), "ev": "evaluate"}
    with pytest.raises(CanvasbackError, match="no column 'cluster' any more") as caught:
        bench.run(draw(nodes, "d -> model.table", "model.table -> drop -> ev.predictions"))
    assert caught.value.node_id == "ev"


def test_rows_in_any_order_and_rows_of_a_join_are_answered_once_each(bench: Bench) -> None:
    bench.store("more", {"colour": ["red", "red", "green", "blue"], "extra": [1.0, 2.0, 3.0, 4.0]})
    nodes = {
        "d": D,
        "more": ("dataset", {"dataset": "more"}),
        "join": ("join", {"on": ["colour"], "how": "left"}),
        "model": ("dbscan", {"features": ["x", "extra"], "eps": 2.0}),
    }
    ran = bench.run(draw(nodes, "d -> join.left", "more -> join.right", "join -> model"))
    table = ran.table("model")
    assert table.num_rows == ROWS + ROWS // 3
    assert table[ROW].to_pylist() == sorted(table[ROW].to_pylist())
    assert scorer_of(ran, "model").golden().num_rows == ROWS - ROWS // 3
