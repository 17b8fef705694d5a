"""Encoders that use the target in a pipeline: what a model may know, and what an endpoint can prove."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from components.ports import ROLE, ROW
from engine.checks import problems
from engine.serve.modelfile import GOLDEN
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from engine.service.building.pipelines import _facts
from tests.engine.running import Bench, Ran, draw

KEYS = ["encode_target", "encode_james_stein", "encode_leave_one_out", "encode_catboost"]
SOURCE, SPLIT = ("dataset", {"dataset": "d"}), ("split_random", {"test": 0.2, "validation": 0.1})


def rows(count: int = 400) -> pa.Table:
    random = np.random.default_rng(0)
    x, noise = random.normal(size=(2, count))
    start = dt.datetime(2026, 1, 1)
    return pa.table(
        {
            "x": x,
            "says_nothing": [f"c{c}" for c in random.integers(150, size=count)],
            "city": [None if i % 11 == 3 else "abcde"[i % 5] for i in range(count)],
            "customer": [f"customer {i}" for i in range(count)],
            "number": range(count),
            "same": [7.0] * count,
            "flag": [None if i % 13 == 0 else bool(i % 2) for i in range(count)],
            "when": [None if i % 17 == 0 else start + dt.timedelta(hours=7 * i) for i in range(count)],
            "day": [(start + dt.timedelta(days=i)).date() for i in range(count)],
            "amount": [None if i % 7 == 0 else float(i % 23) for i in range(count)],
            "y": ["yes" if x[i] + noise[i] + (i % 5 == 0) > 1 else "no" for i in range(count)],
        }
    )


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench(tmp_path_factory.mktemp("encoders"))
    made.store("d", rows())
    return made


def served(ran: Ran) -> Any:
    """The model as an endpoint loads it; it answers as the run did, or this raises."""
    folder = ran.folder()
    scorer = load_scorer({name: folder / name for name in ran.model()["files"]})
    check_parity(scorer)
    return scorer


@pytest.mark.parametrize("key", KEYS)
def test_only_rows_that_taught_nothing_prove_an_endpoint(bench: Bench, key: str) -> None:
    model = ("logistic_regression", {"target": "y", "features": ["x", "city"]})
    nodes = {"s": SOURCE, "split": SPLIT, "by": (key, {"columns": ["city"]}), "model": model}
    ran = bench.run(draw(nodes, "s -> split -> by -> model"))
    roles = ran.again("split").table("split")
    unseen = roles.filter(pc.not_equal(roles[ROLE], "train"))[ROW]
    assert set(pq.read_table(ran.folder() / GOLDEN)[ROW].to_pylist()) == set(unseen.to_pylist())
    assert served(ran).fields[0].name in {"x", "city"}


@pytest.mark.parametrize("key", KEYS)
def test_an_encoder_beside_the_model_is_no_leak_but_a_copy_of_the_answer_is(bench: Bench, key: str) -> None:
    model = ("hist_gradient_boosting_classifier", {"target": "y"})
    copied = ("formula", {"name": "copy", "expression": "upper(y)"})
    encode: Any = {"s": SOURCE, "copied": copied, "by": (key, {"columns": ["says_nothing"]}), "model": model}
    assert "answer_in_features" not in codes(bench, encode, "s -> by -> model")
    encode["by"] = (key, {"columns": ["copy"]})
    assert "'copy'" in codes(bench, encode, "s -> copied -> by -> model")["answer_in_features"]
    encode["by"] = (key, {"columns": ["says_nothing"], "target": "copy"})
    assert "answer_in_features" not in codes(bench, encode, "s -> copied -> by -> model")


def codes(bench: Bench, nodes: dict[str, Any], wires: str) -> dict[str, str]:
    return {problem.code: problem.message for problem in problems(draw(nodes, wires), bench.schema)}


@pytest.mark.parametrize("key", KEYS)
def test_a_model_of_a_category_that_says_nothing_scores_like_no_model(tmp_path: Path, key: str) -> None:
    bench, random = Bench(tmp_path), np.random.default_rng(1)
    categories, answers = random.integers(900, size=3_000), random.integers(2, size=3_000)
    bench.store("d", {"c": [f"c{c}" for c in categories], "y": answers.astype(bool)})
    model = ("decision_tree_classifier", {"target": "y", "min_samples_leaf": 5})
    ran = bench.run(draw({"s": SOURCE, "by": key, "model": model}, "s -> by -> model"))
    assert abs(ran.model()["metrics"]["roc_auc"] - 0.5) < 0.07
    train = ran.again("by").table("by")
    train = train.filter(pc.equal(train[ROLE], "train"))
    shown, truth = train["c"].to_numpy(), train["y"].to_numpy(zero_copy_only=False).astype(float)
    assert abs(np.corrcoef(shown, truth)[0, 1]) < 0.08


def test_a_pipeline_with_encoder_and_smote_answers_as_it_was_trained(bench: Bench) -> None:
    nodes = {
        "s": SOURCE,
        "fewer": ("select_columns", {"columns": ["x", "city", "says_nothing", "amount", "y"]}),
        "by": ("encode_target", {"columns": ["city"], "missing": "category"}),
        "ordered": ("encode_catboost", {"columns": ["says_nothing"]}),
        "fill": "impute_median",
        "scale": "standardize",
        "balance": ("smote", {"k_neighbors": 3}),
        "model": ("random_forest_classifier", {"target": "y", "n_estimators": 10}),
    }
    ran = bench.run(draw(nodes, "s -> fewer -> by -> ordered -> fill -> scale -> balance -> model"))
    scorer = served(ran)
    assert [step.node for step in scorer.model.slice.steps] == ["fewer", "by", "ordered", "fill", "scale"]
    assert check_parity(scorer).max_difference <= 1e-9


def test_automatic_features_are_served_as_they_were_trained_and_useless_columns_say_nothing(bench: Bench) -> None:
    nodes = {"s": SOURCE, "auto": "auto_features", "model": ("logistic_regression", {"target": "y"})}
    ran = bench.run(draw(nodes, "s -> auto -> model"))
    scorer = served(ran)
    assert {field.name for field in scorer.fields} >= {"x", "city", "when", "amount"}
    features = {feature.name: feature for feature in scorer.model.matrix.features}
    assert features["customer"].width == 0
    assert {"when_hour_cos", "day_month_sin"} <= set(features)
    assert "day_hour_sin" not in features
    state: Any = ran.execution.state("auto")
    assert all("identifier" in state.notes[name] for name in ("customer", "number"))
    assert "same everywhere" in state.notes["same"]
    made = ran.again("auto").table("auto")
    assert pc.count_distinct(made["number"]).as_py() == pc.count_distinct(made["same"]).as_py() == 1
    gaps = made.filter(pc.equal(made[ROW], 0))
    assert gaps["when_hour_sin"].to_pylist() == gaps["when_hour_cos"].to_pylist() == [0.0]
    assert "when" not in made.column_names


def test_the_choices_of_automatic_features_are_shown_and_can_be_changed(bench: Bench) -> None:
    nodes: dict[str, Any] = {"s": SOURCE, "auto": "auto_features", "model": ("logistic_regression", {"target": "y"})}
    shown = _facts(bench.review(draw(nodes, "s -> auto -> model")), "auto").fitted or ""
    assert shown.startswith("Learns from the train rows only.")
    assert "says_nothing, city, customer: one-hot encoded" in shown
    assert "when: becomes places on the circles of month, weekday and hour" in shown
    nodes["auto"] = ("auto_features", {"choices": {"city": "frequency", "x": "keep", "when": "drop"}})
    looked = bench.review(draw(nodes, "s -> auto -> model"))
    schema = looked.schemas["auto"].outputs["table"]
    assert (str(schema["city"]), "when" in schema, "when_hour_sin" in schema) == ("float64", False, False)
    assert "x: stays as it is" in (_facts(looked, "auto").fitted or "")
    for choices, said in [
        ({"city": "fill_and_scale"}, "'city' cannot be treated as 'fill_and_scale'"),
        ({"y": "drop"}, "not among the columns"),
        ({"nowhere": "drop"}, "not among the columns"),
    ]:
        nodes["auto"] = ("auto_features", {"choices": choices})
        assert any(said in problem.message for problem in problems(draw(nodes, "s -> auto -> model"), bench.schema))
