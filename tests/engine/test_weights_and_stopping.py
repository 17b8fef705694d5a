"""Rows may count more or less in training, and training may end by rows that are not learned from."""

import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.base import Estimator, Wrapper
from components.catalog import catalog
from components.ports import ROLE, ROW
from engine.errors import UnfitForTraining
from engine.graph import Pipeline
from engine.serve.modelfile import ModelFile, load_estimator
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from tests.engine.running import Bench, Ran, draw

COUNT = 600
TITLED = {
    key: kind
    for key, kind in catalog().items()
    if issubclass(kind, Estimator) and not issubclass(kind, Wrapper) and key != "auto_ml"
}
FEATURES = ["x", "z"]
CLASSES: dict[str, Any] = {"target": "churn", "features": FEATURES}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    random = np.random.default_rng(3)
    x, z = random.normal(size=(2, COUNT))
    score = x - z / 2 + random.normal(scale=0.8, size=COUNT)
    bench = Bench(tmp_path)
    bench.store(
        "d",
        {
            "x": x,
            "z": z,
            "churn": np.where(score > 0.3, "yes", "no"),
            "amount": score,
            "counts": random.integers(0, 4, COUNT),
            "gap": pa.array([None if i % 50 == 0 else 1.0 for i in range(COUNT)], pa.float64()),
            "below": [-1.0 if i == 5 else 1.0 for i in range(COUNT)],
            "nothing": [0.0] * COUNT,
            "when": np.arange(COUNT),
        },
    )
    return bench


def run(bench: Bench, key: str, split: tuple[str, dict[str, Any]] | None = None, **params: Any) -> Ran:
    split = split or ("split_random", {"test": 0.3})
    nodes = {"s": ("dataset", {"dataset": "d"}), "split": split, "model": (key, {**CLASSES, **params})}
    return bench.run(draw(nodes, "s -> split -> model"))


def of_role(bench: Bench, split: tuple[str, dict[str, Any]], role: str) -> dict[str, np.ndarray[Any, Any]]:
    nodes = {"s": ("dataset", {"dataset": "d"}), "split": split}
    table = bench.run(draw(nodes, "s -> split")).table("split").sort_by(ROW)
    here = np.array(table.column(ROLE).to_pylist()) == role
    return {name: np.array(table.column(name).to_pylist())[here] for name in table.column_names}


def saved(ran: Ran) -> tuple[Any, ModelFile]:
    model = ModelFile.model_validate_json((ran.folder() / "model.json").read_text())
    return load_estimator({name: ran.folder() / name for name in ran.model()["files"]}, model), model


# Weights


@pytest.mark.parametrize("key", sorted(TITLED))
def test_every_model_offers_weights_of_rows_where_its_library_takes_them(key: str) -> None:
    kind = TITLED[key]
    params = kind.params_type().model_validate(kind.spec.example)
    taken = "sample_weight" in inspect.signature(kind(params).build().fit).parameters
    assert taken == ("sample_weight" in kind.params_type().model_fields)


@pytest.mark.parametrize(
    "key", sorted(key for key in TITLED if "sample_weight" in TITLED[key].params_type().model_fields)
)
def test_a_weighed_model_is_the_librarys_own_on_the_same_rows(key: str) -> None:
    random = np.random.default_rng(0)
    matrix = np.abs(random.normal(size=(120, 2))).astype(np.float32).astype(float)
    weights = random.integers(1, 4, 120).astype(float)
    kind = TITLED[key]
    score = matrix[:, 0] - matrix[:, 1] + random.normal(scale=0.3, size=120)
    target = (score > 0).astype(int) if kind.task == "classification" else np.abs(score)
    model = kind(kind.params_type().model_validate(kind.spec.example))
    told = model.learn(matrix, target, sample_weight=weights).estimator
    own = model.build().fit(matrix, target, sample_weight=weights)
    ask = "predict_proba" if kind.task == "classification" else "predict"
    asked = np.abs(random.normal(size=(200, 2)))
    assert np.allclose(getattr(told, ask)(asked), getattr(own, ask)(asked), atol=1e-6)
    if key not in (
        "dummy_regressor",
        "quantile_regressor",
        "extra_trees_classifier",
    ):  # where weights change nothing here
        alike = model.learn(matrix, target, sample_weight=np.full(120, 1.0)).estimator
        assert not np.allclose(getattr(told, ask)(asked), getattr(alike, ask)(asked), atol=1e-9)


