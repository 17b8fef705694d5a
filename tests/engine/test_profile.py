"""The profile says what pandas says, and names what is remarkable."""

import math
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DataError, UnknownColumn
from engine.profile import Profile, histogram, preview, profile, value_counts

NUMBER = st.one_of(st.none(), st.floats(-1e6, 1e6).map(lambda value: round(value, 3)))


def profiled(**columns: object) -> Profile:
    return profile(pa.table(columns))


def codes(found: Profile, column: str | None = None) -> set[str]:
    return {one.code for one in found.findings if column is None or one.column == column}


@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=3, max_size=60))
@settings(max_examples=60, deadline=None)
def test_figures_of_numbers_agree_with_pandas(rows: list[tuple[float | None, float | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b"], dtype=float)
    found = profile(pa.Table.from_pandas(frame, preserve_index=False))
    for column in found.columns:
        series = frame[column.name]
        assert column.missing == series.isna().sum()
        assert column.distinct == series.nunique()
        if series.notna().any():
            assert (column.min, column.max) == (series.min(), series.max())
            assert column.mean == pytest.approx(series.mean(), abs=1e-6)
            assert column.histogram is not None
            assert sum(column.histogram.counts) == series.notna().sum()
        if series.notna().sum() > 1:
            assert column.std == pytest.approx(series.std(), abs=1e-6)
    assert found.duplicates == frame.duplicated().sum()


def test_correlation_and_skewness_agree_with_pandas() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.exponential(size=500), "b": rng.normal(size=500)})
    frame["c"] = frame["a"] * 2 + rng.normal(size=500)
    frame.loc[::7, "b"] = np.nan
    found = profile(pa.Table.from_pandas(frame, preserve_index=False))
    for one in found.correlations:
        assert one.value == pytest.approx(frame[one.left].corr(frame[one.right]), abs=1e-6)
    assert found.columns[0].skewness == pytest.approx(frame["a"].skew(), rel=1e-6)


def test_quantiles_are_close_to_the_exact_ones() -> None:
    values = np.random.default_rng(2).normal(size=10_000)
    quantiles = profiled(a=values).columns[0].quantiles
    assert quantiles is not None
    assert quantiles.p50 == pytest.approx(np.median(values), abs=0.05)


def test_each_column_is_told_what_it_means() -> None:
    n = 200
    found = profiled(
        id=[f"row-{i}" for i in range(n)],
        city=["Rome", "Oslo"] * 100,
        flag=[True, False] * 100,
        same=[1] * n,
        none=pa.nulls(n, pa.string()),
        amount=[i / 7 for i in range(n)],
        day=pa.array(range(n), pa.date32()),
    )
    meanings = [column.semantic for column in found.columns]
    assert meanings == ["identifier", "category", "category", "constant", "empty", "number", "date"]


def test_findings_name_the_node_that_helps() -> None:
    found = profiled(
        age=[None if i % 5 == 0 else float(i) for i in range(100)],
        price=[str(i) for i in range(99)] + [" "],
        when=["2024-01-02", "2024-01-03"] * 50,
        same=["x"] * 100,
    )
    parts = {one.code: one.detail["component"] for one in found.findings}
    assert parts["missing"] == "impute_mean"
    assert parts["numbers_as_text"] == "cast"
    assert parts["dates_as_text"] == "parse_date"
    assert parts["constant"] == "drop_columns"
    assert all(one.fix for one in found.findings)


def test_duplicates_are_counted_and_cost_points_that_are_explained() -> None:
    found = profiled(a=[1, 1, 2, 3], b=["x", "x", "y", "z"])
    assert found.duplicates == 1
    assert "duplicates" in codes(found)
    assert found.quality_score == pytest.approx(100 - sum(one.points for one in found.deductions))


def test_outliers_and_skew_are_noticed() -> None:
    values = [*np.random.default_rng(3).normal(size=999), 1e6]
    assert {"outliers", "skewed"} <= codes(profiled(a=values), "a")


def test_reserved_columns_are_not_looked_at() -> None:
    found = profiled(__cb_row=[1, 2, 3], a=[1, 1, 1])
    assert [column.name for column in found.columns] == ["a"]
    assert found.duplicates == 2


def test_infinite_and_missing_numbers_do_no_harm() -> None:
    column = profiled(a=[1.0, math.inf, -math.inf, math.nan, None, 2.0]).columns[0]
    assert (column.min, column.max, column.mean) == (1.0, 2.0, 1.5)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_with_hardly_a_row_has_a_profile(rows: int) -> None:
    found = profile(pa.table({"a": pa.array([1] * rows, pa.int64()), "b": pa.array(["x"] * rows)}))
    assert found.rows == rows
    assert Profile.model_validate_json(found.model_dump_json()) == found


def test_hostile_names_and_values_are_data() -> None:
    name = 'a"; drop table x; --'
    found = profiled(**{name: ["<script>", "{{7*7}}", "'; --"] * 10})
    assert found.columns[0].name == name
    assert value_counts(pa.table({name: ["<script>"]}), name)[0].value == "<script>"


def test_the_number_of_rows_is_checked(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "p.parquet")
    assert profile([tmp_path / "p.parquet"], rows=2).rows == 2
    with pytest.raises(DataError, match="should have 3 rows"):
        profile([tmp_path / "p.parquet"], rows=3)
    with pytest.raises(UnknownColumn):
        profile([tmp_path / "p.parquet"], columns=["b"])


def test_a_page_of_rows_and_charts_come_from_the_same_files(tmp_path: Path) -> None:
    for part in (0, 1):
        rows = range(part * 50, part * 50 + 50)
        table = pa.table({"__cb_row": list(rows), "n": list(rows), "t": [str(i % 3) for i in rows]})
        pq.write_table(table, tmp_path / f"part-{part}.parquet")
    paths = [tmp_path / "part-0.parquet", tmp_path / "part-1.parquet"]
    assert preview(paths, 49, 2) == [{"n": 49, "t": "1"}, {"n": 50, "t": "2"}]
    assert value_counts(paths, "t", 1)[0].count == 34
    assert list(histogram(paths, "n", 9).counts) == np.histogram(range(100), 9)[0].tolist()


def test_a_million_cells_are_profiled_within_seconds() -> None:
    rng = np.random.default_rng(4)
    table = pa.table({f"c{i}": rng.normal(size=100_000) for i in range(10)})
    started = time.monotonic()
    profile(table)
    assert time.monotonic() - started < 20
