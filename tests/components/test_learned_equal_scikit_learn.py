"""DuckDB and scikit-learn give the same numbers for every learned transform."""

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
import tables
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import KBinsDiscretizer

from components.base import LearnedFromRows, LearnedTransform
from components.catalog import catalog, component
from components.params import NumericColumns
from components.ports import ONE_HOT, ROW
from components.prepare.packed import expand

LEARNED = sorted(
    key
    for key, kind in catalog().items()
    if issubclass(kind, LearnedTransform) and not issubclass(kind, LearnedFromRows)  # tests/components/test_chosen.py
)

SEVERAL = {
    "auto_features": [
        {"columns": ["text", "number", "flag"], "max_categories": 2, "choices": {"number": "keep", "flag": "one_hot"}},
        {
            "choices": {
                "number": "drop",
                "other": "ordinal",
                "text": "frequency",
                "group": "ordinal",
                "flag": "frequency",
            }
        },
        {"choices": {"number": "fill_most_frequent", "other": "one_hot", "text": "fill_most_frequent"}},
    ],
    "clip_outliers": [{"columns": ["number", "other"], "method": method} for method in ("iqr", "percentile")],
    "encode_backward_difference": [{"columns": ["text", "flag", "other"], "max_categories": 8}],
    "encode_binary": [{"columns": ["text", "other"], "max_categories": 255}],
    "encode_hash": [{"columns": ["text", "flag", "other"], "n_features": 7}],
    "encode_helmert": [{"columns": ["text", "flag", "other"], "max_categories": 8}],
    "encode_label": [{"column": "other"}, {"column": "flag"}, {"column": "text"}],
    "encode_one_hot": [
        {"columns": ["text", "flag", "other"], "max_categories": 2},
        {"columns": ["text", "flag"], "drop": "first"},
        {"columns": ["text", "flag"], "drop": "if_binary", "max_categories": 2},
        {"columns": ["text", "other"], "unknown": "other", "max_categories": 2},
        {"columns": ["text", "flag"], "unknown": "other", "drop": "first", "max_categories": 2},
        {"columns": ["text", "flag"], "unknown": "other", "drop": "if_binary", "max_categories": 1},
    ],
    "encode_ordinal": [
        {"columns": ["text", "flag", "other"]},
        {"columns": ["text", "group"], "order": {"text": ["b", "", "a"]}},
    ],
    "encode_catboost": [{"columns": ["text", "other"], "target": "group", "smooth": 3, "missing": "category"}],
    "encode_james_stein": [{"columns": ["text", "other"], "target": "flag", "missing": "category"}],
    "encode_leave_one_out": [{"columns": ["text", "other"], "target": "group", "positive": "a"}],
    "encode_target": [{"columns": ["text", "other"], "target": "group", "smooth": 2.5, "missing": "category"}],
    "group_rare": [{"columns": ["text", "flag", "other"], "min_share": 0.25, "name": "a"}],
    "impute_group": [
        {"by": ["text", "flag"], "statistic": "median"},
        {"columns": ["text", "flag", "other", "number"], "by": ["group"], "statistic": "mode"},
    ],
    "impute_mode": [{"columns": ["text", "other", "number", "flag"]}],
    "scale_min_max": [{"columns": ["other", "number"], "low": -1, "high": 3, "clip": True}],
}

CASES = [
    pytest.param(key, params, id=f"{key}-{i}")
    for key in LEARNED
    for i, params in enumerate([dict(component(key).spec.example), *SEVERAL.get(key, [])])
]

NUMBERS = st.none() | st.floats(-1e6, 1e6, width=32)
WHOLE = st.none() | st.integers(-3, 3)
TEXTS = st.none() | st.sampled_from(["", "a", "b", "(other)", "é 🎨", "'; --"])
ROWS = st.lists(
    st.tuples(NUMBERS, WHOLE, TEXTS, st.none() | st.booleans(), st.sampled_from("ab")), min_size=1, max_size=25
)