def test_a_run_weighs_train_rows_and_scores_count_every_row_once(bench: Bench) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    split = ("split_random", {"test": 0.3})
    train, test = (of_role(bench, split, role) for role in ("train", "test"))
    others = ["amount", "gap", "below", "nothing", "when"]
    ran = run(bench, "logistic_regression", sample_weight="counts", features={"select": "all", "except": others})
    x, held = (np.column_stack([rows[name] for name in FEATURES]) for rows in (train, test))
    own = LogisticRegression(random_state=0).fit(x, train["churn"], sample_weight=train["counts"])
    estimator, model = saved(ran)
    assert np.allclose(estimator.coef_, own.coef_, atol=1e-6)
    area = roc_auc_score(test["churn"] == "yes", own.predict_proba(held)[:, 1])
    assert ran.model()["metrics"]["roc_auc"] == pytest.approx(area, abs=1e-9)
    assert set(model.inputs) == set(FEATURES)
    assert check_parity(load_scorer({name: ran.folder() / name for name in ran.model()["files"]})).rows > 0


def test_balanced_classes_and_weights_of_rows_come_together(bench: Bench) -> None:
    from sklearn.utils.class_weight import compute_sample_weight

    ran = run(bench, "gaussian_nb", sample_weight="counts", class_weight="balanced")
    train = of_role(bench, ("split_random", {"test": 0.3}), "train")
    both = compute_sample_weight("balanced", train["churn"]) * train["counts"]
    shares = [both[train["churn"] == label].sum() / both.sum() for label in ("no", "yes")]
    assert np.allclose(saved(ran)[0].class_prior_, shares)


@pytest.mark.parametrize(
    ("column", "told"), [("gap", "missing in"), ("below", "negative in 1 train row"), ("nothing", "0 in every")]
)
def test_numbers_that_are_no_weights_are_told(bench: Bench, column: str, told: str) -> None:
    with pytest.raises(UnfitForTraining, match=told):
        run(bench, "ridge", ("split_random", {"test": 0.1, "seed": 1}), target="amount", sample_weight=column)


@pytest.mark.parametrize("given", [{"sample_weight": "amount", "target": "amount"}, {"sample_weight": "x"}])
def test_a_weight_is_neither_target_nor_feature(bench: Bench, given: dict[str, Any]) -> None:
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "model": ("ridge", {"target": "amount", "features": FEATURES, **given}),
    }
    (problem,) = bench.review(draw(nodes, "s -> model")).errors
    assert problem.field == "sample_weight"
    assert "says how much rows count" in problem.message


def made_of(key: str, members: list[str], **params: Any) -> Pipeline:
    """A model made of others, each of which may name its weights after a colon."""
    nodes: dict[str, tuple[str, dict[str, Any]]] = {"s": ("dataset", {"dataset": "d"})}
    for place, member in enumerate(members):
        kind, _, weight = member.partition(":")
        target = "churn" if TITLED[kind].task == "classification" else "amount"
        asked = {"target": target, "features": {"select": "all", "except": [*OTHERS, *([] if weight else ["counts"])]}}
        nodes[f"m{place}"] = (kind, {**asked, **({"sample_weight": weight} if weight else {})})
    own = [name for name in nodes if name != "s"]
    wires = [f"s -> {name}" for name in own] + [f"{name}.model -> made.model" for name in own]
    return draw({**nodes, "made": (key, params)}, *wires)


OTHERS = ["amount", "gap", "below", "nothing", "when", "churn"]
TWICE = ["logistic_regression:counts", "gaussian_nb:counts"]


@pytest.mark.parametrize(
    ("key", "members"),
    [
        ("voting", TWICE),
        ("stacking", TWICE),
        ("calibrate", TWICE[:1]),
        ("tune", TWICE[:1]),
        ("choose_threshold", TWICE[:1]),
    ],
)
def test_a_model_made_of_weighed_ones_is_scikit_learns_own_on_the_same_rows(
    bench: Bench, key: str, members: list[str]
) -> None:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import StackingClassifier, VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.naive_bayes import GaussianNB

    ran = bench.run(made_of(key, members, **({"budget": 1} if key == "tune" else {})))
    train = of_role(bench, ("split_random", {"test": 0.2}), "train")
    x, plain = np.column_stack([train[name] for name in FEATURES]), LogisticRegression()
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    both = [("a", plain), ("b", GaussianNB())]
    own = {
        "voting": VotingClassifier(both, voting="soft"),
        "stacking": StackingClassifier(both, cv=cv),
        "calibrate": CalibratedClassifierCV(plain, cv=cv, ensemble=False),
    }.get(key, plain)
    own.fit(x, train["churn"], sample_weight=train["counts"])
    files = {name: ran.folder("made") / name for name in ran.model("made")["files"]}
    model = ModelFile.model_validate_json(files["model.json"].read_text())
    assert set(model.inputs) == set(FEATURES)
    told = load_estimator(files, model)
    assert np.allclose(told.predict_proba(x), own.predict_proba(x), atol=1e-5)
    alike = own.fit(x, train["churn"]).predict_proba(x)
    assert not np.allclose(told.predict_proba(x), alike, atol=1e-3)


