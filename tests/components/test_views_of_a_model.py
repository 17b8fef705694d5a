"""What a report tells beside the scores: thresholds by cost, prediction intervals, errors by size, lift."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from sklearn import metrics
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_predict

from components.base import Predictions
from components.evaluate.conformal import LEVELS, Conformal, calibrated, prediction_intervals
from components.evaluate.evaluate import judge
from components.evaluate.plots import MOST_LABELS, confusion_matrix, lift, per_class
from components.evaluate.residuals import error_by_quantile, residual_histogram
from components.evaluate.thresholds import counted
from components.evaluate.trade_offs import trade_offs
from tests.components.test_intervals import binary, several


@pytest.fixture(scope="module")
def wine() -> Predictions:
    x, y = load_wine(return_X_y=True)
    chances = cross_val_predict(LogisticRegression(max_iter=200), x[:, :3], y, method="predict_proba")
    labels = np.array(["barolo", "grignolino", "barbera"], dtype=object)
    return Predictions("classification", labels[y], labels[chances.argmax(axis=1)], chances, tuple(labels))


@pytest.fixture(scope="module")
def diabetes() -> Predictions:
    x, y = load_diabetes(return_X_y=True)
    return Predictions("regression", y, cross_val_predict(LinearRegression(), x, y), learned=y)


# Thresholds by cost


def test_whatever_errors_cost_the_best_threshold_is_among_those_kept() -> None:
    p = binary(5_000, digits=9)
    (positive, _) = trade_offs(p)
    assert (positive["label"], positive["positives"] + positive["negatives"]) == ("yes", 5_000)
    assert len(positive["threshold"]) < 300
    every = counted(np.asarray(p.truth) == "yes", np.asarray(p.probabilities)[:, 1])
    kept = np.array(positive["false_alarms"]), np.array(positive["misses"])
    for alarm, miss, gain in product((0.5, 1, 7), (1, 3, 20), (0, 2)):
        best = (every.false_alarms * alarm + every.misses * miss - every.hits * gain).min()
        found = kept[0] * alarm + kept[1] * miss - (positive["positives"] - kept[1]) * gain
        assert found.min() == best


def test_errors_at_a_threshold_are_those_of_scikit_learn(wine: Predictions) -> None:
    for told, place in zip(trade_offs(wine), range(3), strict=True):
        actual, chance = np.asarray(wine.truth) == told["label"], np.asarray(wine.probabilities)[:, place]
        for i in range(0, len(told["threshold"]), 20):
            ((_, alarms), (misses, _)) = metrics.confusion_matrix(
                actual, chance >= told["threshold"][i], labels=[False, True]
            )
            assert (told["false_alarms"][i], told["misses"][i]) == (alarms, misses)


# Prediction intervals


def test_intervals_hold_new_rows_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)

    def rows(count: int) -> tuple[np.ndarray, np.ndarray]:
        said = rng.uniform(0, 100, count)
        return said + rng.standard_t(4, count) * (1 + said / 10), said  # heavy tails, and wider for larger numbers

    found = calibrated(*rows(2_000))
    truth, said = rows(20_000)
    for level in LEVELS:
        low, high = found.around(said, level)
        assert ((low <= truth) & (truth <= high)).mean() == pytest.approx(level, abs=0.02)
        is_large = said > 80
        assert ((low <= truth) & (truth <= high))[is_large].mean() == pytest.approx(level, abs=0.05)
    assert found.widths[0.9][-1] > 3 * found.widths[0.9][0]


def test_what_intervals_are_worth_is_checked_on_rows_that_they_do_not_come_from(diabetes: Predictions) -> None:
    found = prediction_intervals(diabetes)
    assert (found["rows"], found["checked"]) == (442, 221)
    for told in found["levels"]:
        assert told["low"] <= told["coverage"] <= told["high"]
        assert told["coverage"] == pytest.approx(told["level"], abs=0.06)
    kept = Conformal.from_data(json.loads(json.dumps(found["kept"])))
    low, high = kept.around([150.0], 0.9)
    assert high[0] - low[0] == pytest.approx(2 * found["levels"][1]["half_width"], rel=0.3)
    errors = np.sort(np.abs(np.asarray(diabetes.truth) - diabetes.prediction))
    assert calibrated(diabetes.truth[:90], diabetes.prediction[:90]).widths[0.9] == pytest.approx(
        np.sort(np.abs(diabetes.truth[:90] - diabetes.prediction[:90]))[81]
    )
    assert errors[-1] >= high[0] - 150


def test_few_rows_promise_no_interval() -> None:
    assert prediction_intervals(Predictions("regression", np.arange(20.0), np.arange(20.0))) == {}


# Where errors lie


def test_a_few_rows_that_are_far_off_do_not_hide_how_the_others_are_off() -> None:
    random = np.random.default_rng(0)
    truth = np.concatenate([random.normal(size=2_000), [60.0, -60.0]])
    counts = residual_histogram(Predictions("regression", truth, np.zeros(len(truth))), 10)["counts"]
    assert len(counts) == 50
    assert sum(counts) == len(truth)
    assert len(residual_histogram(Predictions("regression", truth[:5], truth[:5]), 10)["counts"]) == 10


def test_errors_by_size_are_means_over_equally_many_rows(diabetes: Predictions) -> None:
    found = error_by_quantile(diabetes)
    assert found is not None
    assert len(found["values"]) == 10
    mae = metrics.mean_absolute_error(diabetes.truth, diabetes.prediction)
    assert np.mean(found["values"]) == pytest.approx(mae, rel=0.02)
    assert found["names"][int(np.argmax(found["values"]))] in found["read"]
    assert error_by_quantile(Predictions("regression", np.ones(50), np.ones(50))) is None


def test_lift_is_how_much_more_frequent_positives_are() -> None:
    p = binary(1_000)
    actual, chance = np.asarray(p.truth) == "yes", np.asarray(p.probabilities)[:, 1]
    found = lift(actual, chance)
    assert found is not None
    assert np.mean(found["values"]) == pytest.approx(1)
    first = actual[np.argsort(-chance, kind="stable")[:100]].mean()
    assert found["values"][0] == pytest.approx(first / actual.mean())


def test_of_very_many_classes_those_with_the_most_rows_are_shown() -> None:
    p = several(2_000, 60)
    found = confusion_matrix(p)
    assert found["labels"][-1] == "other"
    assert (len(found["labels"]), found["together"]) == (MOST_LABELS, 60 - MOST_LABELS + 1)
    assert sum(map(sum, found["counts"])) == 2_000
    assert found["right"] == (np.asarray(p.truth) == p.prediction).sum()
    assert len(per_class(p)["rows"]) == 60


# The whole report


def test_a_report_is_small_json_with_every_plot_read_in_a_sentence(wine: Predictions, diabetes: Predictions) -> None:
    for p, names in (
        (wine, {"roc_curves", "precision_recall_curves", "calibration_curve", "confusion_matrix", "per_class"}),
        (diabetes, {"prediction_intervals", "interval_coverage", "error_by_quantile", "residual_histogram"}),
        (binary(), {"roc_curve", "gain", "lift", "calibration_curve"}),
    ):
        told = judge(replace(p, learned=p.truth))
        assert names <= set(told["plots"])
        assert len(json.dumps(told, allow_nan=False)) < 150_000
        assert all(plot["read"].endswith(".") for plot in told["plots"].values() if "kind" in plot)
        assert set(told["intervals"]["of"]) >= set(told["metrics"])
        assert told["baseline"]
