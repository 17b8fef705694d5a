"""The profile says what pandas says, and names what is remarkable."""

import math
from pathlib import Path
from typing import Any

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
@settings(max_examples=25, deadline=None)
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


def test_moments_quantiles_and_correlation_agree_with_pandas() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.exponential(size=500), "b": rng.normal(size=500), "c": rng.integers(-5, 9, 500)})
    frame["d"] = frame["a"] * 2 + rng.normal(size=500)
    frame.loc[::7, "b"] = np.nan
    found = profile(pa.Table.from_pandas(frame, preserve_index=False))
    for one in found.correlations:
        assert one.value == pytest.approx(frame[one.left].corr(frame[one.right]), abs=1e-6)
    for column in found.columns:
        series = frame[column.name]
        assert (column.skewness, column.kurtosis) == pytest.approx((series.skew(), series.kurt()), rel=1e-9)
        assert column.quantiles is not None
        for name, value in column.quantiles.model_dump().items():
            assert value == pytest.approx(series.quantile(int(name[1:]) / 100))
        assert (column.zeros, column.negative) == ((series == 0).sum(), (series < 0).sum())
        reach = 3 * (series.quantile(0.75) - series.quantile(0.25))
        far = (series < series.quantile(0.25) - reach) | (series > series.quantile(0.75) + reach)
        assert column.outliers == far.sum()


def test_times_tell_their_newest_value_their_step_and_their_longest_gap() -> None:
    days = pd.date_range("2024-01-01", periods=40).delete(range(10, 20))
    column = profiled(day=pa.array([*days, None], pa.timestamp("us"))).columns[0]
    fresh = column.freshness
    assert fresh is not None
    assert (column.min, column.max, column.missing) == ("2024-01-01T00:00:00", "2024-02-09T00:00:00", 1)
    assert (fresh.step_days, fresh.gap_days, fresh.gap_after) == (1.0, 11.0, "2024-01-10T00:00:00")
    assert column.histogram is not None
    assert sum(column.histogram.counts) == 30


def test_texts_tell_their_shapes_lengths_and_spelling() -> None:
    column = profiled(code=["AB-12", "CD-34", "ab-12", " AB-12", None, "x"]).columns[0]
    assert next((one.shape, one.count) for one in column.patterns) == ("AA-99", 2)
    assert {one.shape for one in column.patterns} == {"AA-99", "a…-99", " AA-99", "a"}
    assert (column.min_length, column.max_length, column.mean_length) == (1, 6, pytest.approx(4.4))
    assert (column.padded, column.differs_by_case, column.patterns_from) == (1, 2, 5)


@pytest.mark.parametrize(
    ("name", "values", "meaning", "personal"),
    [
        ("contact", [f"u{i}@example.com" for i in range(30)], "email", "e-mail addresses"),
        ("call", [f"+43 316 {i}12345" for i in range(30)], "phone", "telephone numbers"),
        ("host", [f"10.0.0.{i}" for i in range(30)], "ip", "IP addresses"),
        ("page", [f"https://example.com/{i}" for i in range(30)], "url", ""),
        ("price", [f"€ {i}.50" for i in range(30)], "currency", ""),
        ("unit price", [i / 7 for i in range(30)], "currency", ""),
        ("lat", [40 + i / 7 for i in range(30)], "latitude", ""),
        ("lat", [400 + i / 7 for i in range(30)], None, ""),
        ("Longitude", [-170 + i / 7 for i in range(30)], "longitude", ""),
        ("a long measure", [i / 7 for i in range(30)], None, ""),
        ("from", ["AT", "DE", "FR"] * 10, "country", ""),
        ("zip", [f"8{i:03d}" for i in range(30)], "postcode", ""),
        ("last_name", ["Huber", "Gruber", "Bauer"] * 10, "person", "names of people"),
        ("born", pa.array(range(30), pa.date32()), "date", ""),
        ("date_of_birth", pa.array(range(30), pa.date32()), "birth_date", "dates of birth"),
        ("city", ["Graz", "Linz", "Wien"] * 10, None, ""),
    ],
)
def test_a_column_is_told_what_its_values_stand_for(name: str, values: Any, meaning: str | None, personal: str) -> None:
    column = profiled(**{name: values}).columns[0]
    assert (column.meaning, column.personal) == (meaning, personal)