@pytest.mark.parametrize(
    ("members", "params", "told"),
    [
        (
            ["ridge:counts", "k_neighbors_regressor"],
            {"sample_weight": "counts"},
            "neighbours learns from rows that all",
        ),
        (
            ["ridge:counts", "lasso"],
            {},
            r"\(m0\) counts rows by 'counts', but .*\(m1\) counts all rows the same|rows the same",
        ),
        (["ridge:counts"], {"sample_weight": "x", "features": FEATURES}, "cannot be a feature"),
    ],
)
def test_models_that_count_rows_in_different_ways_are_told_before_they_run(
    bench: Bench, members: list[str], params: dict[str, Any], told: str
) -> None:
    key = "voting" if len(members) > 1 else "tune"
    problems = [problem for problem in bench.review(made_of(key, members, **params)).errors if problem.node == "made"]
    assert problems
    assert re.search(told, problems[0].message)
    assert problems[0].field == "sample_weight"
    assert problems[0].hint
    if not params:
        assert not bench.review(made_of(key, members, sample_weight="counts")).errors


# Early stopping

BOOSTERS = ("hist_gradient_boosting_classifier", "lightgbm_classifier", "xgboost_classifier")
KEPT_BACK = ("split_random", {"test": 0.2, "validation": 0.2})


def trees(estimator: Any) -> int:
    for name in ("n_iter_", "best_iteration"):
        if hasattr(estimator, name):
            return int(getattr(estimator, name)) + (name == "best_iteration")
    return int(estimator._booster.num_trees())


@pytest.mark.parametrize("key", BOOSTERS)
def test_training_ends_by_validation_rows_where_a_split_gives_some(bench: Bench, key: str) -> None:
    most = {"max_iter": 300} if key.startswith("hist") else {"n_estimators": 300}
    ran = run(bench, key, KEPT_BACK, early_stopping=True, n_iter_no_change=5, **most)
    held = of_role(bench, KEPT_BACK, "validation")
    assert ran.model()["rows"]["watched"] == len(held["x"])
    estimator, _ = saved(ran)
    assert trees(estimator) < 100
    assert check_parity(load_scorer({name: ran.folder() / name for name in ran.model()["files"]})).rows > 0
    alone = run(bench, key, early_stopping=True, n_iter_no_change=5, **most)
    assert "watched" not in alone.model()["rows"]
    assert trees(saved(alone)[0]) < 150


def test_xgboost_stops_where_xgboost_stops(bench: Bench) -> None:
    from xgboost import XGBClassifier

    ran = run(bench, "xgboost_classifier", KEPT_BACK, early_stopping=True, n_estimators=200)
    train, held, test = (of_role(bench, KEPT_BACK, role) for role in ("train", "validation", "test"))
    x, watched, asked = (np.column_stack([rows[name] for name in FEATURES]) for rows in (train, held, test))
    own = XGBClassifier(
        n_estimators=200, learning_rate=0.3, early_stopping_rounds=10, random_state=0, tree_method="hist"
    )
    own.fit(x, train["churn"] == "yes", eval_set=[(watched, held["churn"] == "yes")], verbose=False)
    said = pq.read_table(ran.folder() / "predictions.parquet").sort_by(ROW)
    here = np.array(said.column(ROLE).to_pylist()) == "test"
    chances = np.array(said.column("__cb_probabilities").to_pylist())[here, 1]
    assert np.allclose(chances, own.predict_proba(asked)[:, 1], atol=1e-6)


def test_a_fold_by_time_does_not_watch_what_came_later(bench: Bench) -> None:
    split = ("cross_validation", {"folds": 3, "time": "when", "fold": 2})
    assert len(of_role(bench, split, "validation")["x"])
    ran = run(bench, "hist_gradient_boosting_classifier", split, early_stopping=True)
    assert "watched" not in ran.model()["rows"]
