"""Learned preparations learn what scikit-learn, pandas or the literature's formula would."""

import datetime as dt
import hashlib
from collections.abc import Callable
from itertools import compress
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
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
)

from components.base import unbound
from components.catalog import component
from components.errors import ComponentError, UnfitData
from components.ports import ROW
from engine.schemas.lineage import reads

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
    borders = binner.bin_edges_[0]  # numpy rounds a third, so that a value on a border may come to either side
    is_clear = [value is None or min(abs(borders - value)) > 1e-9 for value in more]
    assert [*compress(found, is_clear)] == [*compress(expected, is_clear)]


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


# Encode

TEXTS = st.lists(st.none() | st.sampled_from(["", "a", "b", "é 🎨", "'; --"]), min_size=1, max_size=30)


def texts(values: Any) -> pa.Array:
    return pa.array(values, pa.string())


@pytest.mark.parametrize("is_share", [False, True])
@QUICK
@given(train=TEXTS, more=TEXTS)
def test_categories_are_counted_as_pandas_does(is_share: bool, train: Any, more: Any) -> None:
    key = "encode_frequency" if is_share else "encode_count"
    counts = pd.Series(train, dtype=object).value_counts(dropna=False, normalize=is_share)
    counts.index = [None if pd.isna(value) else value for value in counts.index]
    found = transformed(key, table_of(x=texts(train)), {}, table_of(x=texts(more)))
    np.testing.assert_allclose(column(found), [counts.to_dict().get(value, 0) for value in more])


@QUICK
@given(train=TEXTS, more=TEXTS, share=st.sampled_from([0.05, 0.1, 0.25, 0.5, 0.9]))
def test_rare_categories_are_those_that_scikit_learn_takes_for_infrequent(train: Any, more: Any, share: float) -> None:
    encoder = OneHotEncoder(min_frequency=share, handle_unknown="ignore").fit(np.array([train], dtype=object).T)
    rare = set() if encoder.infrequent_categories_[0] is None else set(encoder.infrequent_categories_[0])
    params = {"min_share": share, "name": "rest"}
    found = transformed("group_rare", table_of(x=texts(train)), params, table_of(x=texts(more)))
    expected = [None if v is None else v if v in set(train) - rare else "rest" for v in more]
    assert found["x"].to_pylist() == expected


@pytest.mark.parametrize(
    "labels", [["b", "a", "Ü", "", None], [10, 2, 100, None, -1], [0.5, 10.0, 2.0], [True, False, None]]
)
def test_labels_are_numbered_as_scikit_learn_does(labels: Any) -> None:
    from sklearn.preprocessing import LabelEncoder

    known = [label for label in labels if label is not None]
    numbered = dict(zip(known, LabelEncoder().fit_transform(known).tolist(), strict=True))
    assert transformed("encode_label", table_of(x=labels), {"column": "x"})["x"].to_pylist() == [
        numbered.get(label) for label in labels
    ]


def test_a_label_that_was_not_seen_is_minus_one() -> None:
    found = transformed("encode_label", table_of(x=["a"]), {"column": "x"}, table_of(x=["z", "a"]))
    assert found["x"].to_pylist() == [-1, 0]


@pytest.mark.parametrize(
    ("key", "matrix"),
    [
        ("encode_helmert", "Helmert"),
        ("encode_backward_difference", "Diff"),
    ],
)
@pytest.mark.parametrize("levels", [2, 3, 6])
def test_contrasts_are_those_of_the_literature(key: str, matrix: str, levels: int) -> None:
    contrasts = pytest.importorskip("patsy.contrasts", reason="category_encoders takes its contrasts from patsy")
    order = [f"c{place}" for place in reversed(range(levels))]
    table = table_of(x=[*order, None], y=texts([None] * (levels + 1)))
    params = {"columns": ["x"], "order": {"x": order}}
    found = transformed(key, table, params).drop_columns([ROW, "y"])
    expected = getattr(contrasts, matrix)().code_without_intercept(order).matrix
    ours = np.column_stack([column(found, name) for name in found.column_names])
    np.testing.assert_allclose(ours, [*expected, [0.0] * (levels - 1)])


@pytest.mark.parametrize("key", ["encode_helmert", "encode_backward_difference", "encode_binary"])
def test_there_are_as_many_columns_as_were_told_before(key: str) -> None:
    table = table_of(x=["a", "b", None], y=texts([None] * 3))
    found = transformed(key, table, {"max_categories": 4}, table_of(x=["b", "z", None], y=["a", "b", None]))
    names = [f"{name}_{place}" for name in "xy" for place in range(3)]
    assert found.column_names == [ROW, *names]
    assert found.select(names[3:]).to_pylist() == [dict.fromkeys(names[3:], 0.0)] * 3
    assert found.select(names[:3]).to_pylist()[1:] == [dict.fromkeys(names[:3], 0.0)] * 2


