"""Selectors that look at a target choose what scikit-learn's own choose."""

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
import tables
from sklearn import ensemble, feature_selection, linear_model

from components.catalog import component
from components.errors import ComponentError
from components.ports import ROW

ROWS = 300
RANDOM = np.random.default_rng(1)
X = RANDOM.normal(size=(ROWS, 5)) * [1.0, 10.0, 0.1, 3.0, 1.0] + [0.0, 5.0, 1.0, -2.0, 100.0]
NAMES = ["a", 'b "q"', "c", "d'; --", "e"]
CLASS = np.array(["no", "yes"])[(X[:, 1] / 10 + RANDOM.normal(size=ROWS) * 0.3 > 0.6).astype(int)]
NUMBER = X[:, 3] * 2 + X[:, 0] + RANDOM.normal(size=ROWS) * 0.1
CODES = (CLASS == "yes").astype(int)
SCALED = (X - X.mean(axis=0)) / X.std(axis=0)
CONNECTION = ibis.duckdb.connect()


def rows(**more: Any) -> pa.Table:
    table = pa.table({**dict(zip(NAMES, X.T, strict=True)), "class": CLASS, "number": NUMBER, "flag": CODES == 1})
    for name, values in more.items():
        table = table.append_column(name, pa.array(values))
    return table.append_column(ROW, pa.array(range(ROWS)))


def selected(key: str, table: pa.Table, **params: Any) -> tuple[Any, Any, pa.Table]:
    """The component, what it learned, and its output in the order of the rows."""
    given = tables.lazy(table, CONNECTION)
    made: Any = tables.made(component(key), given, {"columns": NAMES, **params})
    state = made.fit(given)
    return made, state, made.transform(given, state).order_by(ROW).to_pyarrow()


def support(state: Any) -> list[bool]:
    return [state.at[name] is None for name in NAMES]


FOREST = {"n_estimators": 10, "random_state": 0}
CASES: list[tuple[str, dict[str, Any], Any, Any, Any]] = [
    ("select_k_best", {"k": 2}, feature_selection.SelectKBest(k=2), X, "class"),
    (
        "select_k_best",
        {"k": 2, "score": "mutual_info"},
        feature_selection.SelectKBest(
            lambda x, y: feature_selection.mutual_info_regression(x, y, random_state=0, n_neighbors=3), k=2
        ),
        X,
        "number",
    ),
    ("select_k_best", {"k": 3}, feature_selection.SelectKBest(feature_selection.f_regression, k=3), X, "number"),
    (
        "select_from_model",
        {"model": "random_forest", "n_estimators": 10},
        feature_selection.SelectFromModel(ensemble.RandomForestClassifier(**FOREST)),
        X,
        "class",
    ),
    (
        "select_from_model",
        {"threshold": "median", "max_features": 2},
        feature_selection.SelectFromModel(linear_model.Ridge(), threshold="median", max_features=2),
        SCALED,
        "number",
    ),
    (
        "select_rfe",
        {"n_features": 2},
        feature_selection.RFE(linear_model.LogisticRegression(), n_features_to_select=2),
        SCALED,
        "class",
    ),
    (
        "select_rfe",
        {"model": "extra_trees", "n_estimators": 10, "step": 2},
        feature_selection.RFE(ensemble.ExtraTreesRegressor(**FOREST), n_features_to_select=2, step=2),
        X,
        "number",
    ),
    (
        "select_sequential",
        {"n_features": 2, "cv": 3},
        feature_selection.SequentialFeatureSelector(linear_model.Ridge(), n_features_to_select=2, cv=3),
        SCALED,
        "number",
    ),
    (
        "select_sequential",
        {"n_features": 2, "cv": 3, "direction": "backward", "scoring": "roc_auc"},
        feature_selection.SequentialFeatureSelector(
            linear_model.LogisticRegression(),
            n_features_to_select=2,
            cv=3,
            direction="backward",
            scoring="roc_auc",
        ),
        SCALED,
        "flag",
    ),
]


