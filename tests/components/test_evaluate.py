"""Reports on models say what scikit-learn, the library or the formula says."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve as theirs
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB

from components import expressions
from components.base import FIGURES, Asked, Predictions, Relearned
from components.catalog import component
from components.errors import UnfitData
from components.evaluate.comparing import standings
from components.evaluate.conditions import Condition, Described, merged
from components.evaluate.metrics import measure
from components.evaluate.outcomes import wilson
from components.evaluate.rates import named_groups
from components.evaluate.scores import scores
from components.evaluate.significance import holm
from components.evaluate.thresholds import chosen, counted
from components.libraries import SHAP

RANDOM = np.random.default_rng(5)
ROWS = 600
CHANCE = RANDOM.beta(2, 3, ROWS)
TRUTH = np.where(RANDOM.random(ROWS) < CHANCE, "yes", "no").astype(object)


def binary(chance: Any = CHANCE, truth: Any = TRUTH, **more: Any) -> Predictions:
    said = np.where(chance >= 0.5, "yes", "no").astype(object)
    return Predictions("classification", truth, said, np.column_stack([1 - chance, chance]), ("no", "yes"), **more)


def report(key: str, given: Any, **params: Any) -> dict[str, Any]:
    kind: Any = component(key)
    told = kind(kind.params_type().model_validate({**params})).report(given)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    for plot in told["plots"].values():
        if isinstance(plot, dict) and "kind" in plot:
            assert plot["read"].endswith(".")
    for row in told[FIGURES]:
        assert set(row) <= set(kind.figures)
    found: dict[str, Any] = told
    return found


# Thresholds


def test_what_happens_at_a_threshold_is_the_confusion_matrix() -> None:
    found = counted(TRUTH == "yes", CHANCE)
    for place in (0, 1, 50, 300, len(found.thresholds) - 1):
        alarms = found.thresholds[place] <= CHANCE
        matrix = metrics.confusion_matrix(TRUTH == "yes", alarms, labels=[False, True])
        assert (found.false_alarms[place], found.misses[place]) == (matrix[0, 1], matrix[1, 0])
        assert found.f1[place] == pytest.approx(metrics.f1_score(TRUTH == "yes", alarms, zero_division=0))
        balanced = metrics.balanced_accuracy_score(TRUTH == "yes", alarms)
        assert found.balanced_accuracy[place] == pytest.approx(balanced)


@pytest.mark.parametrize("miss", [1.0, 4.0, 9.0])
def test_the_best_threshold_nears_that_of_theory(miss: float) -> None:
    """Where chances are right, an alarm pays from false alarm / (false alarm + miss) on (Elkan, 2001)."""
    chance = np.random.default_rng(1).random(200_000)
    actual = np.random.default_rng(2).random(200_000) < chance
    assert chosen(counted(actual, chance), "cost", (1.0, miss)) == pytest.approx(1 / (1 + miss), abs=0.02)


def test_a_threshold_is_judged_on_rows_that_did_not_choose_it() -> None:
    noise = np.random.default_rng(0).random(120)
    truth = np.where(np.random.default_rng(1).random(120) < 0.5, "yes", "no").astype(object)
    found = report("threshold_tuner", binary(noise, truth), choose_by="cost")
    every = counted(truth == "yes", noise)
    assert found["metrics"]["cost"] > (every.false_alarms + every.misses).min()
    held = report("threshold_tuner", binary(validation=binary(CHANCE[:300], TRUTH[:300])))
    own = chosen(counted(TRUTH[:300] == "yes", CHANCE[:300]), "cost", (1.0, 1.0))
    assert held["metrics"]["best_threshold"] == own
    alarms = own <= CHANCE
    assert held["metrics"]["cost"] == ((TRUTH == "yes") != alarms).sum()


def test_several_classes_need_one_to_look_for_and_one_class_alone_has_no_threshold() -> None:
    three = Predictions("classification", np.array(list("abc")), np.array(list("abc")), np.eye(3), ("a", "b", "c"))
    with pytest.raises(UnfitData, match="3 classes"):
        report("threshold_tuner", three)
    assert report("threshold_tuner", three, positive="b", folds=2)["rows"] == 3
    with pytest.raises(UnfitData, match="no row"):
        report("threshold_tuner", binary(CHANCE, np.full(ROWS, "no", dtype=object)))


# Calibration


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_a_calibration_curve_is_that_of_scikit_learn(strategy: Any) -> None:
    found = report("calibration_curve", binary(), bins=8, strategy=strategy)
    actual, predicted = theirs(TRUTH == "yes", CHANCE, n_bins=8, strategy=strategy)
    assert [row["actual"] for row in found[FIGURES]] == pytest.approx(actual)
    assert [row["predicted"] for row in found[FIGURES]] == pytest.approx(predicted)
    assert found["metrics"]["brier"] == pytest.approx(metrics.brier_score_loss(TRUTH == "yes", CHANCE))


def test_an_interval_of_a_share_is_wilsons() -> None:
    low, high = wilson([0, 5, 10], [10, 10, 10])
    assert low == pytest.approx([0, 0.2366, 0.7225], abs=1e-4)
    assert high == pytest.approx([0.2775, 0.7634, 1], abs=1e-4)


# Fairness


def test_fairness_is_what_fairlearn_defines() -> None:
    group = np.array(["a", "b", "b", "c"])[np.arange(ROWS) % 4]
    found = report("fairness", binary(columns=pa.table({"who": group})), group="who")
    actual, said = TRUTH == "yes", CHANCE >= 0.5
    selected = [said[group == name].mean() for name in "abc"]
    hits = [said[(group == name) & actual].mean() for name in "abc"]
    wrong = [said[(group == name) & ~actual].mean() for name in "abc"]
    assert found["metrics"] == pytest.approx(
        {
            "demographic_parity_difference": max(selected) - min(selected),
            "demographic_parity_ratio": min(selected) / max(selected),
            "equal_opportunity_difference": max(hits) - min(hits),
            "equalized_odds_difference": max(max(hits) - min(hits), max(wrong) - min(wrong)),
            "equalized_odds_ratio": min(min(hits) / max(hits), min(wrong) / max(wrong)),
            "accuracy_difference": found["metrics"]["accuracy_difference"],
        }
    )
    rows = {row["group"]: row for row in found[FIGURES]}
    assert rows["b"]["precision"] == pytest.approx(actual[(group == "b") & said].mean())


def test_unfair_groups_are_warned_of_and_small_ones_are_not_compared() -> None:
    group = np.where(CHANCE > 0.5, "men", "women").astype(object)
    group[:5] = None
    columns = pa.table({"who": pa.array(group.tolist())})
    found = report("fairness", binary(columns=columns), group="who")
    assert any("'women' has 0" in warning for warning in found["warnings"])
    assert {row["group"]: row["is_compared"] for row in found[FIGURES]} == {
        "men": True,
        "women": True,
        "(missing)": False,
    }
    assert report("fairness", binary(columns=columns), group="who", least_rows=400)["metrics"] == {}


def test_fairness_of_numbers_compares_errors() -> None:
    truth = np.arange(200.0)
    group = np.where(truth < 100, "low", "high")
    said = Predictions("regression", truth, truth + np.where(truth < 100, 5.0, -5.0), columns=pa.table({"g": group}))
    found = report("fairness", said, group="g")
    assert found["metrics"]["mean_error_difference"] == pytest.approx(10 / truth.std())
    assert found["warnings"]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([1.0] * 50 + [None], {"1.0", "(missing)"}),
        ([float(i) for i in range(100)], {"up to 24", "over 24 to 49", "over 49 to 74", "over 74 to 99"}),
        ([f"g{i % 40}" for i in range(400)] + ["g0"], {"(others)", "g0"}),
        ([True, False, None], {"True", "False", "(missing)"}),
    ],
)
def test_groups_of_many_values_are_put_together(values: list[Any], names: set[str]) -> None:
    found = set(named_groups(pa.chunked_array([pa.array(values)]), 4).tolist())
    assert names <= found
    assert len(found) <= 21


def test_ranges_of_a_number_come_from_below_and_other_groups_the_largest_first() -> None:
    ages = np.repeat(np.arange(30, 90), 10)
    p = binary(columns=pa.table({"age": ages, "town": ["a", "b", "b"] * 200}))
    named = [row["group"] for row in report("fairness", p, group="age", bins=3)[FIGURES]]
    assert named == ["up to 49", "over 49 to 69", "over 69 to 89"]
    assert [row["group"] for row in report("fairness", p, group="town")[FIGURES]] == ["b", "a"]


# Slices


def planted(kind: str) -> Predictions:
    """Rows where the model fails: those in the north that are older than 60."""
    random = np.random.default_rng(7)
    region, age = random.choice(["north", "south", "east"], 3_000), random.integers(18, 90, 3_000)
    income = pa.array(np.where(random.random(3_000) < 0.1, np.nan, random.normal(size=3_000)), from_pandas=True)
    bad = (region == "north") & (age > 60)
    columns = pa.table({"region": region, "age": age, "income": income})
    if kind == "regression":
        truth = random.normal(size=3_000)
        return Predictions(
            "regression", truth, truth + random.normal(size=3_000) * np.where(bad, 4, 1), columns=columns
        )
    truth = np.where(random.random(3_000) < 0.5, "yes", "no").astype(object)
    wrong = random.random(3_000) < np.where(bad, 0.6, 0.1)
    flipped = np.where(truth == "yes", "no", "yes").astype(object)
    said = np.where(wrong, flipped, truth)
    chances = np.column_stack([said == "no", said == "yes"]).astype(float)
    return Predictions("classification", truth, said, chances, ("no", "yes"), columns=columns)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_planted_slice_is_found(task: str) -> None:
    found = report("error_slices", planted(task), columns=["region", "age", "income"])
    first = found[FIGURES][0]
    assert first["slice"].startswith("age > ")
    assert first["slice"].endswith("and region is north")
    assert 55 <= float(first["slice"].split()[2]) <= 65
    assert first["is_significant"]
    assert first["error"] > 2 * first["error_elsewhere"]


def test_where_nothing_is_wrong_nothing_is_called_significant() -> None:
    sure = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        truth = np.where(random.random(400) < 0.5, "yes", "no").astype(object)
        columns = pa.table({name: random.normal(size=400) for name in "abc"})
        p = Predictions("classification", truth, truth[::-1], np.full((400, 2), 0.5), ("no", "yes"), columns=columns)
        sure += report("error_slices", p, columns=["a", "b", "c"])["metrics"]["slices"] > 0
    assert sure <= 3


def test_conditions_are_rows_words_and_expressions() -> None:
    import datetime as dt

    import ibis

    start = dt.datetime(2026, 1, 1)
    rows = pa.table(
        {
            'a"b': pa.array([1.5, None, 3.5, 4.5]),
            "word": ["x", "it's", None, "x"],
            "flag": [True, False, None, True],
            "when": pa.array([start, None, start + dt.timedelta(days=2), start + dt.timedelta(days=9)]),
            "day": pa.array([start.date(), None, start.date(), dt.date(2026, 5, 1)]),
        }
    )
    border = Described("when", rows.column("when")).border((start + dt.timedelta(days=3)).timestamp() * 1e6)
    for condition in [
        Condition('a"b', "<=", 3.5), Condition('a"b', ">", 3.5), Condition("word", "=", "it's"),
        Condition("word", "!=", "x"), Condition("flag", "=", True), Condition("word", "missing"),
        Condition('a"b', "present"), Condition("when", "<=", border), Condition("when", ">", border),
        Condition("day", ">", "2026-02-01 00:00:00"),
    ]:  # fmt: skip
        table = ibis.memtable(rows)
        kept = expressions.to_ibis(condition.expression(), table)
        told = table.mutate(kept=kept).to_pyarrow()["kept"].to_pylist()
        mask = Described(condition.column, rows.column(condition.column)).fulfils(condition)
        assert [bool(value) for value in told] == mask.tolist(), condition
    assert merged(
        [Condition("a", ">", 1), Condition("a", ">", 3), Condition("b", "!=", "x"), Condition("b", "=", "y")]
    ) == (Condition("a", ">", 3), Condition("b", "=", "y"))


def test_a_condition_is_told_as_people_would_say_it() -> None:
    import datetime as dt

    contract = Described("contract", pa.chunked_array([["monthly", "one year", "two years", None]]))
    others = (Condition("contract", "!=", "one year"), Condition("contract", "!=", "two years"))
    assert contract.simplest(others) == (Condition("contract", "=", "monthly"),)
    assert contract.fulfils(Condition("contract", "=", "monthly")).tolist() == [True, False, False, False]
    assert contract.simplest(others[:1]) == others[:1]
    days = Described("day", pa.chunked_array([[dt.date(2026, 1, 1), dt.date(2026, 1, 4)]]))
    border = days.border(dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC).timestamp() * 1e6)
    assert border == "2026-01-02"
    assert days.fulfils(Condition("day", ">", border)).tolist() == [False, True]


def test_holms_correction_is_holms() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


# Comparison


@pytest.mark.parametrize("metric", ["accuracy", "log_loss", "roc_auc", "f1"])
def test_a_metric_of_some_rows_is_that_of_these_rows_alone(metric: str) -> None:
    rows = np.random.default_rng(0).integers(0, ROWS, 300)
    some = binary(CHANCE[rows], TRUTH[rows])
    assert measure(metric, binary())(rows) == pytest.approx(scores(some)[metric])


def test_the_better_model_is_named_and_equal_ones_are_not_told_apart() -> None:
    noise = np.clip(CHANCE + np.random.default_rng(0).normal(0, 0.3, ROWS), 0.01, 0.99)
    found = report("compare_models", {"good": binary(), "bad": binary(noise)}, resamples=300)
    assert found[FIGURES][0]["model"] == "good"
    bad = next(row for row in found[FIGURES] if row["model"] == "bad" and row["metric"] == "roc_auc")
    assert bad["p_value"] < 0.05
    assert bad["difference_low"] <= bad["difference"] <= bad["difference_high"] < 0
    same = report("compare_models", {"one": binary(), "other": binary()}, resamples=100)
    assert next(row for row in same[FIGURES] if row["model"] == "other" and row.get("p_value"))["p_value"] == 1
    with pytest.raises(UnfitData, match="'rmse' is not defined"):
        report("compare_models", {"one": binary(), "other": binary()}, metric="rmse")


def test_paired_intervals_hold_the_true_difference_as_often_as_they_promise() -> None:
    held, tries = 0, 200
    for seed in range(tries):
        random = np.random.default_rng(seed)
        truth = np.full(150, "yes", dtype=object)
        easy = random.random(150)
        said = [np.where(easy + random.normal(0, 0.2, 150) < share, "yes", "no").astype(object) for share in (0.8, 0.7)]
        answers = {
            name: Predictions("classification", truth, each, np.full((150, 2), 0.5), ("no", "yes"))
            for name, each in zip(("a", "b"), said, strict=True)
        }
        found = {each.name: each for each in standings(answers, "accuracy", 0.9, 150, seed)}
        other = found["b"] if found["b"].chance is not None else found["a"]
        apart = -TRUE_DIFFERENCE if other.name == "b" else TRUE_DIFFERENCE
        held += other.difference_low <= apart <= other.difference_high
    assert 0.83 <= held / tries <= 0.97


def _chance_of_right(share: float) -> float:
    from scipy.stats import norm

    easy = np.linspace(0, 1, 20_001)
    return float(norm.cdf((share - easy) / 0.2).mean())


TRUE_DIFFERENCE = _chance_of_right(0.8) - _chance_of_right(0.7)


# Asking a model


def asked(estimator: Any, rows: pa.Table, truth: Any, classes: Sequence[Any] = ()) -> Asked:
    """A model on plain numbers, as the engine hands it on."""
    names = rows.column_names

    def matrix(table: pa.Table) -> Any:
        return np.column_stack([table.column(name).to_numpy() for name in names])

    def ask(table: pa.Table) -> tuple[Any, Any]:
        if not classes:
            return estimator.predict(matrix(table)), None
        chances = estimator.predict_proba(matrix(table))
        return np.array(classes, dtype=object)[chances.argmax(axis=1)], chances

    places = tuple((name, slice(i, i + 1)) for i, name in enumerate(names))
    return Asked(
        "classification" if classes else "regression", rows, truth, ask, estimator, matrix(rows), places,
        arrived=rows, ids=np.arange(len(rows)), test_rows=len(rows), classes=tuple(classes),
    )  # fmt: skip


NUMBERS = RANDOM.normal(size=(200, 3))
TABLE = pa.table({name: NUMBERS[:, i] for i, name in enumerate("abc")})
VALUES = NUMBERS @ [2.0, -1.0, 0.0] + RANDOM.normal(0, 0.1, 200)
LABELS = np.where(VALUES > 0, "yes", "no").astype(object)
FOREST = RandomForestRegressor(10, random_state=0).fit(NUMBERS, VALUES)
LOGISTIC = LogisticRegression().fit(NUMBERS, VALUES > 0)


def test_permutation_importance_is_scikit_learns() -> None:
    found = report("permutation_importance", asked(FOREST, TABLE, VALUES), columns=list("abc"), repeats=4, seed=3)
    wanted = permutation_importance(FOREST, NUMBERS, VALUES, n_repeats=4, random_state=3, scoring="r2")
    told = {row["column"]: (row["importance"], row["std"]) for row in found[FIGURES]}
    for i, name in enumerate("abc"):
        assert told[name] == pytest.approx((wanted.importances_mean[i], wanted.importances_std[i]))
    costs = report("permutation_importance", asked(FOREST, TABLE, VALUES), columns=["a", "c"], metric="rmse")
    assert costs[FIGURES][0]["column"] == "a"
    assert costs[FIGURES][0]["importance"] > 0


def test_partial_dependence_is_scikit_learns() -> None:
    found = report("partial_dependence", asked(LOGISTIC, TABLE, LABELS, ("no", "yes")), columns=["a", "b"], points=7)
    for i, name in enumerate("ab"):
        wanted = partial_dependence(
            LOGISTIC, NUMBERS, [i], grid_resolution=7, method="brute", response_method="predict_proba", kind="both"
        )
        told = [row for row in found[FIGURES] if row["column"] == name]
        assert [row["number"] for row in told] == pytest.approx(wanted["grid_values"][0])
        assert [row["mean"] for row in told] == pytest.approx(wanted["average"][0])
        assert [row["std"] for row in told] == pytest.approx(wanted["individual"][0].std(axis=0))
    single = [line for line in found["plots"]["dependence_0"]["series"] if line["style"] == "faint"]
    assert len(single) == 30


@pytest.mark.skipif(not SHAP.is_there, reason=SHAP.hint)
@pytest.mark.parametrize(
    ("estimator", "classes", "unit"),
    [
        (FOREST, (), "prediction"),
        (LinearRegression().fit(NUMBERS, VALUES), (), "prediction"),
        (LOGISTIC, ("no", "yes"), "log-odds"),
        (HistGradientBoostingClassifier(max_iter=10).fit(NUMBERS, VALUES > 0), ("no", "yes"), "log-odds"),
        (LogisticRegression().fit(NUMBERS, np.digitize(VALUES, [-1, 1])), ("no", "may", "yes"), "log-odds"),
        (GaussianNB().fit(NUMBERS, VALUES > 0), ("no", "yes"), "probability"),
    ],
)
def test_shap_values_and_the_base_sum_up_to_what_the_model_says(estimator: Any, classes: Any, unit: str) -> None:
    truth = LABELS if classes else VALUES
    found = report("shap_values", asked(estimator, TABLE.slice(0, 40), truth[:40], classes), rows=40, background=10)
    assert unit in found["notes"][1]
    rows: dict[tuple[int, Any], float] = {}
    for row in found[FIGURES]:
        key = (row["row"], row["class"])
        rows[key] = rows.get(key, row["base"]) + row["shap"]
    for (row, label), told in rows.items():
        if not classes:
            assert told == pytest.approx(estimator.predict(NUMBERS[[row]])[0], rel=1e-3, abs=1e-3)
            continue
        chances = estimator.predict_proba(NUMBERS[[row]])[0]
        wanted = chances[classes.index(label)]
        if unit == "probability":
            assert told == pytest.approx(wanted, abs=1e-3)
        elif len(classes) == 2:
            assert 1 / (1 + np.exp(-told)) == pytest.approx(wanted, abs=1e-3)
    strongest = found["plots"]["strength"]["names"][0]
    assert strongest == "a"


# Learning again


def test_a_learning_curve_takes_every_class_in_growing_shares() -> None:
    labels = np.array([0] * 900 + [1] * 100)
    seen: list[np.ndarray[Any, Any]] = []

    def learn(rows: Any) -> tuple[Predictions, Predictions]:
        seen.append(np.asarray(rows))
        if len(rows) < 150:
            raise UnfitData("Too few rows")
        chance = np.linspace(0.1, 0.9, 100)
        return binary(chance, TRUTH[:100]), binary(chance, TRUTH[:100])

    found = report("learning_curve", Relearned("classification", labels, learn, 1_000, 100), points=4, smallest=0.1)
    assert [int(labels[rows].sum()) for rows in seen] == [10, 22, 47, 100]
    assert all(set(small) <= set(large) for small, large in pairwise(seen))
    assert any("could not learn from 100 rows" in note for note in found["notes"])
    assert {row["train_rows"] for row in found[FIGURES]} == {len(rows) for rows in seen[1:]}


def test_a_grid_of_any_kind_of_column_has_its_type() -> None:
    import datetime as dt

    from components.evaluate.dependence import grid

    days = pa.array([dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(100)])
    for column in (days, days.cast(pa.timestamp("us")), pa.array(range(100), pa.int16()), pa.array(list("abcd") * 9)):
        found = grid(pa.chunked_array([column]), 5)
        assert found.type == column.type
        assert len(found) == (4 if pa.types.is_string(column.type) else 5)
    assert pc.all(pc.is_valid(grid(pa.chunked_array([pa.array([None, True, False])]), 5))).as_py()