def test_the_number_of_a_category_is_written_in_binary_digits() -> None:
    table = table_of(x=[f"c{place}" for place in range(6)])
    found = transformed("encode_binary", table, {"max_categories": 7})
    digits = zip(*(column(found, f"x_{place}") for place in range(3)), strict=True)
    assert [int("".join(str(int(digit)) for digit in row), 2) for row in digits] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("n_features", [2, 8, 10, 256])
def test_hashes_are_md5_modulo_the_number_of_columns(n_features: int) -> None:
    words = ["red", "", "é 🎨", "'; --", *map(str, range(40))]
    table = table_of(a=words, b=texts([*words[1:], None]))
    params = {"columns": ["a", "b"], "n_features": n_features}
    expected = np.zeros((len(words), n_features))
    for row, pair in enumerate(zip(words, [*words[1:], None], strict=True)):
        for word in filter(lambda word: word is not None, pair):
            expected[row, int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16) % n_features] += 1
    found = transformed("encode_hash", table, params)
    assert found.column_names == [ROW, *(f"hash_{place}" for place in range(n_features))]
    assert np.column_stack([column(found, name) for name in found.column_names[1:]]).tolist() == expected.tolist()


@pytest.mark.parametrize("key", ["encode_count", "encode_frequency", "encode_label", "group_rare", "encode_binary"])
def test_ten_thousand_categories_can_be_encoded(key: str) -> None:
    names = [f"c{place:05} 'x' 🎨" for place in range(10_000)]
    table = table_of(x=names)
    if key == "encode_binary":
        found = transformed(key, table, {"max_categories": 10_000})
        assert [column(found, f"x_{place}")[-1] for place in range(14)] == [int(digit) for digit in f"{10_000:b}"]
        return
    more = {"encode_label": {"column": "x"}, "group_rare": {"min_share": 1e-4}}
    ends = {"encode_count": [1, 1], "encode_frequency": [1e-4, 1e-4], "encode_label": [0, 9_999]}
    found = transformed(key, table, more.get(key, {}))["x"].to_pylist()
    assert [found[0], found[-1]] == ends.get(key, [names[0], names[-1]])


@pytest.mark.parametrize(
    ("key", "params"), [("encode_count", {}), ("encode_label", {"column": "x"}), ("encode_helmert", {})]
)
def test_more_categories_than_fit_are_refused(key: str, params: Any) -> None:
    most = 10 if key == "encode_helmert" else 10_000
    with pytest.raises(UnfitData, match=f"'x' has more than {most:,} categories"):
        transformed(key, table_of(x=[str(place) for place in range(most + 1)]), params)


@pytest.mark.parametrize("key", ["encode_hash", "encode_binary", "encode_helmert"])
def test_new_columns_cannot_take_a_name_that_is_there(key: str) -> None:
    name = "HASH_1" if key == "encode_hash" else "X_1"
    with pytest.raises(ComponentError, match="only in case"):
        transformed(key, table_of(**{"x": ["a"], name: [1]}), {"columns": ["x"]})


# Features

FRAMES = st.lists(st.tuples(*[st.none() | st.floats(-50, 50, width=16)] * 4), min_size=1, max_size=25)


def frame_of(rows: Any) -> pa.Table:
    return table_of(**{name: numbers(values) for name, values in zip("abcd", zip(*rows, strict=True), strict=True)})


def kept(key: str, table: pa.Table, params: Any) -> list[str]:
    """The columns that a selector did not hold at one value."""
    made: Any = tables.made(component(key), tables.lazy(table, CONNECTION), params)
    return [name for name, at in made.fit(tables.lazy(table, CONNECTION)).at.items() if at is None]


@pytest.mark.parametrize("threshold", [0.0, 0.5, 100.0])
@QUICK
@given(rows=FRAMES)
@pytest.mark.filterwarnings("ignore:Degrees of freedom", "ignore:All-NaN")
def test_columns_with_variance_are_those_of_scikit_learn(threshold: float, rows: Any) -> None:
    from sklearn.feature_selection import VarianceThreshold

    table = frame_of(rows)
    values = np.column_stack([column(table, name) for name in "abcd"])
    expected = []
    for place, name in enumerate("abcd"):
        known = values[~np.isnan(values[:, place]), place]
        if len(known) and np.ptp(known) > 0:  # scikit-learn refuses a table of which nothing remains
            selector = VarianceThreshold(threshold).fit(np.column_stack([known, np.linspace(-1e3, 1e3, len(known))]))
            expected += [name] if selector.get_support()[0] else []
    assert kept("select_variance", table, {"threshold": threshold}) == expected