CONNECTION = ibis.duckdb.connect()
QUICK = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def table_of(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = dict(zip(("number", "other", "text", "flag", "group"), zip(*rows, strict=True), strict=True))
    types = {name: tables.SCHEMA.field(name).type for name in columns}
    table = pa.table({name: pa.array(values, types[name]) for name, values in columns.items()})
    return table.append_column(ROW, pa.array(range(len(rows)), pa.int64()))


def matrix_of(table: pa.Table, categories: Any) -> np.ndarray[Any, Any]:
    """The numbers of a transformed table, with one-hot columns expanded."""
    blocks = []
    for name in table.column_names:
        column = table[name].combine_chunks()
        is_packed = ibis.Schema.from_pyarrow(table.schema)[name] == ONE_HOT
        blocks.append(expand(column, categories[name]) if is_packed else cells(column))
    return np.hstack(blocks)


def cells(column: Any) -> Any:
    return np.array(column.to_pylist(), dtype=object).reshape(-1, 1)


def for_sklearn(table: pa.Table, key: str) -> np.ndarray[Any, Any]:
    """What the contract says a scikit-learn transformer takes: texts for encoders, None where a value is missing."""
    if component(key).spec.category == "prepare/encode":
        table = ibis.memtable(table).cast(dict.fromkeys(table.column_names, "string")).to_pyarrow()
    found = np.hstack([cells(column.combine_chunks()) for column in table.columns])
    return found.astype(float) if takes_numbers(key) else found


def takes_numbers(key: str) -> bool:
    field = component(key).params_type().model_fields.get("columns")
    return field is not None and isinstance(field.annotation, type) and issubclass(field.annotation, NumericColumns)


def by_sklearn(transformer: Any, given: np.ndarray[Any, Any]) -> Any:
    """What it makes of some rows; a discretizer takes no missing values, so they pass by it."""
    if not isinstance(transformer, KBinsDiscretizer):
        return transformer.transform(given)
    gaps = np.isnan(given)
    return np.where(gaps, np.nan, transformer.transform(np.where(gaps, 0.0, given)))


def is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def same(left: Any, right: Any) -> bool:
    if is_missing(left) or is_missing(right):
        return is_missing(left) and is_missing(right)
    return left == right if isinstance(left, str) else bool(np.isclose(float(left), float(right), 1e-9, 1e-9))


@pytest.mark.parametrize(("key", "params"), CASES)
@QUICK
@given(train=ROWS, more=ROWS)
def test_duckdb_and_scikit_learn_agree(key: str, params: Any, train: Any, more: Any) -> None:
    learned_from, applied_to = tables.lazy(table_of(train), CONNECTION), table_of([*train, *more])
    made: Any = tables.made(component(key), learned_from, params)
    state = made.fit(learned_from)
    columns = list(made.params.columns)
    found = made.transform(tables.lazy(applied_to, CONNECTION), state).order_by(ROW).to_pyarrow()
    own = [name for name in columns if name in found.column_names]
    shown = found.select(own + [n for n in found.column_names if n not in applied_to.column_names])
    matrix = matrix_of(shown, made.categories(state))
    taken = applied_to.select([*columns, *getattr(made.params, "by", ())])
    expected = by_sklearn(made.to_sklearn(state), for_sklearn(taken, key))
    assert matrix.shape == expected.shape
    assert all(same(*pair) for pair in zip(matrix.ravel(), expected.ravel(), strict=True))


@pytest.mark.parametrize(
    ("key", "strategy"), [("impute_mean", "mean"), ("impute_median", "median"), ("impute_mode", "most_frequent")]
)
@QUICK
@given(rows=ROWS)
def test_imputers_learn_what_scikit_learn_would(key: str, strategy: str, rows: Any) -> None:
    from sklearn.impute import SimpleImputer

    table = table_of(rows)
    made: Any = tables.made(component(key), tables.lazy(table, CONNECTION), {"columns": ["number", "other"]})
    state = made.fit(tables.lazy(table, CONNECTION))
    for name in ("number", "other"):
        values = np.array(table[name].to_pylist(), dtype=float).reshape(-1, 1)
        if not np.isnan(values).all():
            assert same(SimpleImputer(strategy=strategy).fit(values).statistics_[0], state.value[name])


@QUICK
@given(rows=ROWS)
def test_standardize_learns_what_scikit_learn_would(rows: Any) -> None:
    from sklearn.preprocessing import StandardScaler

    table = table_of(rows)
    made: Any = tables.made(component("standardize"), tables.lazy(table, CONNECTION), {"columns": ["other"]})
    values = np.array(table["other"].to_pylist(), dtype=float).reshape(-1, 1)
    if not np.isnan(values).all():
        scaler, state = StandardScaler().fit(values), made.fit(tables.lazy(table, CONNECTION))
        assert same(scaler.mean_[0], state.mean["other"])
        assert same(scaler.scale_[0], state.std["other"])


def test_a_column_without_a_value_stays_missing_and_its_state_is_none() -> None:
    table = tables.lazy(tables.all_missing(tables.example(), "number"))
    made: Any = tables.made(component("impute_mean"), table, {"columns": ["number"]})
    state = made.fit(table)
    assert state.value == {"number": None}
    assert made.transform(table, state).to_pyarrow()["number"].null_count == tables.ROWS


def test_a_constant_column_is_not_blown_up_by_rounding() -> None:
    table = tables.lazy(pa.table({"number": [0.1 + 0.2, 0.3] * 50}))
    made: Any = tables.made(component("standardize"), table, {"columns": ["number"]})
    assert made.fit(table).std == {"number": 1.0}


def test_the_most_frequent_categories_are_kept_and_ties_go_by_the_alphabet() -> None:
    table = tables.lazy(pa.table({"text": ["d", "d", "c", "b", "a", None, None, None]}))
    made: Any = tables.made(component("encode_one_hot"), table, {"columns": ["text"], "max_categories": 2})
    assert made.fit(table).categories == {"text": ("a", "d")}


def test_rare_categories_become_other_but_missing_values_do_not() -> None:
    table = tables.lazy(pa.table({"text": ["a", "a", "b", None]}))
    params = {"columns": ["text"], "max_categories": 1, "unknown": "other"}
    made: Any = tables.made(component("encode_one_hot"), table, params)
    packed = made.transform(table, made.fit(table)).to_pyarrow()["text"]
    assert [value["one_hot"] for value in packed.to_pylist()] == ["a", "a", "(other)", None]


def test_a_packed_column_in_chunks_expands_like_one_in_one_piece() -> None:
    chunks = pa.chunked_array([[{"one_hot": "b"}, {"one_hot": None}], [{"one_hot": "x"}, {"one_hot": "a"}, None]])
    expected = [[0, 1], [0, 0], [0, 0], [1, 0], [0, 0]]
    assert expand(chunks, ["a", "b"]).tolist() == expected
    assert expand(chunks.combine_chunks(), ["a", "b"]).tolist() == expected


def test_a_packed_column_without_categories_has_no_columns() -> None:
    assert expand(pa.array([{"one_hot": "b"}]), []).shape == (1, 0)


def test_a_column_with_too_many_categories_cannot_be_numbered() -> None:
    from components.errors import UnfitData

    table = tables.lazy(pa.table({"text": [f"C{i}" for i in range(1_001)]}))
    made: Any = tables.made(component("encode_ordinal"), table, {"columns": ["text"]})
    with pytest.raises(UnfitData, match="1,000"):
        made.fit(table)
