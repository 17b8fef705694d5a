"""Learned preparations learn what scikit-learn, pandas or the literature's formula would."""

from collections.abc import Callable
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from components.catalog import component
from components.errors import ComponentError, UnfitData
from components.ports import ROW

CONNECTION = ibis.duckdb.connect()
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

NUMBERS = st.lists(st.none() | st.floats(-1e3, 1e3, width=16), min_size=1, max_size=25)


def table_of(**columns: Any) -> pa.Table:
    table = pa.table(columns)
    return table.append_column(ROW, pa.array(range(table.num_rows), pa.int64()))


def numbers(values: Any) -> pa.Array:
    return pa.array(values, pa.float64())


def transformed(key: str, train: pa.Table, params: Any, applied_to: pa.Table | None = None) -> pa.Table:
    """Fitted on some rows and applied to others (or the same), in their order."""
    made: Any = tables.made(component(key), tables.lazy(train, CONNECTION), params)
    state = made.fit(tables.lazy(train, CONNECTION)) if hasattr(made, "fit") else None
    rows = tables.lazy(train if applied_to is None else applied_to, CONNECTION)
    found = made.transform(rows) if state is None else made.transform(rows, state)
    return found.order_by(ROW).to_pyarrow()


def column(table: pa.Table, name: str = "x") -> Any:
    return np.array(table[name].to_pylist(), dtype=float)


# Scale

SCALERS: list[tuple[str, dict[str, Any], Callable[[], Any]]] = [
    ("scale_min_max", {"low": -2, "high": 5}, lambda: MinMaxScaler((-2, 5))),
    ("scale_min_max", {"clip": True}, lambda: MinMaxScaler(clip=True)),
    ("scale_robust", {}, RobustScaler),
    ("scale_robust", {"low": 10, "high": 60}, lambda: RobustScaler(quantile_range=(10, 60))),
    ("scale_max_abs", {}, MaxAbsScaler),
    ("mean_center", {}, lambda: StandardScaler(with_std=False)),
]


@pytest.mark.parametrize(("key", "params", "scaler"), SCALERS)
@QUICK
@given(train=NUMBERS, more=NUMBERS)
def test_a_scaler_gives_what_scikit_learn_gives(key: str, params: Any, scaler: Any, train: Any, more: Any) -> None:
    if all(value is None for value in train):
        return
    rows, others = table_of(x=numbers(train)), table_of(x=numbers(more))
    expected = scaler().fit(column(rows).reshape(-1, 1)).transform(column(others).reshape(-1, 1)).ravel()
    np.testing.assert_allclose(column(transformed(key, rows, params, others)), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("strategy", ["quantile", "uniform"])
@pytest.mark.parametrize("bins", [2, 3, 7])
@QUICK
@given(train=NUMBERS, more=NUMBERS)
@pytest.mark.filterwarnings("ignore:Bins whose width", "ignore:Feature")
def test_bins_are_those_of_scikit_learn(strategy: Any, bins: int, train: Any, more: Any) -> None:
    given_values = [[value] for value in train if value is not None]
    if not given_values:
        return
    binner = KBinsDiscretizer(bins, encode="ordinal", strategy=strategy, quantile_method="linear", subsample=None)
    binner.fit(given_values)
    key = "bin_quantiles" if strategy == "quantile" else "bin_uniform"
    found = transformed(key, table_of(x=numbers(train)), {"bins": bins}, table_of(x=numbers(more)))["x"].to_pylist()
    expected = [None if value is None else int(binner.transform([[value]])[0, 0]) for value in more]
    assert found == expected


@pytest.mark.parametrize(("key", "params", "scaler"), SCALERS)
def test_a_constant_or_empty_column_is_scaled_by_one(key: str, params: Any, scaler: Any) -> None:
    rows = table_of(x=[3.5, 3.5, None], y=numbers([None] * 3))
    found = transformed(key, rows, params)
    expected = scaler().fit_transform(column(rows).reshape(-1, 1)).ravel()
    np.testing.assert_allclose(column(found), expected)
    assert found["y"].null_count == 3


@pytest.mark.parametrize("key", ["scale_min_max", "scale_max_abs", "scale_robust", "mean_center", "bin_uniform"])
def test_infinite_numbers_are_not_learned_from(key: str) -> None:
    rows = table_of(x=[1.0, 2.0, 4.0, float("inf"), -float("inf")])
    alone = transformed(key, table_of(x=[1.0, 2.0, 4.0]), {})
    assert transformed(key, rows, {})["x"].to_pylist()[:3] == alone["x"].to_pylist()


def test_large_numbers_close_together_keep_their_distances() -> None:
    rows = table_of(x=[1e15 + 1, 1e15 + 2, 1e15 + 3])
    assert transformed("scale_min_max", rows, {})["x"].to_pylist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
@QUICK
@given(rows=st.lists(st.tuples(*[st.floats(-1e6, 1e6, width=32)] * 3), min_size=1, max_size=10))
def test_rows_are_normalized_as_scikit_learn_does(norm: Any, rows: Any) -> None:
    from sklearn.preprocessing import normalize

    table = table_of(**{name: numbers(values) for name, values in zip("abc", zip(*rows, strict=True), strict=True)})
    found = transformed("normalize_rows", table, {"columns": list("abc"), "norm": norm})
    ours = np.column_stack([column(found, name) for name in "abc"])
    np.testing.assert_allclose(ours, normalize(np.array(rows), norm=norm), rtol=1e-9, atol=1e-12)


def test_a_row_of_huge_numbers_and_gaps_is_normalized() -> None:
    rows = table_of(a=[3e200, 3.0, 0.0], b=numbers([4e200, None, 0.0]))
    found = transformed("normalize_rows", rows, {"columns": ["a", "b"]})
    assert found["a"].to_pylist() == pytest.approx([0.6, 1.0, 0.0])
    assert found["b"].to_pylist() == [pytest.approx(0.8), None, 0.0]


@pytest.mark.parametrize(
    ("method", "threshold", "low", "high"),
    [
        ("iqr", None, lambda x: np.quantile(x, 0.25) - 1.5 * np.subtract(*np.quantile(x, [0.75, 0.25])), None),
        ("iqr", 1, None, lambda x: np.quantile(x, 0.75) + np.subtract(*np.quantile(x, [0.75, 0.25]))),
        ("zscore", 1, lambda x: x.mean() - x.std(), lambda x: x.mean() + x.std()),
        ("percentile", None, lambda x: np.percentile(x, 1), lambda x: np.percentile(x, 99)),
    ],
)
def test_outliers_are_clipped_to_the_bounds_of_the_train_rows(method: str, threshold: Any, low: Any, high: Any) -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0, -50.0, 100.0, 3.0])
    found = transformed("clip_outliers", table_of(x=[*values, None]), {"method": method, "threshold": threshold})
    ours = column(found)
    assert np.isnan(ours[-1])
    if low is not None:
        assert ours[4] == pytest.approx(low(values))
    if high is not None:
        assert ours[5] == pytest.approx(high(values))


