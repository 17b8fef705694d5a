"""Matrices are filled batch by batch, as narrow as the model takes them, and refused before they are too large."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ports import ONE_HOT
from engine.backends.backend import Backend, Limits, Precision
from engine.backends.duckdb import DuckDBBackend
from engine.errors import LimitReached, UnfitForTraining
from engine.train.matrix import Feature, MatrixSpec, check_signs, check_size, learn_spec

PACKED = pa.struct({"one_hot": pa.string()})
ROWS = pa.table(
    {
        "age": pa.array([1, None, 3], pa.int64()),
        "colour": pa.array([{"one_hot": "red"}, {"one_hot": None}, {"one_hot": "blue"}], PACKED),
        "old": pa.array([True, False, None]),
    }
)
SPEC = MatrixSpec(
    features=(
        Feature(name="age", kind="numeric"),
        Feature(name="colour", kind="one_hot", categories=("blue", "red")),
        Feature(name="old", kind="boolean"),
    )
)
NAN = np.nan
EXPECTED = [[1, 0, 1, 1], [NAN, 0, 0, 0], [3, 1, 0, NAN]]


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    backend = DuckDBBackend(Limits(memory_mb=500, threads=1), [], tmp_path)
    yield backend
    backend.close()


@pytest.fixture
def table(backend: Backend) -> ir.Table:
    return backend.register(ROWS)


def wide(categories: int) -> MatrixSpec:
    feature = Feature(name="colour", kind="one_hot", categories=tuple(f"c{i}" for i in range(categories)))
    return MatrixSpec(features=(feature, Feature(name="age", kind="numeric")))


def test_a_spec_knows_kinds_and_categories_in_order(table: ir.Table, backend: Backend) -> None:
    assert table.schema()["colour"] == ONE_HOT
    assert learn_spec(table, ["age", "colour", "old"], backend) == SPEC
    assert SPEC.column_names() == ["age", "colour=blue", "colour=red", "old"]


def test_categories_that_an_encoder_learned_are_not_looked_for_again(table: ir.Table, backend: Backend) -> None:
    spec = learn_spec(table, ["colour"], backend, known={"colour": ("blue", "green")})
    assert spec.column_names() == ["colour=blue", "colour=green"]


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("is_sparse", [False, True])
def test_rows_fill_the_matrix_with_gaps_as_nan_and_categories_as_ones(precision: Precision, is_sparse: bool) -> None:
    spec = SPEC.model_copy(update={"precision": precision, "is_sparse": is_sparse})
    for rows in (ROWS, ROWS.to_batches()[0]):
        filled = spec.fill(rows)
        assert filled.dtype == precision
        assert np.array_equal(filled.toarray() if is_sparse else filled, EXPECTED, equal_nan=True)


@given(
    st.lists(
        st.tuples(st.floats(allow_infinity=False) | st.none(), st.sampled_from(["red", "blue", "green", None])),
        max_size=40,
    )
)
def test_a_sparse_matrix_holds_what_a_dense_one_holds(rows: list[tuple[float | None, str | None]]) -> None:
    table = pa.table(
        {
            "age": pa.array([age for age, _ in rows], pa.float64()),
            "colour": pa.array([{"one_hot": colour} for _, colour in rows], PACKED),
            "old": pa.array([None if age is None else age > 0 for age, _ in rows], pa.bool_()),
        }
    )
    sparse = SPEC.model_copy(update={"is_sparse": True}).fill(table)
    assert np.array_equal(sparse.toarray(), SPEC.fill(table), equal_nan=True)


def test_codes_from_the_engine_fill_the_same_matrix_as_packed_categories(table: ir.Table, backend: Backend) -> None:
    batches = backend.numbers(table, {"colour": ("blue", "red")}, "float64", [])
    filling = SPEC.filling(ROWS.num_rows)
    for batch in batches:
        filling.add(batch)
    assert np.array_equal(filling.matrix(), EXPECTED, equal_nan=True)


def test_an_unknown_category_is_all_zeros() -> None:
    rows = ROWS.set_column(1, "colour", pa.array([{"one_hot": "green"}] * 3, PACKED))
    assert not SPEC.fill(rows)[:, 1:3].any()


def test_no_rows_make_an_empty_matrix_of_the_right_width() -> None:
    assert SPEC.fill(ROWS.slice(0, 0)).shape == (0, 4)


def test_a_spec_survives_json() -> None:
    assert MatrixSpec.model_validate_json(SPEC.model_dump_json()) == SPEC


def test_a_column_without_any_category_takes_no_place(backend: Backend) -> None:
    rows = ROWS.set_column(1, "colour", pa.array([{"one_hot": None}] * 3, PACKED))
    spec = learn_spec(backend.register(rows), ["age", "colour"], backend)
    assert spec.width == 1
    assert spec.fill(rows).shape == (3, 1)


def test_infinite_values_are_refused_by_name() -> None:
    rows = pa.table({"age": [1.0, np.inf, -np.inf, None]})
    with pytest.raises(UnfitForTraining, match="'age' has 2 infinite"):
        MatrixSpec(features=(Feature(name="age", kind="numeric"),)).fill(rows)


def test_missing_values_are_refused_by_name_unless_the_model_takes_them() -> None:
    with pytest.raises(UnfitForTraining, match=r"'age' \(1\), 'old' \(1\)"):
        SPEC.fill(ROWS, takes_missing=False)


@pytest.mark.parametrize("is_sparse", [False, True])
def test_negative_values_are_refused_by_name_where_a_model_cannot_take_them(is_sparse: bool) -> None:
    spec = SPEC.model_copy(update={"is_sparse": is_sparse})
    rows = ROWS.drop_columns(["age"]).append_column("age", pa.array([-1.5, 2.0, -3.0]))
    with pytest.raises(UnfitForTraining, match=r"negative values; there are some in 'age' \(2\)\.") as caught:
        check_signs(spec.fill(rows), spec)
    assert caught.value.field == "age"
    check_signs(spec.fill(ROWS), spec)


def test_a_wide_one_hot_matrix_is_sparse_and_a_narrow_one_is_not() -> None:
    assert wide(500).sparse_where_it_pays().is_sparse
    assert not wide(5).sparse_where_it_pays().is_sparse


@pytest.mark.parametrize(("categories", "is_sparse"), [(20, False), (400, True)])
def test_filling_takes_at_most_1_3_times_the_matrix(categories: int, is_sparse: bool) -> None:
    spec = wide(categories).model_copy(update={"is_sparse": is_sparse})
    some = 65_536
    batch = pa.table(
        {
            "age": pa.array(np.arange(some, dtype=np.float64)),
            "colour": pa.array([{"one_hot": f"c{i % categories}"} for i in range(some)], PACKED),
        }
    ).to_batches()[0]
    rows = some * 8
    first = spec.filling(some)
    first.add(batch)
    first.matrix()  # what is imported at first use is not the matrix
    tracemalloc.start()
    filling = spec.filling(rows)
    for _ in range(8):
        filling.add(batch)
    matrix = filling.matrix()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size = matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes if is_sparse else matrix.nbytes
    assert matrix.shape == (rows, categories + 1)
    assert peak <= 1.3 * size
    assert size <= spec.memory_mb(rows) * 1e6


def test_a_matrix_that_cannot_fit_is_refused_with_advice() -> None:
    spec = wide(999)
    check_size(1_000, spec, 20)
    with pytest.raises(LimitReached, match=r"1,000,000 rows and 1,000 columns \(8,000 MB\)") as refused:
        check_size(1_000_000, spec, 4_000)
    assert "fewer categories of 'colour' (it fills 999 columns)" in str(refused.value.hint)
    assert all(word in str(refused.value.hint) for word in ("Sample", "float32", "Spark"))


def test_half_the_precision_needs_half_the_memory() -> None:
    spec = wide(100)
    assert spec.model_copy(update={"precision": "float32"}).memory_mb(1_000) == spec.memory_mb(1_000) / 2
