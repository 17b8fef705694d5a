"""Encoders that use the target give the field's numbers, and never show a train row its own answer."""

from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import TargetEncoder
from sklearn.tree import DecisionTreeClassifier

from components.catalog import component
from components.errors import ComponentError, UnfitData
from components.portable import draws
from components.ports import ROLE, ROW

CONNECTION = ibis.duckdb.connect()
QUICK = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
ROWS = st.lists(st.tuples(st.none() | st.sampled_from("abc"), st.integers(-5, 5)), min_size=2, max_size=40)
KEYS = ["encode_target", "encode_james_stein", "encode_leave_one_out", "encode_catboost"]
STILL = {"encode_leave_one_out": {"sigma": 0}}


def table_of(rows: Any, roles: Any = None) -> pa.Table:
    categories, answers = zip(*rows, strict=True)
    table = pa.table({"x": pa.array(categories, pa.string()), "y": pa.array(answers, pa.float64())})
    table = table.append_column(ROW, pa.array(range(len(rows)), pa.int64()))
    return table if roles is None else table.append_column(ROLE, pa.array(roles))


def fitted(key: str, table: pa.Table, **params: Any) -> tuple[Any, Any]:
    rows = tables.lazy(table, CONNECTION)
    made: Any = tables.made(component(key), rows, {"columns": ["x"], "target": "y", **params})
    return made, made.fit(rows.filter(rows[ROLE] == "train") if ROLE in rows.columns else rows)


def encoded(key: str, table: pa.Table, **params: Any) -> Any:
    made, state = fitted(key, table, **params)
    found = made.transform(tables.lazy(table, CONNECTION), state).order_by(ROW).to_pyarrow()
    return np.array(found["x"].to_pylist(), dtype=float)


def drawn(ids: Any, draw: Any) -> Any:
    """What is drawn for some row ids, in their order."""
    rows = ibis.memtable({ROW: ids}, schema={ROW: "int64"})
    return np.array(rows.mutate(drawn=draw(rows[ROW])).order_by(ROW).to_pyarrow()["drawn"].to_pylist())


def cells(rows: Any) -> Any:
    return np.array([[row[0]] for row in rows], dtype=object)


def answers(rows: Any) -> Any:
    return np.array([row[1] for row in rows], dtype=float)


def rows_of(count: int, categories: int, seed: int = 0) -> list[tuple[str, float]]:
    """Categories that say nothing about the answer."""
    random = np.random.default_rng(seed)
    drawn_categories, drawn_answers = random.integers(categories, size=count), random.integers(2, size=count)
    return [(f"c{c}", float(y)) for c, y in zip(drawn_categories, drawn_answers, strict=True)]