def test_keys_are_single_columns_or_pairs_and_a_key_means_no_duplicates() -> None:
    single = profiled(id=range(40), half=[i // 2 for i in range(40)])
    assert [one.columns for one in single.keys] == [("id",)]
    pair = profiled(shop=[i // 10 for i in range(40)], day=[i % 10 for i in range(40)], sold=[i / 3 for i in range(40)])
    assert [one.columns for one in pair.keys] == [("shop", "day")] or [set(one.columns) for one in pair.keys] == [
        {"shop", "day"}
    ]
    assert pair.duplicates == 0
    assert not profiled(a=[1, 1, 2] * 10).keys


def test_what_is_missing_together_is_counted() -> None:
    frame = pd.DataFrame({"a": [1.0, None, None, 4.0], "b": ["x", None, None, "y"], "c": [1.0, 2.0, None, 4.0]})
    found = profile(pa.Table.from_pandas(frame, preserve_index=False)).missing_patterns
    assert {(one.columns, one.count) for one in found} == {(("a", "b"), 1), (("a", "b", "c"), 1)}


@pytest.mark.parametrize("memory_mb", [2_000, 9])
def test_a_bar_holds_as_many_whole_numbers_or_days_as_the_next(tmp_path: Path, memory_mb: int) -> None:
    rows = 19 * 30 * 160
    days = pa.array(np.arange(rows, dtype=np.int32) % 30, pa.date32())
    pq.write_table(pa.table({"n": np.arange(rows) % 19 + 1, "t": days}), tmp_path / "p.parquet")
    numbers, times = (one.histogram for one in profile([tmp_path / "p.parquet"], memory_mb=memory_mb).columns)
    assert numbers is not None
    assert times is not None
    assert (numbers.edges[:2], numbers.counts) == ((0.5, 1.5), (rows // 19,) * 19)
    assert (times.edges[:2], times.counts) == ((-43_200, 129_600), (rows // 15,) * 15)


def test_what_is_too_long_to_be_sorted_is_estimated_close_by(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    table = pa.table(
        {"n": rng.normal(size=90_000), "w": rng.integers(0, 500, 90_000), "t": pa.array(range(90_000), pa.date32())}
    )
    pq.write_table(table, tmp_path / "p.parquet")
    exact, near = (profile([tmp_path / "p.parquet"], memory_mb=memory) for memory in (2_000, 9))
    for left, right in zip(exact.columns, near.columns, strict=True):
        assert (left.min, left.max, left.mean) == pytest.approx((right.min, right.max, right.mean))
        assert left.histogram == right.histogram or left.kind == "numeric"
        assert right.distinct_approximate
        assert right.distinct == pytest.approx(left.distinct, rel=0.1)
        if left.quantiles and right.quantiles:
            assert right.quantiles.p25 == pytest.approx(left.quantiles.p25, abs=0.05 * float(left.std or 1))
            assert (right.skewness, right.kurtosis) == pytest.approx((left.skewness, left.kurtosis), abs=0.01)


def test_a_long_column_is_the_same_counted_as_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    few = {
        "n": rng.integers(0, 9, 9_000).astype(float),
        "t": pa.array(rng.integers(0, 30, 9_000, np.int32), pa.date32()),
    }
    few["n"][:7] = [math.nan, math.inf, -math.inf, 0, -0.0, 1, 2]
    few |= {"s": pa.array(["x", None, "y"] * 3_000), "w": rng.integers(-5, 5, 9_000), "f": rng.random(9_000) < 0.5}
    short, long = tmp_path / "short.parquet", tmp_path / "long.parquet"
    pq.write_table(pa.table(few), short)
    pq.write_table(pa.concat_tables([pa.table(few)] * 24), long)
    for once, often in zip(profile([short]).columns, profile([long]).columns, strict=True):
        assert (often.filled, often.missing) == (24 * once.filled, 24 * once.missing)
        same = ("distinct", "min", "max", "mean", "meaning", "semantic", "min_length")
        for name in same:
            assert (
                getattr(often, name) == pytest.approx(getattr(once, name))
                if name == "mean"
                else (getattr(often, name) == getattr(once, name))
            )
        assert [one.count for one in often.top] == [24 * one.count for one in once.top]
        if once.histogram and often.histogram:
            assert often.histogram.counts == tuple(24 * one for one in once.histogram.counts)


@pytest.mark.slow  # a thousand columns
def test_a_thousand_columns_are_profiled_some_at_a_time(tmp_path: Path) -> None:
    kinds: list[Any] = [range(50), [f"v{i % 3}" for i in range(50)], [i / 3 for i in range(50)]]
    pq.write_table(pa.table({f"c{i}": kinds[i % 3] for i in range(1_000)}), tmp_path / "wide.parquet")
    found = profile([tmp_path / "wide.parquet"])
    assert len(found.columns) == 1_000
    assert {column.semantic for column in found.columns} == {"identifier", "category", "number"}


def test_the_summary_says_what_there_is_in_sentences() -> None:
    n = 60
    found = profiled(
        id=range(n),
        mail=[f"u{i % 7}@example.com" for i in range(n)],
        day=pa.array(range(n), pa.date32()),
        a=[float(i) for i in range(n)],
        b=[None if i < 6 else 2.0 * i for i in range(n)],
    )
    assert list(found.summary) == [
        "The table has 60 rows and 5 columns: 2 numbers, 1 category, 1 date and 1 identifier.",
        "Every row has its own id.",
        "2 % of the cells are missing, all of them in b (10 %).",
        "day runs from 1970-01-01 to 1970-03-01.",
        "There seem to be personal data in mail (e-mail addresses).",
        "a rises with b (correlation 1.00).",
    ]


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
    params = {one.code: one.detail["params"] for one in found.findings}
    assert params["dates_as_text"] == {"columns": ["when"], "format": "%Y-%m-%d"}


def test_texts_with_zeros_in_front_are_not_called_numbers() -> None:
    found = profiled(code=[f"{i:05d}" for i in range(1, 101)])
    assert "numbers_as_text" not in {one.code for one in found.findings}


def test_findings_about_spelling_money_and_persons_name_the_node_that_helps() -> None:
    found = profiled(
        city=["Graz", "graz", "Linz"] * 20,
        town=["Graz", "Graz ", "Linz"] * 20,
        price=["$1,200.50", "$3.00"] * 30,
        mail=[f"u{i % 9}@example.com" for i in range(60)],
        day=["01/02/2024", "03/04/2024"] * 30,
    )
    helps = {(one.code, one.column): one.detail.get("component") for one in found.findings}
    assert helps["mixed_case", "city"] == "text_case"
    assert helps["padded_text", "town"] == "trim_text"
    assert helps["money_as_text", "price"] == "parse_number"
    assert helps["personal_data", "mail"] == "hash_column"
    assert helps["dates_as_text", "day"] is None, "whether day or month comes first is not guessed"


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


def test_a_profile_of_an_earlier_time_can_still_be_read() -> None:
    kept = profiled(a=[1, 2], b=["x", None]).model_dump(mode="json")
    new = ("associations", "sampled_rows", "keys", "missing_patterns", "summary")
    columns = ("kurtosis", "padded", "differs_by_case", "meaning", "personal", "patterns", "patterns_from", "freshness")
    old = {name: value for name, value in kept.items() if name not in new}
    old["columns"] = [{name: v for name, v in column.items() if name not in columns} for column in old["columns"]]
    found = Profile.model_validate(old)
    assert (found.rows, found.summary, found.columns[0].patterns) == (2, (), ())


def test_row_numbers_of_pandas_are_told_as_such() -> None:
    numbers = list(range(5))
    found = profiled(**{"Unnamed: 0": numbers, "__index_level_0__": [0, 0, 1, 1, 2], "Unnamed: 7": [7, 7, 7, 8, 9]})
    assert [(one.column, one.detail["component"]) for one in found.findings if one.code == "row_numbers"] == [
        ("Unnamed: 0", "drop_columns"),
        ("__index_level_0__", "drop_columns"),
    ]
