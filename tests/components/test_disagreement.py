"""Where models disagree, who is right there, and whether that may be chance."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score

from components.base import Predictions
from components.evaluate.disagreement import disagreement, segments
from components.evaluate.overlaid import overlaid
from components.evaluate.significance import mcnemar

ROWS = 400


def classes(truth: list[str], said: list[str], chance: Any = None) -> Predictions:
    pairs = None if chance is None else np.column_stack([1 - np.asarray(chance), chance])
    return Predictions(
        "classification", np.array(truth, dtype=object), np.array(said, dtype=object), pairs, ("no", "yes"), "yes"
    )


def test_rows_where_classes_differ_are_counted_for_each_pair_and_for_all() -> None:
    truth = ["yes", "yes", "no", "no"]
    told = {
        "a": classes(truth, ["yes", "yes", "no", "no"], [0.9, 0.9, 0.1, 0.1]),
        "b": classes(truth, ["yes", "no", "no", "yes"], [0.8, 0.4, 0.2, 0.9]),
        "c": classes(truth, ["yes", "no", "no", "no"], [0.7, 0.3, 0.4, 0.3]),
    }
    found = disagreement(told)
    assert found.rows == 2
    assert found.right_where_different() == {"a": 2, "b": 0, "c": 1}
    assert found.pairs.tolist() == [[0, 2, 1], [2, 0, 1], [1, 1, 0]]
    assert found.furthest(5).tolist() == [3, 1], "where the chances are furthest apart first"


def test_numbers_differ_when_they_are_apart_and_the_nearest_is_right() -> None:
    truth = np.array([0.0, 10.0, 20.0, 30.0])
    near = Predictions("regression", truth, truth + 0.5)
    far = Predictions("regression", truth, truth + np.array([1.0, 5.0, -9.0, 0.4]))
    found = disagreement({"near": near, "far": far})
    assert found.tolerance == pytest.approx(0.1 * truth.std())
    assert found.differs.tolist() == [False, True, True, False]
    assert found.right_where_different() == {"near": 2, "far": 0}
    assert found.furthest(1).tolist() == [2]


def test_the_segment_in_which_they_disagree_is_found_in_the_original_columns() -> None:
    rng = np.random.default_rng(3)
    city, age = rng.choice(["Graz", "Linz", "Wien"], ROWS), rng.integers(18, 80, ROWS)
    differs = np.where(city == "Linz", rng.random(ROWS) < 0.8, rng.random(ROWS) < 0.05)
    (first, *_) = segments(differs, pa.table({"city": city, "age": age, "seen": pa.nulls(ROWS)}))
    assert first.words() == "city is Linz"
    assert first.error > 0.6
    assert first.elsewhere < 0.2
    assert segments(rng.random(ROWS) < 0.2, pa.table({"city": city})) == []
    assert segments(np.zeros(ROWS, dtype=bool), pa.table({"city": city})) == []


def test_mcnemar_is_the_exact_one_of_the_textbook() -> None:
    # Agresti, Categorical Data Analysis (2002), 10.1: the rows off the diagonal alone decide.
    first = np.array([True] * 60 + [False] * 40)
    second = np.array([True] * 45 + [False] * 15 + [True] * 5 + [False] * 35)
    ahead, behind, chance = mcnemar(first, second)
    assert (ahead, behind) == (15, 5)
    assert chance == pytest.approx(0.04138947)
    assert mcnemar(first, first) == (0, 0, 1.0)


def test_curves_of_all_models_are_in_one_plot_with_a_sentence() -> None:
    rng = np.random.default_rng(0)
    actual = rng.random(ROWS) < 0.3
    truth = np.where(actual, "yes", "no").tolist()
    good, bad = (np.clip(0.3 + reach * (actual - 0.3) + rng.normal(0, 0.15, ROWS), 0, 1) for reach in (0.5, 0.1))
    drawn = overlaid({"good": classes(truth, truth, good), "bad": classes(truth, truth, bad)})
    assert list(drawn) == ["roc_curves", "precision_recall_curves"]
    assert [series["name"] for series in drawn["precision_recall_curves"]["series"]] == ["good", "bad"]
    area = average_precision_score(actual, good)
    assert f"{area:.3g} for good" in drawn["precision_recall_curves"]["read"]
    numbers = {name: Predictions("regression", good, good + off) for name, off in (("exact", 0.0), ("off", 0.1))}
    plot = overlaid(numbers)["predicted_against_actual"]
    assert plot["read"] == "On average exact is off by 0, off by 0.1."
    assert len(plot["x"]) == 300
