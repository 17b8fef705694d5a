"""A threshold that was chosen by cost is the one that scores are counted at and that an endpoint decides by."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV

from components.catalog import component
from components.ports import ROLE, ROW
from engine.errors import CanvasbackError
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from tests.engine.running import Bench, Ran, draw

COUNT = 500
LEARNS: dict[str, Any] = {"target": "left", "features": ["x", "z"]}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    random = np.random.default_rng(1)
    x, z = random.normal(size=(2, COUNT))
    left = np.where(x + z / 2 + random.normal(size=COUNT) > 1.0, "yes", "no")
    bench = Bench(tmp_path)
    bench.store("d", {"x": x, "z": z, "left": left, "three": ["abc"[i % 3] for i in range(COUNT)]})
    return bench


def run(bench: Bench, model: str = "logistic_regression", learns: Any = LEARNS, **params: Any) -> Ran:
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "split": ("split_random", {"test": 0.3}),
        "model": (model, learns),
        "decide": ("choose_threshold", params),
    }
    return bench.run(draw(nodes, "s -> split -> model", "model.model -> decide.model"))


def said(ran: Ran) -> tuple[Any, Any, Any]:
    """Truth, answers and chances of "yes" of test rows."""
    table = ran.table("decide", "predictions")
    test = table.filter(pa.array(np.array(table.column(ROLE).to_pylist()) == "test")).sort_by(ROW)
    chances = np.array(test.column("__cb_probabilities").to_pylist())[:, 1]
    return np.array(test["left"].to_pylist()), np.array(test["prediction"].to_pylist()), chances


@pytest.mark.parametrize("model", ["logistic_regression", "xgboost_classifier", "lightgbm_classifier"])
def test_an_endpoint_decides_by_the_threshold_that_was_chosen(bench: Bench, model: str) -> None:
    ran = run(bench, model, miss_cost=8)
    threshold = ran.model("decide")["threshold"]
    assert 0 < threshold < 0.4
    truth, answers, chances = said(ran)
    assert (answers == np.where(chances >= threshold, "yes", "no")).all()
    assert ran.model("decide")["metrics"]["recall"] == pytest.approx((answers[truth == "yes"] == "yes").mean())
    assert ran.model("decide")["metrics"]["recall"] > ran.model("model")["metrics"]["recall"]
    assert ran.model("decide")["metrics"]["roc_auc"] == pytest.approx(ran.model("model")["metrics"]["roc_auc"])
    scorer = load_scorer({name: ran.folder("decide") / name for name in ran.model("decide")["files"]})
    assert check_parity(scorer).rows > 0
    asked = pa.table({"x": np.linspace(-2, 2, 41), "z": np.zeros(41)})
    told = scorer.score(asked)
    assert told.probabilities is not None
    assert list(told.labels) == ["yes" if row[1] >= threshold else "no" for row in told.probabilities]


def test_misses_that_cost_more_raise_more_alarms_and_no_test_row_is_asked(bench: Bench) -> None:
    thresholds = [run(bench, miss_cost=cost).model("decide")["threshold"] for cost in (0.2, 1, 5, 25)]
    assert thresholds == sorted(thresholds, reverse=True)
    nodes = {"s": ("dataset", {"dataset": "d"}), "split": ("split_random", {"test": 0.3})}
    rows = bench.run(draw(nodes, "s -> split")).table("split")
    flipped = [
        ("no" if left == "yes" else "yes") if role == "test" else left
        for left, role in zip(rows["left"].to_pylist(), rows[ROLE].to_pylist(), strict=True)
    ]
    stored = {name: rows[name] for name in ("x", "z", "three")} | {"left": flipped}
    bench.store("d", stored)
    assert run(bench, miss_cost=5).model("decide")["threshold"] == thresholds[2]


def test_the_best_f1_is_as_good_as_scikit_learns(bench: Bench) -> None:
    ran = run(bench, choose_by="f1", folds=5)
    rows = bench.run(draw({"s": ("dataset", {"dataset": "d"}), "split": ("split_random", {"test": 0.3})}, "s -> split"))
    table = rows.table("split").to_pandas()
    train, test = (table[table[ROLE] == role] for role in ("train", "test"))
    own = TunedThresholdClassifierCV(
        LogisticRegression(random_state=0),
        scoring=make_scorer(f1_score, pos_label="yes"),
        thresholds=200,
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
    ).fit(train[["x", "z"]], train["left"])
    theirs = f1_score(test["left"], own.predict(test[["x", "z"]]), pos_label="yes")
    assert ran.model("decide")["metrics"]["f1"] == pytest.approx(theirs, abs=0.03)


def test_a_threshold_may_be_given_and_probabilities_stay(bench: Bench) -> None:
    truth, answers, chances = said(run(bench, threshold=0.9))
    assert (answers == np.where(chances >= 0.9, "yes", "no")).all()
    assert len(truth)


def test_more_than_two_classes_and_numbers_are_told(bench: Bench) -> None:
    with pytest.raises(CanvasbackError, match="between two classes; the target 'three' has 3"):
        run(bench, learns={**LEARNS, "target": "three"})
    model = ("ridge", {"target": "x", "features": ["z"]})
    nodes = {"s": ("dataset", {"dataset": "d"}), "m": model, "t": "choose_threshold"}
    (problem,) = bench.review(draw(nodes, "s -> m", "m.model -> t.model")).errors
    assert "predicts numbers" in problem.message
    assert component("choose_threshold").spec.title == "Decide by cost"