# Impute

VALUES = st.lists(
    st.tuples(st.none() | st.integers(-3, 3), st.none() | st.sampled_from("abc"), st.none() | st.booleans()),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize("statistic", ["mean", "median", "mode"])
@QUICK
@given(rows=VALUES)
def test_gaps_are_filled_by_group_as_pandas_does(statistic: Any, rows: Any) -> None:
    values, groups, flags = zip(*rows, strict=True)
    table = table_of(x=pa.array(values, pa.int64()), g=pa.array(groups, pa.string()), h=pa.array(flags, pa.bool_()))
    params = {"columns": ["x"], "by": ["g", "h"], "statistic": statistic}
    frame = pd.DataFrame({"x": pd.Series(values, dtype=float), "g": pd.Series(groups, dtype=object), "h": flags})
    figure: Any = (lambda x: x.mode().min()) if statistic == "mode" else statistic
    by_group = frame.groupby([frame["g"].fillna("-"), frame["h"].map(str)])["x"].transform(figure)
    expected = frame["x"].fillna(by_group).fillna(frame["x"].agg(figure))
    np.testing.assert_allclose(column(transformed("impute_group", table, params)), expected)


def test_texts_are_filled_with_the_most_frequent_of_their_group() -> None:
    table = table_of(x=["b", "b", "a", None, None, "", None], g=["1", "1", "1", "1", "2", "2", "3"])
    found = transformed("impute_group", table, {"columns": ["x"], "by": ["g"], "statistic": "mode"})
    assert found["x"].to_pylist() == ["b", "b", "a", "b", "", "", "b"]


def test_a_group_that_the_train_rows_do_not_have_gets_the_figure_of_all() -> None:
    train = table_of(x=[1.0, 3.0, 8.0], g=["a", "a", "b"])
    found = transformed("impute_group", train, {"by": ["g"]}, table_of(x=numbers([None] * 3), g=["a", "z", None]))
    assert found["x"].to_pylist() == [2.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"columns": ["x", "g"], "by": ["g"], "statistic": "mode"}, "be filled too"),
        ({"columns": ["t"], "by": ["g"]}, "is text"),
        ({"columns": ["x"], "by": []}, "which rows are alike"),
    ],
)
def test_what_cannot_be_imputed_by_group_is_refused(params: Any, told: str) -> None:
    with pytest.raises(ComponentError, match=told):
        transformed("impute_group", table_of(x=[1.0], g=["a"], t=["b"]), params)


def test_there_can_be_ten_thousand_groups_but_not_more() -> None:
    groups = [f"g{place % 10_000} 'x'" for place in range(20_000)]
    values = [None if place < 10_000 else float(place) for place in range(20_000)]
    found = transformed("impute_group", table_of(x=numbers(values), g=groups), {"by": ["g"]})
    assert column(found)[:3].tolist() == [10_000.0, 10_001.0, 10_002.0]
    with pytest.raises(UnfitData, match="more than 10,000 groups"):
        transformed(
            "impute_group", table_of(x=[1.0] * 10_001, g=[str(place) for place in range(10_001)]), {"by": ["g"]}
        )


def test_an_indicator_tells_of_gaps_that_the_train_rows_do_not_have() -> None:
    found = transformed("missing_indicator", table_of(x=[1.0], t=["a"]), {}, table_of(x=numbers([None]), t=["b"]))
    assert found.select(["x", "t", "x_missing", "t_missing"]).to_pylist() == [
        {"x": None, "t": "b", "x_missing": True, "t_missing": False}
    ]


def test_an_indicator_cannot_take_the_name_of_a_column() -> None:
    with pytest.raises(ComponentError, match="only in case"):
        transformed("missing_indicator", table_of(x=[1.0], X_Missing=[1.0]), {"columns": ["x"]})
