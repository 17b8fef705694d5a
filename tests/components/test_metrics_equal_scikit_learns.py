"""Every metric that the product names is scikit-learn's on the same rows: averages, rare classes, degenerate cases."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from components.base import Predictions
from components.ensembles.metrics import METRICS
from components.evaluate.scores import baseline, score, scores

ROWS = 240
RANDOM = np.random.default_rng(4)


def of_classes(labels: tuple[Any, ...], positive: Any = None, seed: int = 0) -> Predictions:
    random = np.random.default_rng(seed)
    truth = np.array([labels[place] for place in random.integers(0, len(labels), ROWS)], dtype=object)
    raw = random.random((ROWS, len(labels))) + 0.8 * (truth[:, None] == np.array(labels, dtype=object))
    chances = raw / raw.sum(axis=1, keepdims=True)
    said = np.array(labels, dtype=object)[chances.argmax(axis=1)]
    return Predictions("classification", truth, said, chances, labels, positive)


def theirs(p: Predictions) -> dict[str, float]:
    """As scikit-learn is asked on its own pages: of the positive class where there are two, else macro averages."""
    known = np.array(sorted(p.classes))  # scikit-learn takes fractions for numbers: it is asked for their places
    truth, said = (np.searchsorted(known, np.array(labels.tolist())) for labels in (p.truth, p.prediction))
    chances = p.probabilities
    assert chances is not None
    if len(p.classes) == 2:
        place = p.classes.index(p.positive)
        is_positive = truth == place
        how: dict[str, Any] = {"average": "binary", "pos_label": place, "zero_division": 0}
        ranked = {
            "roc_auc": metrics.roc_auc_score(is_positive, chances[:, place]),
            "average_precision": metrics.average_precision_score(is_positive, chances[:, place]),
        }
    else:
        how = {"average": "macro", "zero_division": 0}
        places = np.arange(len(known))
        one_hot = truth[:, None] == places
        ranked = {
            "roc_auc": metrics.roc_auc_score(truth, chances, multi_class="ovr", average="macro", labels=places),
            "average_precision": metrics.average_precision_score(one_hot, chances, average="macro"),
        }
    return {
        "accuracy": metrics.accuracy_score(truth, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, said),
        "precision": metrics.precision_score(truth, said, **how),
        "recall": metrics.recall_score(truth, said, **how),
        "f1": metrics.f1_score(truth, said, **how),
        "log_loss": metrics.log_loss(truth, chances, labels=np.arange(len(known))),
        **ranked,
    }


CLASSES = [
    (("no", "yes"), "yes"),
    (("no", "yes"), "no"),
    ((False, True), True),
    ((0, 1), 1),
    ((1.5, 2.5), 1.5),
    (("a", "b", "c"), None),
    ((1, 2, 3, 4), None),
    (("", "A", "a", "ü"), None),
]


@pytest.mark.parametrize(("labels", "positive"), CLASSES)
def test_every_metric_of_classes(labels: tuple[Any, ...], positive: Any) -> None:
    p = of_classes(labels, positive)
    found, expected = scores(p), theirs(p)
    assert set(found) == set(METRICS["classification"]) == set(expected)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-12), name
        assert score(p, name) == pytest.approx(value, abs=1e-12), name


@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e12])
def test_every_metric_of_numbers(scale: float) -> None:
    truth = RANDOM.normal(3, 1, ROWS) * scale
    said = truth + RANDOM.normal(0, 0.5, ROWS) * scale
    found = scores(Predictions("regression", truth, said))
    expected = {
        "r2": metrics.r2_score(truth, said),
        "rmse": metrics.root_mean_squared_error(truth, said),
        "mae": metrics.mean_absolute_error(truth, said),
        "median_ae": metrics.median_absolute_error(truth, said),
        "mape": metrics.mean_absolute_percentage_error(truth, said),
    }
    assert set(found) == set(METRICS["regression"]) == set(expected)
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_class_that_is_never_said_or_never_true_counts_as_scikit_learn_counts_it() -> None:
    p = of_classes(("a", "b", "c"))
    said = np.where(p.prediction == "c", "a", p.prediction)
    never_said = Predictions("classification", p.truth, said, p.probabilities, p.classes)
    for name in ("accuracy", "balanced_accuracy", "precision", "recall", "f1"):
        assert scores(never_said)[name] == pytest.approx(theirs(never_said)[name], abs=1e-12)
    there = p.truth != "c"
    chances = p.probabilities
    assert chances is not None
    never_true = Predictions("classification", p.truth[there], p.prediction[there], chances[there], p.classes)
    # scikit-learn gives none then: it is the mean over the classes that there are
    ranked = [metrics.roc_auc_score(p.truth[there] == label, chances[there][:, k]) for k, label in enumerate("ab")]
    assert scores(never_true)["roc_auc"] == pytest.approx(np.mean(ranked))


def test_what_is_not_defined_is_left_out_where_scikit_learn_warns_or_fails() -> None:
    chances = np.tile([0.4, 0.6], (5, 1))
    one = Predictions("classification", np.array(["yes"] * 5), np.array(["yes"] * 5), chances, ("no", "yes"), "yes")
    assert "roc_auc" not in scores(one)
    assert scores(one)["accuracy"] == 1.0
    assert score(one, "roc_auc") is None
    flat = Predictions("regression", np.full(4, 2.0), np.array([2.0, 2.0, 3.0, 2.0]))
    assert "r2" not in scores(flat)
    assert scores(flat)["mae"] == metrics.mean_absolute_error(flat.truth, flat.prediction)
    zero = Predictions("regression", np.array([0.0, 1.0]), np.array([0.5, 1.0]))
    assert "mape" not in scores(zero)  # scikit-learn divides by the smallest number there is
    nothing = Predictions("regression", np.array([]), np.array([]))
    assert scores(nothing) == {}


def test_a_certain_mistake_costs_what_scikit_learn_says() -> None:
    chances = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    p = Predictions("classification", np.array(["a", "b", "b"]), np.array(["a", "b", "a"]), chances, ("a", "b"), "b")
    assert scores(p)["log_loss"] == pytest.approx(metrics.log_loss(p.truth, chances, labels=["a", "b"]), rel=1e-9)


def test_the_baseline_is_scikit_learns_dummy_also_of_counted_answers() -> None:
    from sklearn.dummy import DummyClassifier, DummyRegressor

    p = of_classes(("no", "yes"), "yes")
    train = np.array(["no"] * 30 + ["yes"] * 10)
    dummy = DummyClassifier(strategy="prior").fit(np.zeros((40, 1)), train)
    asked = np.zeros((ROWS, 1))
    said = Predictions("classification", p.truth, dummy.predict(asked), dummy.predict_proba(asked), p.classes, "yes")
    counted = baseline(np.array(["no", "yes"]), p, np.array([30, 10]))
    assert baseline(train, p) == pytest.approx(scores(said))
    assert counted == pytest.approx(scores(said))
    numbers = Predictions("regression", np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    mean = DummyRegressor().fit(np.zeros((3, 1)), [1.0, 1.0, 4.0]).predict(np.zeros((3, 1)))
    expected = scores(Predictions("regression", numbers.truth, mean))
    assert baseline(np.array([1.0, 4.0]), numbers, np.array([2, 1])) == pytest.approx(expected)
