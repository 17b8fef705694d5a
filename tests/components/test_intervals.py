"""Bootstrap intervals: the metrics of drawn rows are scikit-learn's, and the truth lies within as often as is said."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from components.base import Predictions
from components.evaluate.intervals import intervals
from components.evaluate.metrics import part
from components.evaluate.scores import scores
from components.evaluate.weighted import Weighted, weightings


def binary(rows: int = 400, seed: int = 1, digits: int = 2) -> Predictions:
    rng = np.random.default_rng(seed)
    chance = rng.beta(2, 3, rows).round(digits)  # with ties
    truth = np.where(rng.random(rows) < chance, "yes", "no").astype(object)
    said = np.where(chance >= 0.5, "yes", "no").astype(object)
    return Predictions("classification", truth, said, np.column_stack([1 - chance, chance]), ("no", "yes"))


def several(rows: int = 300, classes: int = 4) -> Predictions:
    rng = np.random.default_rng(2)
    chances = rng.dirichlet(np.ones(classes), rows).round(3) + 1e-3
    chances /= chances.sum(axis=1, keepdims=True)
    labels = np.array([f"c{k}" for k in range(classes)], dtype=object)
    truth = labels[[rng.choice(classes, p=row) for row in chances]]
    return Predictions("classification", truth, labels[chances.argmax(axis=1)], chances, tuple(labels))


def numbers(rows: int = 301) -> Predictions:
    rng = np.random.default_rng(3)
    truth = rng.normal(50, 10, rows)
    return Predictions("regression", truth, truth + rng.normal(0, 4, rows))


@pytest.mark.parametrize("p", [binary(), several(), numbers(), numbers(300)], ids=["two", "four", "odd", "even"])
def test_the_metrics_of_weighted_rows_are_those_of_the_rows_drawn_so_often(p: Predictions) -> None:
    weighted = Weighted(p)
    (drawn,) = weightings(len(p.truth), 5, seed=0)
    found = weighted.metrics(np.column_stack([np.ones(len(p.truth)), drawn]))
    for column, weights in enumerate([np.ones(len(p.truth)), *drawn.T]):
        rows = np.repeat(np.arange(len(p.truth)), weights.astype(int))
        wanted = scores(part(p, rows))
        assert {name: found[name][column] for name in wanted} == pytest.approx(wanted)


def test_a_class_that_no_draw_holds_is_left_out_as_scikit_learn_leaves_it_out() -> None:
    p = several(60, 5)
    rows = np.flatnonzero(np.asarray(p.truth) != "c1")
    weights = np.bincount(rows, minlength=60) * 1.0
    found = Weighted(p).metrics(weights[:, None] * 60 / len(rows))
    wanted = scores(part(p, rows))
    for name in ("precision", "recall", "f1", "roc_auc", "average_precision"):
        assert found[name][0] == pytest.approx(wanted[name]), name


def test_the_brier_score_of_two_classes_is_scikit_learns() -> None:
    p = binary()
    found = Weighted(p).metrics(np.ones((400, 1)))["brier"][0]
    assert found == pytest.approx(
        metrics.brier_score_loss(np.asarray(p.truth) == "yes", np.asarray(p.probabilities)[:, 1])
    )


def test_an_interval_holds_the_score_and_the_same_seed_gives_the_same_one() -> None:
    for p in (binary(), several(), numbers()):
        found, told = intervals(p), scores(p)
        assert found == intervals(p)
        assert set(told) <= set(found["of"])
        for name, value in told.items():
            low, high = found["of"][name]
            assert low <= value <= high


def test_the_interval_of_a_share_is_that_of_theory() -> None:
    """A bootstrap of an accuracy is a binomial one."""
    p = binary(5_000)
    share = scores(p)["accuracy"]
    half = 1.96 * np.sqrt(share * (1 - share) / 5_000)
    assert intervals(p)["of"]["accuracy"] == pytest.approx([share - half, share + half], abs=0.1 * half)


def test_the_true_score_lies_within_about_as_often_as_is_said() -> None:
    truth = scores(binary(200_000, seed=99, digits=6))
    spans = [intervals(binary(300, seed=seed, digits=6))["of"] for seed in range(40)]
    for name in ("roc_auc", "accuracy", "log_loss"):
        assert np.mean([span[name][0] <= truth[name] <= span[name][1] for span in spans]) >= 0.85, name


def test_what_a_model_gains_on_knowing_nothing_is_measured_on_the_same_draws() -> None:
    good = replace(binary(), learned=np.array(["no"] * 60 + ["yes"] * 40, dtype=object))
    low, high = intervals(good)["gains"]["roc_auc"]
    area = scores(good)["roc_auc"]
    assert 0 < low < area - 0.5 < high
    blind = np.random.default_rng(0).permutation(np.asarray(good.probabilities))
    low, high = intervals(replace(good, probabilities=blind))["gains"]["roc_auc"]
    assert low < 0 < high


@pytest.mark.parametrize(
    "p",
    [
        binary(5),
        Predictions("classification", np.array(["a"] * 30, object), np.array(["a"] * 30, object), None, ("a",)),
        Predictions("regression", np.ones(30), np.ones(30)),
    ],
    ids=["few", "one class", "constant"],
)
def test_rows_that_say_little_promise_nothing_that_is_no_number(p: Predictions) -> None:
    found = intervals(p)
    assert all(np.isfinite(span).all() for span in found.get("of", {}).values())
    assert not {"r2", "roc_auc"} & set(found.get("of", {}))


@pytest.mark.slow
@pytest.mark.parametrize("p", [binary(20_000, digits=9), several(20_000, 10)], ids=["two", "ten"])
def test_twenty_thousand_rows_take_about_a_second(p: Any) -> None:
    began = time.process_time()
    intervals(p)
    assert time.process_time() - began < 3
