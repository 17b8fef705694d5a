"""Models made of models in a pipeline: where their rows come from, what is refused, and what an endpoint answers."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from components.ports import ROLE
from engine.errors import PipelineProblems, ServingError
from engine.leakage import place_splits
from engine.serve.parity import check_parity
from engine.serve.scorer import Scorer, load_scorer
from tests.engine.running import Bench, Ran, draw

COUNT = 300
LINEAR, TREE, RIDGE = "logistic_regression", "decision_tree_classifier", "ridge"
CHURN: dict[str, Any] = {"target": "churn", "features": ["x", "z", "town"]}


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    with threadpool_limits(1):
        yield


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    random = np.random.default_rng(0)
    x, z = random.normal(size=(2, COUNT)).round(2)
    town = random.integers(0, 5, COUNT)
    score = x - z / 2 + (town == 1) + random.normal(scale=0.5, size=COUNT)
    found = Bench(tmp_path)
    found.store(
        "d",
        {
            "x": pa.array([None if i % 9 == 0 else value for i, value in enumerate(x)], pa.float64()),
            "z": z,
            "town": [f"t{value}" for value in town],
            "churn": np.where(score > 0.3, "yes", "no"),
            "other": np.where(z > 0, "a", "b"),
            "amount": score * 10,
        },
    )
    return found


def nodes(**more: Any) -> dict[str, Any]:
    return {
        "s": ("dataset", {"dataset": "d"}),
        "fill": ("impute_mean", {"columns": ["x"]}),
        "hot": ("encode_one_hot", {"columns": ["town"]}),
        "split": ("split_random", {"test": 0.3, "seed": 2}),
        "linear": (LINEAR, CHURN),
        "tree": (TREE, {**CHURN, "max_depth": 3}),
        **more,
    }


LINE = ("s -> fill -> hot -> split", "split -> linear", "split -> tree")


def wires(node: str, *members: str) -> tuple[str, ...]:
    return (*LINE, *(f"{member}.model -> {node}.model" for member in members))


def scorer(ran: Ran, node: str) -> Scorer:
    return load_scorer({name: ran.folder(node) / name for name in ran.model(node)["files"]})


def codes(bench: Bench, drawn: Any, node: str) -> dict[str, str]:
    return {p.code: p.message for p in bench.review(drawn).problems if p.node == node and p.severity == "error"}


# The rows of the first model


def test_a_wrapper_learns_from_the_rows_of_its_first_model_and_the_drawing_stays_as_it_is(bench: Bench) -> None:
    drawn = draw(
        nodes(both=("voting", {}), sure=("calibrate", {})), *wires("both", "tree", "linear"), "both.model -> sure.model"
    )
    placed = place_splits(drawn).pipeline
    for node in ("both", "sure"):
        (edge,) = (edge for edge in placed.into(node) if edge.target_port == "table")
        assert edge.source == placed.first_input("tree").source == "hot"  # type: ignore[union-attr]
        assert placed.by_id[node].params["target"] == "churn"
        assert drawn.first_input(node) is None
    assert place_splits(drawn).moved == {"split": "fill"}
    bound = bench.review(drawn).schemas["sure"].component
    assert bound is not None
    assert bound.params.target == "churn"
    assert list(bound.params.features) == ["x", "z", "town"]
    assert codes(bench, drawn, "sure") == {}


def test_an_automatic_split_is_shared_with_the_wrapper(bench: Bench) -> None:
    simple = {
        "s": ("dataset", {"dataset": "d"}),
        "tree": (TREE, {**CHURN, "features": ["z"]}),
        "sure": ("calibrate", {}),
    }
    placed = place_splits(draw(simple, "s -> tree", "tree.model -> sure.model"))
    assert placed.implicit == ("automatic_split",)
    assert {placed.pipeline.first_input(node).source for node in ("tree", "sure")} == {"automatic_split"}  # type: ignore[union-attr]
    ran = bench.run(draw(simple, "s -> tree", "tree.model -> sure.model"))
    assert ran.model("sure")["rows"] == ran.model("tree")["rows"]


def test_a_wrapper_may_be_given_rows_of_its_own(bench: Bench) -> None:
    more = nodes(
        both=("voting", {"features": ["z"]}),
        keep=("filter_rows", {"condition": "z > -1"}),
        plain=(RIDGE, {"target": "amount", "features": ["z"]}),
    )
    drawn = draw(more, *wires("both", "tree", "linear"), "split -> keep -> both", "split -> plain")
    ran = bench.run(drawn)
    assert ran.results["both"].rows_in < COUNT  # type: ignore[operator]
    assert list(ran.plan.by_id["both"].component.params.features) == ["z"]
    assert check_parity(scorer(ran, "both")).rows > 100


# Equal to scikit-learn, and to what an endpoint answers


def test_a_voting_of_a_run_is_scikit_learns_on_the_same_rows(bench: Bench) -> None:
    plain = {**CHURN, "features": ["x", "z"]}
    more = nodes(both=("voting", {"weights": [1, 2]}), linear=(LINEAR, plain), tree=(TREE, {**plain, "max_depth": 3}))
    ran = bench.run(draw(more, *wires("both", "linear", "tree")))
    table = ran.table("split") if "table" in ran.plan.by_id["split"].materialised else ran.table("hot")
    rows = {}
    for role in ("train", "test"):
        part = table.filter(pa.compute.equal(table.column(ROLE), role))
        features = np.column_stack([part.column(name).to_numpy() for name in ("x", "z")])
        rows[role] = features, part.column("churn").to_numpy(zero_copy_only=False)
    own = [("l", LogisticRegression(random_state=0)), ("t", DecisionTreeClassifier(max_depth=3, random_state=0))]
    theirs = VotingClassifier(own, voting="soft", weights=[1, 2]).fit(*rows["train"])
    found = ran.table("both", "predictions")
    assert np.array_equal(found.column("__cb_probabilities").to_pylist(), theirs.predict_proba(rows["test"][0]))


@pytest.mark.parametrize(
    ("node", "members"),
    [
        (("voting", {}), ["tree", "linear"]),
        (("stacking", {"folds": 3}), ["linear", "tree"]),
        (("calibrate", {"method": "isotonic"}), ["tree"]),
        (("tune", {"budget": 4, "folds": 2}), ["tree"]),
        (("tune", {"budget": 4, "folds": 2, "metric": "log_loss"}), ["boost"]),
        (("voting", {}), ["boost", "light"]),
    ],
)
def test_an_endpoint_answers_as_the_run_did(bench: Bench, node: Any, members: list[str]) -> None:
    boosters = {"boost": "xgboost_classifier", "light": "lightgbm_classifier"}
    used = {name: (key, {**CHURN, "n_estimators": 4}) for name, key in boosters.items() if name in members}
    drawn = draw(nodes(made=node, **used), *wires("made", *members), *(f"split -> {name}" for name in used))
    ran = bench.run(drawn)
    answering = scorer(ran, "made")
    parity = check_parity(answering)
    assert (parity.rows, parity.max_difference) == (COUNT, 0.0)
    keys = {ran.plan.by_id[member].component.spec.key for member in members}
    assert set(answering.model.members) == keys
    assert {"xgboost", "lightgbm"} & set(answering.model.libraries) == {boosters[m].split("_")[0] for m in used}
    again = bench.run(drawn)
    assert set(again.statuses().values()) == {"cached"}


@pytest.mark.slow
def test_a_regression_is_stacked_and_searched_for_and_served(bench: Bench) -> None:
    params = {"target": "amount", "features": ["x", "z", "town"]}
    more = nodes(ridge=(RIDGE, params), forest=("random_forest_regressor", {**params, "n_estimators": 4}))
    more |= {
        "made": ("stacking", {"folds": 3}),
        "auto": ("auto_ml", {**params, "budget_seconds": None, "budget_trials": 3}),
    }
    lines = [f"split -> {name}" for name in ("ridge", "forest", "auto")]
    ran = bench.run(draw(more, *wires("made", "ridge", "forest"), *lines))
    for node in ("made", "auto"):
        assert check_parity(scorer(ran, node)).rows == COUNT
        assert ran.model(node)["task"] == "regression"
    assert len(ran.model("auto")["search"]["trials"]) > 1


def test_what_was_tried_is_in_the_report_of_the_model(bench: Bench) -> None:
    ran = bench.run(draw(nodes(made=("tune", {"budget": 3, "folds": 2})), *wires("made", "tree")))
    search = ran.model("made")["search"]
    assert search["metric"] == "roc_auc"
    assert [set(trial["params"]) for trial in search["trials"]] == [set()] + [
        {"max_depth", "min_samples_leaf", "ccp_alpha"}
    ] * 2
    assert ran.model("tree").get("search") is None


# Leaks


def test_a_search_sees_no_test_row(bench: Bench) -> None:
    """Whatever the test rows hold: the trials, the winner and its scores on train rows stay as they are."""
    found = []
    for noise in (0.0, 50.0):
        other = Bench(bench.root / str(noise))
        other.root.mkdir()
        random = np.random.default_rng(1)
        x = random.normal(size=COUNT)
        plain = pa.table({"x": x, "y": x * 2 + random.normal(size=COUNT)})
        other.store("d", plain)
        model = {"target": "y", "features": ["x"]}
        drawn = {
            "s": ("dataset", {"dataset": "d"}),
            "split": ("split_random", {"test": 0.3}),
            "scale": ("standardize", {"columns": ["x"]}),
            "ridge": (RIDGE, model),
            "made": ("tune", {"budget": 5, "folds": 3}),
        }
        pipeline = draw(drawn, "s -> split -> scale -> ridge", "ridge.model -> made.model")
        roles = np.array(other.run(pipeline, "split").table("split").column(ROLE).to_pylist())
        other.store("d", {"x": np.where(roles == "test", x + noise, x), "y": plain.column("y")})
        found.append(other.run(pipeline).model("made"))
    timeless = [[(trial["params"], round(trial["score"], 9)) for trial in one["search"]["trials"]] for one in found]
    assert timeless[0] == timeless[1]
    assert found[0]["metrics"]["r2"] > 0.5 > found[1]["metrics"]["r2"]


# Refusals


@pytest.mark.parametrize(
    ("second", "line", "code", "told"),
    [
        (
            (LINEAR, {**CHURN, "target": "other"}),
            "split",
            "two_targets",
            "'Decision tree' (tree) predicts 'churn', but",
        ),
        ((RIDGE, {**CHURN, "target": "amount"}), "split", "two_tasks", "predicts classes, but 'Ridge regression'"),
        ((LINEAR, CHURN), "more", "two_tables", "learn from different tables"),
        ((LINEAR, {**CHURN, "features": ["x"]}), "split", "two_features", "learn from different columns"),
    ],
)
def test_models_that_do_not_go_together_are_told_by_name(
    bench: Bench, second: Any, line: str, code: str, told: str
) -> None:
    more = nodes(both=("voting", {}), second=second, more=("round_numbers", {"columns": ["z"]}))
    drawn = draw(more, *wires("both", "tree", "second"), "split -> more", f"{line} -> second")
    found = codes(bench, drawn, "both")
    assert told in found[code]
    assert "(second)" in found[code]
    with pytest.raises(PipelineProblems):
        bench.plan(drawn)


@pytest.mark.parametrize(
    ("node", "members", "code", "told"),
    [
        (("voting", {}), [], "missing_input", "'model' is not connected"),
        (("voting", {}), ["tree"], "component_error", "at least 2 models"),
        (("calibrate", {}), ["ridge"], "component_error", "predicts numbers"),
        (("tune", {}), ["plain"], "component_error", "lists no settings"),
        (("tune", {"space": {"alpha": "0.1, x"}}), ["ridge"], "component_error", "cannot be 'x'"),
    ],
)
def test_what_nothing_can_be_made_of_is_told_before_it_runs(
    bench: Bench, node: Any, members: list[str], code: str, told: str
) -> None:
    params = {"target": "amount", "features": ["z"]}
    more = nodes(made=node, ridge=(RIDGE, params), plain=("linear_regression", params))
    drawn = draw(more, *wires("made", *members), "split -> ridge", "split -> plain")
    assert told in codes(bench, drawn, "made")[code]


def test_a_mistake_in_a_member_is_told_once(bench: Bench) -> None:
    drawn = draw(nodes(both=("voting", {}), tree=(TREE, {"target": "nothing"})), *wires("both", "tree", "linear"))
    assert codes(bench, drawn, "both") == {}
    assert set(codes(bench, drawn, "tree")) == {"unknown_column"}


def test_a_table_of_predictions_does_not_teach_a_wrapper(bench: Bench) -> None:
    drawn = draw(nodes(both=("voting", {})), *wires("both", "tree", "linear"), "tree.predictions -> both.table")
    assert "model_feeds_model" in {problem.code for problem in bench.review(drawn).problems}


def test_without_a_library_the_finding_says_how_to_install_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = draw(nodes(made=("voting", {}), light=("lightgbm_classifier", {**CHURN, "n_estimators": 2})),
                 *wires("made", "tree", "light"), "split -> light")  # fmt: skip
    ran = bench.run(drawn)
    for library in ("optuna", "lightgbm"):
        monkeypatch.setitem(sys.modules, library, None)
    for search, missing in (("bayesian", ["library_missing"]), ("random", [])):
        searched = draw(nodes(made=("tune", {"search": search})), *wires("made", "tree"))
        found = [p for p in bench.review(searched).problems if p.severity == "error"]
        assert [problem.code for problem in found] == missing
        assert all('pip install "canvasback[tune]"' in problem.hint for problem in found)
    with pytest.raises(ServingError, match="needs LightGBM"):
        scorer(ran, "made")
