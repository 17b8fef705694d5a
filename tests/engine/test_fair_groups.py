"""Rates of groups come with intervals, and their differences with how likely chance makes them."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import precision_score, recall_score

from components.base import FIGURES, Predictions
from components.evaluate.fairness import FairnessParams
from components.evaluate.outcomes import wilson
from components.evaluate.rates import fairness
from engine.evaluation.fairness import sureness


def told(rows: int, apart: float, seed: int = 0) -> Predictions:
    """A model that says yes more often to group b."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["a", "b"], rows)
    truth = np.where(rng.random(rows) < 0.4, "yes", "no").astype(object)
    chance = np.where(truth == "yes", 0.65, 0.25) + np.where(group == "b", apart, 0.0)
    said = np.where(rng.random(rows) < chance, "yes", "no").astype(object)
    chances = np.column_stack([1 - chance, chance])
    return Predictions("classification", truth, said, chances, ("no", "yes"), "yes", pa.table({"g": group}))


def names(p: Predictions) -> "np.ndarray[tuple[int, ...], np.dtype[np.object_]]":
    assert p.columns is not None
    return np.array(p.columns["g"].to_pylist(), dtype=object)


def test_rates_and_differences_are_those_of_fairlearns_definitions() -> None:
    p = told(800, 0.2)
    found = fairness(p, FairnessParams(group="g"))
    by_group = {row["group"]: row for row in found[FIGURES]}
    for group, row in by_group.items():
        here = names(p) == group
        truth, said = np.asarray(p.truth)[here] == "yes", np.asarray(p.prediction)[here] == "yes"
        assert row["true_positive_rate"] == pytest.approx(recall_score(truth, said))
        assert row["precision"] == pytest.approx(precision_score(truth, said))
        assert row["false_positive_rate"] == pytest.approx(said[~truth].mean())
        assert row["selection_rate"] == pytest.approx(said.mean())
    a, b = by_group["a"], by_group["b"]
    assert found["metrics"]["demographic_parity_difference"] == pytest.approx(b["selection_rate"] - a["selection_rate"])
    assert found["metrics"]["demographic_parity_ratio"] == pytest.approx(a["selection_rate"] / b["selection_rate"])
    odds = max(abs(a[rate] - b[rate]) for rate in ("true_positive_rate", "false_positive_rate"))
    assert found["metrics"]["equalized_odds_difference"] == pytest.approx(odds)


def test_bootstrap_intervals_lie_where_wilsons_do() -> None:
    p = told(1_000, 0.0)
    found = sureness(p, names(p), ["a", "b"])
    here = names(p) == "a"
    said = np.asarray(p.prediction)[here] == "yes"
    low, high = wilson(said.sum(), here.sum())
    assert found.intervals["a"]["selection_rate"] == pytest.approx((float(low), float(high)), abs=0.01)


def test_a_real_difference_is_no_chance_and_equal_groups_seldom_look_unequal() -> None:
    apart = told(1_000, 0.2)
    assert sureness(apart, names(apart), ["a", "b"]).chances["demographic_parity_difference"] < 0.01
    fair = [told(300, 0.0, seed) for seed in range(40)]
    chances = [sureness(p, names(p), ["a", "b"]).chances for p in fair]
    for measure in ("demographic_parity_difference", "equalized_odds_difference"):
        assert sum(found[measure] < 0.05 for found in chances) <= 6
        assert 0.3 < np.mean([found[measure] for found in chances]) < 0.75


def test_mean_errors_of_numbers_are_compared_the_same_way() -> None:
    rng = np.random.default_rng(1)
    group = rng.choice(["a", "b"], 600)
    truth = rng.normal(size=600)
    said = truth + rng.normal(0, 0.5, 600) + np.where(group == "b", 0.4, 0.0)
    p = Predictions("regression", truth, said, columns=pa.table({"g": group}))
    found = sureness(p, names(p), ["a", "b"])
    low, high = found.intervals["b"]["mean_error"]
    assert low < (said - truth)[group == "b"].mean() < high
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt((group == "b").sum()), rel=0.2)
    assert found.chances["mean_error_difference"] < 0.01


def test_a_group_without_anyone_of_a_class_has_no_rate_there() -> None:
    p = told(200, 0.0)
    lonely = np.where(np.asarray(p.truth) == "yes", "a", names(p)).astype(object)
    found = sureness(p, lonely, ["a", "b"])
    assert "true_positive_rate" not in found.intervals["b"]
    assert found.chances["equal_opportunity_difference"] == 1.0