@pytest.mark.parametrize(("key", "params", "theirs", "matrix", "target"), CASES)
def test_a_selector_keeps_what_scikit_learn_keeps(
    key: str, params: dict[str, Any], theirs: Any, matrix: Any, target: str
) -> None:
    made, state, output = selected(key, rows(), target=target, **params)
    wanted = theirs.fit(matrix, NUMBER if target == "number" else CODES).get_support()
    assert support(state) == wanted.tolist()
    for place, name in enumerate(NAMES):
        values = output.column(name).to_numpy()
        expected = X[:, place] if wanted[place] else np.full(ROWS, X[:, place].mean())
        assert np.allclose(values, expected, rtol=1e-12)
    found = np.column_stack([output.column(name).to_numpy() for name in NAMES])
    assert np.array_equal(made.to_sklearn(state).transform(X), found)
    assert [row["kept"] for row in made.report(state)] == wanted.tolist()


def test_of_a_one_hot_column_each_category_is_chosen_by_itself() -> None:
    packed = [{"one_hot": "x" if yes else ("y" if place % 2 else "z")} for place, yes in enumerate(CODES)]
    params = {"target": "class", "k": 2, "columns": [*NAMES, "packed"]}
    made, state, output = selected("select_k_best", rows(packed=packed), **params)
    assert made.categories(state) == {"packed": ("x",)}
    assert support(state) == [False, True, False, False, False]
    chosen = {row["one_hot"] for row in output.column("packed").to_pylist()}
    assert chosen == {"x", None}
    assert made.report(state)[-1]["categories"] == ["x"]


def test_chi_squared_compares_counts_with_classes() -> None:
    counts = {"p": CODES * 5 + 1, "q": np.arange(ROWS) % 7}
    params = {"target": "class", "k": 1, "score": "chi2", "columns": ["p", "q"]}
    _, state, _ = selected("select_k_best", rows(**counts), **params)
    assert [name for name, at in state.at.items() if at is None] == ["p"]
    with pytest.raises(ComponentError, match="negative"):
        selected("select_k_best", rows(), target="class", score="chi2")


def test_rows_with_gaps_do_not_count_unless_they_are_most() -> None:
    some, most = (np.where(np.arange(ROWS) % modulus == 0, np.nan, CODES) for modulus in (3, 1))
    params = {"target": "class", "k": 1, "columns": ["a", "s"]}
    _, state, output = selected("select_k_best", rows(s=[None if np.isnan(v) else v for v in some]), **params)
    assert state.at["s"] is None
    assert output.column("s").null_count == ROWS // 3
    _, state, _ = selected("select_k_best", rows(s=[None] * 0 + [float(v) for v in most]), **params)
    assert state.at == {"a": None, "s": 0.0}  # no value at all: left out
    few = [float(v) if place < 100 else None for place, v in enumerate(CODES)]
    with pytest.raises(ComponentError, match=r"100 of 300.*'s' \(200\)"):
        selected("select_k_best", rows(s=few), **params)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"target": "a"}, "also one of the columns"),
        ({"target": "one"}, "only one value"),
        ({"target": "gone"}, "missing in every"),
        ({"target": "class", "task": "regression"}, "is text"),
        ({"target": "number", "task": "classification"}, "too many for classes"),
        ({"target": "class", "columns": []}, "no column here"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_plain_words(params: dict[str, Any], said: str) -> None:
    table = rows(one=["x"] * ROWS, gone=pa.nulls(ROWS, pa.string()))
    with pytest.raises(ComponentError, match=said) as caught:
        selected("select_k_best", table, **params)
    assert caught.value.hint


def test_only_so_many_columns_are_tried_one_by_one() -> None:
    many = {f"m{place}": X[:, 0] + place for place in range(61)}
    with pytest.raises(ComponentError, match="61 columns"):
        selected("select_sequential", rows(**many), target="class", columns=list(many))