@pytest.mark.parametrize("smooth", ["auto", 3.0])
@QUICK
@given(rows=ROWS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_means_of_the_target_are_those_of_scikit_learn_for_the_same_folds(smooth: Any, rows: Any) -> None:
    params = {"smooth": smooth, "missing": "category", "folds": 3}
    whole = TargetEncoder(smooth=smooth, target_type="continuous").fit(cells(rows), answers(rows))
    np.testing.assert_allclose(
        encoded("encode_target", table_of(rows), **params), whole.transform(cells(rows)).ravel(), 1e-6, 1e-9
    )
    table = table_of(rows, ["train"] * len(rows))
    made, _ = fitted("encode_target", table, **params)
    found, folds = encoded("encode_target", table, **params), drawn(range(len(rows)), made.fold)
    for fold in set(folds.tolist()):
        others = folds != fold
        if others.any():
            encoder = TargetEncoder(smooth=smooth, target_type="continuous")
            encoder.fit(cells(rows)[others], answers(rows)[others])
            np.testing.assert_allclose(found[~others], encoder.transform(cells(rows)[~others]).ravel(), 1e-6, 1e-9)


@QUICK
@given(rows=ROWS)
def test_james_stein_is_the_formula_of_category_encoders(rows: Any) -> None:
    frame = pd.DataFrame({"x": [row[0] or "-" for row in rows], "y": answers(rows)})
    own = frame.groupby("x")["y"].agg(["mean", "var"])
    spread, count, prior = frame["y"].var(), len(own), frame["y"].mean()
    share = own["var"].fillna(0) / (spread + own["var"].fillna(0)).replace(0, 1) * (count - 3) / max(count - 1, 1)
    weight = (1 - share).clip(0, 1)
    estimate = weight * own["mean"] + (1 - weight) * prior
    estimate[:] = prior if count == len(frame) else estimate
    found = encoded("encode_james_stein", table_of(rows), missing="category")
    np.testing.assert_allclose(found, frame["x"].map(estimate), 1e-6, 1e-9)


@QUICK
@given(rows=ROWS)
def test_leave_one_out_and_catboost_are_the_formulas_of_category_encoders(rows: Any) -> None:
    table, prior = table_of(rows, ["train"] * len(rows)), answers(rows).mean()
    frame = pd.DataFrame({"x": [row[0] or "-" for row in rows], "y": answers(rows)})
    by = frame.groupby("x")["y"]
    others = ((by.transform("sum") - frame["y"]) / (by.transform("count") - 1).replace(0, np.nan)).fillna(prior)
    found = encoded("encode_leave_one_out", table, sigma=0, missing="category")
    np.testing.assert_allclose(found, others, 1e-9, 1e-9)
    order = np.argsort(drawn(range(len(rows)), lambda row: draws.digest(row, "encode 0:")))
    shuffled = frame.iloc[order]
    again = shuffled.groupby("x")["y"]
    before, count = again.cumsum() - shuffled["y"], again.cumcount()
    expected = ((before + 2 * prior) / (count + 2)).sort_index()
    np.testing.assert_allclose(encoded("encode_catboost", table, smooth=2, missing="category"), expected, 1e-9, 1e-9)
    plain = encoded("encode_catboost", table_of(rows), smooth=2, missing="category")
    np.testing.assert_allclose(plain, (by.transform("sum") + 2 * prior) / (by.transform("count") + 2), 1e-9, 1e-9)


@pytest.mark.parametrize("key", KEYS)
def test_a_train_row_does_not_know_its_own_answer_and_a_test_row_teaches_nothing(key: str) -> None:
    rows = [("abc"[i % 3], float(i % 7)) for i in range(60)]
    roles = ["test" if i % 5 == 0 else "train" for i in range(60)]
    before = encoded(key, table_of(rows, roles), **STILL.get(key, {}))
    for changed in (0, 1):
        other = [*rows]
        other[changed] = (rows[changed][0], 1_000.0)
        after = encoded(key, table_of(other, roles), **STILL.get(key, {}))
        if changed == 0:
            np.testing.assert_array_equal(after, before)
        elif key != "encode_catboost":
            assert after[changed] == pytest.approx(before[changed], abs=1e-9)
        else:  # the overall mean, which all rows share, is all that a row can have of itself
            train = [row for row, role in zip(rows, roles, strict=True) if role == "train"]
            made, _ = fitted(key, table_of(rows, roles))
            assert abs(after[changed] - before[changed]) <= made.params.smooth * 1_000 / len(train) + 1e-9


def told(values: Any, truth: Any) -> float:
    """How many answers of other train rows can be told by a tree that has learned from half of them."""
    half = len(truth) // 2
    tree = DecisionTreeClassifier(min_samples_leaf=5, random_state=0).fit(values[:half].reshape(-1, 1), truth[:half])
    return float((tree.predict(values[half:].reshape(-1, 1)) == truth[half:]).mean())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("categories", [600, 20])
def test_categories_that_say_nothing_say_nothing_about_the_answers_of_train_rows(key: str, categories: int) -> None:
    rows = rows_of(2_000, categories)
    truth = answers(rows)
    by = pd.Series(truth).groupby([row[0] for row in rows])
    values = encoded(key, table_of(rows, ["train"] * len(rows)))
    chance = 3.5 * 0.5 / np.sqrt(1_000)
    assert told(values, truth) < 0.5 + chance
    naive = by.transform("mean").to_numpy()
    if categories == 600:
        assert told(naive, truth) > 0.6  # what a mean with the own answer in it would show
        assert abs(np.corrcoef(values, truth)[0, 1]) < 0.1 < np.corrcoef(naive, truth)[0, 1]


def test_only_noise_keeps_answers_from_those_who_compare_the_rows_of_a_large_category() -> None:
    rows = rows_of(2_000, 20)
    assert told(encoded("encode_leave_one_out", table_of(rows, ["train"] * 2_000), sigma=0), answers(rows)) > 0.9


@pytest.mark.parametrize("key", ["encode_leave_one_out", "encode_catboost"])
def test_rows_that_a_join_has_multiplied_are_one_row(key: str) -> None:
    rows = [("a", 1.0), ("a", 1.0), ("a", 1.0), ("a", 0.0), ("b", 1.0)]
    table = table_of(rows, ["train"] * 5).set_column(2, ROW, pa.array([7, 7, 7, 8, 9], pa.int64()))
    found = encoded(key, table, **STILL.get(key, {}))
    assert len(set(found[:3])) == 1
    if key == "encode_leave_one_out":
        assert found.tolist() == [0.0, 0.0, 0.0, 1.0, 0.8]


@pytest.mark.parametrize("key", KEYS)
def test_gaps_and_unseen_categories_get_the_overall_mean_and_two_classes_of_text_are_0_and_1(key: str) -> None:
    learned = pa.table({"x": ["a", "a", "b", None], "y": ["no", "yes", "yes", "yes"], ROW: range(4)})
    made, state = fitted(key, learned)
    asked = pa.table({"x": pa.array(["new", None]), ROW: [10, 11]})
    assert (
        made.transform(tables.lazy(asked, CONNECTION), state).order_by(ROW)["x"].to_pyarrow().to_pylist() == [0.75] * 2
    )
    other, mirrored = fitted(key, learned, positive="no")
    assert other.transform(tables.lazy(asked, CONNECTION), mirrored)["x"].to_pyarrow().to_pylist() == [0.25] * 2
    three = learned.append_column("z", pa.array(["p", "q", "r", "p"]))
    with pytest.raises(UnfitData, match="more than two classes"):
        fitted(key, three, target="z")
    of_three, one = fitted(key, three, target="z", positive="p")
    assert of_three.transform(tables.lazy(asked, CONNECTION), one)["x"].to_pyarrow().to_pylist() == [0.5] * 2


def test_the_target_is_that_of_the_model_and_cannot_encode_itself() -> None:
    kind = component("encode_target")
    schemas = {"table": ibis.schema({"x": "string", "y": "string", "n": "float64"})}
    bound: Any = kind.params_type().model_validate({}).bind(schemas, frozenset({"y"}))
    assert (bound.target, [*bound.columns]) == ("y", ["x"])
    for given_params, hidden, said in [
        ({}, set(), "not said what is predicted"),
        ({}, {"y", "n"}, "predict 'n', 'y'"),
        ({"columns": ["y"]}, {"y"}, "cannot be encoded by itself"),
        ({"target": "n", "positive": "high"}, set(), "'high' is not a number"),
        ({"target": "gone"}, set(), "no column 'gone'"),
    ]:
        with pytest.raises(ComponentError, match=said):
            kind.params_type().model_validate(given_params).bind(schemas, frozenset(hidden))


def test_noise_is_drawn_from_the_normal_distribution_and_always_the_same() -> None:
    values = drawn(range(4_000), lambda row: draws.normal(draws.digest(row, "noise")))
    np.testing.assert_array_equal(values, drawn(range(4_000), lambda row: draws.normal(draws.digest(row, "noise"))))
    assert abs(values.mean()) < 0.06
    assert abs(values.std() - 1) < 0.05
    assert abs((abs(values) < 1.96).mean() - 0.95) < 0.015