@pytest.mark.parametrize("threshold", [0.2, 0.9])
@QUICK
@given(rows=FRAMES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_columns_that_repeat_a_kept_one_are_found_as_pandas_correlates(threshold: float, rows: Any) -> None:
    table = frame_of(rows)
    correlation = table.select(list("abcd")).to_pandas().astype(float).corr().abs()
    doubtful = (correlation - threshold).abs().lt(1e-9)
    expected: list[str] = []
    for name in "abcd":
        expected += [name] if not any(correlation.loc[name, other] > threshold for other in expected) else []
    if not doubtful.any(axis=None):
        assert kept("select_correlated", table, {"threshold": threshold}) == expected


@pytest.mark.parametrize(("key", "params"), [("select_variance", {}), ("select_correlated", {"threshold": 0.5})])
def test_a_column_that_is_left_out_stays_with_one_value_and_is_not_read(key: str, params: Any) -> None:
    table = table_of(a=[1.0, 2.0, 4.0], b=[3.0, 3.0, 3.0], c=numbers([2.0, None, 8.0]))
    made: Any = tables.made(component(key), tables.lazy(table, CONNECTION), params)
    found = made.transform(tables.lazy(table, CONNECTION), made.fit(tables.lazy(table, CONNECTION)))
    left_out = "b" if key == "select_variance" else "c"
    assert found[left_out].to_pyarrow().unique().to_pylist() == [3.0 if left_out == "b" else 5.0]
    assert not reads(found, [left_out])
    assert found.schema() == made.transform(unbound(found.schema()), made.unfitted()).schema()


@pytest.mark.parametrize("interaction_only", [False, True])
@pytest.mark.parametrize("degree", [2, 3, 4])
@QUICK
@given(rows=st.lists(st.tuples(*[st.floats(-50, 50, width=16)] * 3), min_size=1, max_size=5))
def test_powers_and_products_are_those_of_scikit_learn(interaction_only: bool, degree: int, rows: Any) -> None:
    from sklearn.preprocessing import PolynomialFeatures

    table = table_of(**{name: numbers(values) for name, values in zip("abc", zip(*rows, strict=True), strict=True)})
    params = {"columns": list("abc"), "degree": degree, "interaction_only": interaction_only}
    found = transformed("polynomial_features", table, params).drop_columns([ROW])
    expected = PolynomialFeatures(degree, interaction_only=interaction_only, include_bias=False).fit(rows)
    assert found.column_names == expected.get_feature_names_out(list("abc")).tolist()
    np.testing.assert_allclose(found.to_pandas().to_numpy(), expected.transform(rows), rtol=1e-9)


def test_columns_are_combined_in_pairs() -> None:
    table = table_of(a=[6.0, 1.0], b=[3, 0], c=numbers([2.0, None]))
    how = ["add", "subtract", "multiply", "divide", "add"]
    found = transformed("column_arithmetic", table, {"columns": list("abc"), "operations": how}).to_pylist()
    assert found[0] == {
        "a": 6.0, "b": 3, "c": 2.0, ROW: 0,
        "a_plus_b": 9.0, "a_plus_c": 8.0, "b_plus_c": 5.0, "a_minus_b": 3.0, "a_minus_c": 4.0, "b_minus_c": 1.0,
        "a_times_b": 18.0, "a_times_c": 12.0, "b_times_c": 6.0, "a_per_b": 2.0, "a_per_c": 3.0, "b_per_c": 1.5,
    }  # fmt: skip
    assert found[1]["a_per_b"] is None
    assert found[1]["a_plus_c"] is None


@pytest.mark.parametrize(
    ("key", "params", "told"),
    [
        ("polynomial_features", {"degree": 5}, "more than 1,000 new columns"),
        ("column_arithmetic", {"columns": [f"x{i}" for i in range(101)]}, "5,050 new columns"),
        ("select_correlated", {}, "101 columns are too many"),
        ("polynomial_features", {"columns": ["x0"]}, "two columns named 'x0"),
    ],
)
def test_too_many_columns_are_refused(key: str, params: Any, told: str) -> None:
    table = table_of(**{f"x{i}": [1.0] for i in range(101)})
    table = table.append_column("x0^2", numbers([1.0])) if params == {"columns": ["x0"]} else table
    with pytest.raises(ComponentError, match=told):
        transformed(key, table, params)


def test_a_date_goes_round_its_circles() -> None:
    moments = [dt.datetime(2026, 1, 4, 0), dt.datetime(2026, 7, 8, 6), dt.datetime(2026, 12, 31, 18), None]
    found = transformed("cyclic_date", table_of(x=moments), {})
    for part, turns in {"month": [0, 6 / 12, 11 / 12], "dayofweek": [0, 3 / 7, 4 / 7], "hour": [0, 0.25, 0.75]}.items():
        angles = 2 * np.pi * np.array([*turns, np.nan])
        np.testing.assert_allclose(column(found, f"x_{part}_sin"), np.sin(angles), atol=1e-12)
        np.testing.assert_allclose(column(found, f"x_{part}_cos"), np.cos(angles), atol=1e-12)


def test_a_day_without_a_time_begins_at_midnight() -> None:
    found = transformed("cyclic_date", table_of(x=[dt.date(2026, 3, 1)]), {"parts": ["hour", "minute"]})
    assert [found[f"x_{part}_cos"][0].as_py() for part in ("hour", "minute")] == [1.0, 1.0]
