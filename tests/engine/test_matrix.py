import ibis
import numpy as np
import pyarrow as pa
import pytest

from components.ports import ONE_HOT
from engine.errors import LimitReached, UnfitForTraining
from engine.train.matrix import Feature, MatrixSpec, check_finite, check_size, learn_spec

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


def test_a_spec_knows_kinds_and_categories_in_order() -> None:
    table = ibis.duckdb.connect().create_table("t", ROWS)
    assert table.schema()["colour"] == ONE_HOT
    assert learn_spec(table, ["age", "colour", "old"]) == SPEC
    assert SPEC.column_names() == ["age", "colour=blue", "colour=red", "old"]


def test_rows_fill_the_matrix_with_gaps_as_nan_and_categories_as_ones() -> None:
    nan = np.nan
    expected = [[1, 0, 1, 1], [nan, 0, 0, 0], [3, 1, 0, nan]]
    assert np.array_equal(SPEC.fill(ROWS), expected, equal_nan=True)
    assert np.array_equal(SPEC.fill(ROWS.to_batches()[0]), expected, equal_nan=True)


def test_an_unknown_category_is_all_zeros() -> None:
    rows = ROWS.set_column(1, "colour", pa.array([{"one_hot": "green"}] * 3, PACKED))
    assert not SPEC.fill(rows)[:, 1:3].any()


def test_no_rows_make_an_empty_matrix_of_the_right_width() -> None:
    assert SPEC.fill(ROWS.slice(0, 0)).shape == (0, 4)


def test_a_spec_survives_json() -> None:
    assert MatrixSpec.model_validate_json(SPEC.model_dump_json()) == SPEC


def test_a_column_without_any_category_takes_no_place() -> None:
    rows = ROWS.set_column(1, "colour", pa.array([{"one_hot": None}] * 3, PACKED))
    spec = learn_spec(ibis.duckdb.connect().create_table("t", rows), ["age", "colour"])
    assert spec.width == 1
    assert spec.fill(rows).shape == (3, 1)


def test_infinite_values_are_refused_by_name() -> None:
    matrix = np.array([[1.0, 0, 1, np.inf]])
    with pytest.raises(UnfitForTraining, match="'old' has 1 infinite"):
        check_finite(matrix, SPEC, takes_missing=True)


def test_missing_values_are_refused_by_name_unless_the_model_takes_them() -> None:
    matrix = SPEC.fill(ROWS)
    check_finite(matrix, SPEC, takes_missing=True)
    with pytest.raises(UnfitForTraining, match=r"'age' \(1\), 'old' \(1\)"):
        check_finite(matrix, SPEC, takes_missing=False)


def test_a_matrix_that_cannot_fit_is_refused_with_its_size() -> None:
    check_size(1_000, 100, 10)
    with pytest.raises(LimitReached, match=r"1,000,000 rows and 1,000 columns \(8,000 MB\)"):
        check_size(1_000_000, 1_000, 4_000)
