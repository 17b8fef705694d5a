"""Which rows stay, in which order, and what fills gaps; beside pandas and NumPy."""

import datetime as dates
import random
from collections import Counter
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pydantic import ValidationError

from components.catalog import component
from components.errors import ComponentError, WrongKind
from components.ports import ROLE, ROW
from tests.components import tables

DRAWN = random.Random(3)  # noqa: S311
MESSY = pd.DataFrame(
    {
        "g": [DRAWN.choice(["a", "b", None]) for _ in range(80)],
        "t": [DRAWN.choice([1, 2, 3, 4, None]) for _ in range(80)],
        "x": [DRAWN.choice([None, None, 0.5, -1.0, 7.25]) for _ in range(80)],
        ROW: range(80),
    }
).astype({"t": "Int64"})


def of(**columns: Any) -> Any:
    return ibis.memtable(pa.table(columns))


def made(key: str, table: Any, **params: Any) -> pa.Table:
    return tables.run(tables.made(component(key), table, params), table)["table"].to_pyarrow()


def messy() -> Any:
    return ibis.memtable(pa.Table.from_pandas(MESSY, preserve_index=False))


def ids(table: pa.Table) -> list[int]:
    return table[ROW].to_pylist()


# Order


@pytest.mark.parametrize("descending", [[], ["t"], ["g", "t"]])
def test_rows_are_sorted_as_by_pandas_and_keep_their_order_where_they_agree(descending: list[str]) -> None:
    found = ids(made("sort_rows", messy(), by=["g", "t"], descending=descending))
    expected = MESSY
    for name in ("t", "g"):
        expected = expected.sort_values(name, ascending=name not in descending, kind="stable", na_position="last")
    assert found == expected[ROW].tolist()


def test_sorting_again_keeps_the_order_before_where_rows_agree() -> None:
    once = ibis.memtable(made("sort_rows", messy(), by=["t"]))
    assert ids(made("sort_rows", once, by=["g"])) == ids(made("sort_rows", messy(), by=["g", "t"]))


def test_what_takes_the_first_rows_goes_by_the_last_sort() -> None:
    sort: Any = tables.made(component("sort_rows"), messy(), {"by": ["x"], "descending": ["x"]})
    mixed = sort.transform(messy()).mutate(y=1).filter(ibis._.x.notnull()).order_by(ROW)
    top = made("limit_rows", mixed, rows=4, skip=1)
    assert ids(top) == MESSY.nlargest(5, "x", keep="first")[ROW].tolist()[1:]
    firsts = made("deduplicate", mixed, columns=["g"])
    summed = made("group_by", mixed, by=["g"], aggregations=[{"column": "t", "function": "first", "name": "t"}])
    expected = MESSY.dropna(subset="x").sort_values("x", ascending=False, kind="stable").groupby("g", dropna=False)["t"]
    assert {row["g"]: row["t"] for row in summed.to_pylist()} == {
        None if pd.isna(key) else key: value for key, value in expected.first().items()
    }
    best = MESSY.dropna(subset="x").sort_values("x", ascending=False, kind="stable").drop_duplicates("g")
    assert sorted(ids(firsts)) == sorted(best[ROW])


def test_only_columns_to_sort_by_can_be_descending() -> None:
    with pytest.raises(ComponentError, match="'x'"):
        made("sort_rows", messy(), by=["t"], descending=["x"])


@pytest.mark.parametrize(("rows", "skip", "kept"), [(3, 0, [0, 1, 2]), (2, 3, [3, 4]), (9, 4, [4, 5]), (0, 0, [])])
def test_the_first_rows_are_those_of_the_lowest_ids(rows: int, skip: int, kept: list[int]) -> None:
    table = of(**{"a": list("fedcba"), ROW: [5, 4, 3, 2, 1, 0]})
    assert ids(made("limit_rows", table, rows=rows, skip=skip)) == kept


# Samples


def many(rows: int = 5_000) -> Any:
    return of(
        **{"y": ["rare" if i % 20 == 0 else None if i % 20 == 1 else "common" for i in range(rows)], ROW: range(rows)}
    )


def test_a_share_is_met_about_and_a_number_of_rows_exactly() -> None:
    assert made("sample_rows", many(), fraction=0.2).num_rows == pytest.approx(1_000, abs=90)
    assert made("sample_rows", many(), rows=37).num_rows == 37
    assert made("sample_rows", many(30), rows=37).num_rows == 30


@pytest.mark.parametrize(("size", "expected"), [({"fraction": 0.1}, (25, 25, 450)), ({"rows": 100}, (5, 5, 90))])
def test_strata_keep_their_shares(size: Any, expected: tuple[int, ...]) -> None:
    found = Counter(made("sample_rows", many(), stratify="y", **size)["y"].to_pylist())
    assert (found["rare"], found[None], found["common"]) == expected


def test_a_sample_is_the_same_again_and_another_with_another_seed() -> None:
    first, second, other = (ids(made("sample_rows", many(), rows=50, seed=seed)) for seed in (1, 1, 2))
    assert first == second != other
    assert first == sorted(first)


def test_a_sample_and_a_split_of_one_seed_are_independent() -> None:
    sample = ibis.memtable(made("sample_rows", many(), fraction=0.3))
    roles = Counter(made("split_random", sample, test=0.2)[ROLE].to_pylist())
    assert roles["test"] / sample.count().execute() == pytest.approx(0.2, abs=0.04)


@pytest.mark.parametrize("params", [{}, {"rows": 1, "fraction": 0.5}, {"fraction": 1.0}, {"rows": 0}])
def test_a_sample_needs_one_size(params: Any) -> None:
    with pytest.raises(ValidationError):
        made("sample_rows", many(20), **params)


# Gaps


@pytest.mark.parametrize(
    ("given", "kind", "value", "expected"),
    [
        ([1, None], pa.int64(), 0, [1, 0]),
        ([1, None], pa.int8(), 0.5, [1.0, 0.5]),
        ([1, None], pa.int8(), 7.0, [1, 7]),
        ([1, None], pa.int8(), 1_000, [1, 1_000]),
        ([1.5, None], pa.float32(), 2, [1.5, 2.0]),
        (["a", None], pa.string(), 0, ["a", "0"]),
        ([True, None], pa.bool_(), "no", [True, False]),
        ([dates.date(2026, 1, 1), None], pa.date32(), "2026-02-03", [dates.date(2026, 1, 1), dates.date(2026, 2, 3)]),
        ([None, None], pa.timestamp("us"), "2026-02-03T04:05", [dates.datetime(2026, 2, 3, 4, 5)] * 2),
    ],
)
def test_gaps_are_filled_with_a_value_of_the_columns_kind(given: Any, kind: Any, value: Any, expected: Any) -> None:
    assert made("fill_constant", of(a=pa.array(given, kind)), columns=["a"], value=value)["a"].to_pylist() == expected


@pytest.mark.parametrize(("given", "value"), [([1], "x"), ([True], 2), ([dates.date(2026, 1, 1)], "soon")])
def test_a_value_that_a_column_cannot_hold_is_refused(given: Any, value: Any) -> None:
    with pytest.raises(WrongKind, match="does not fit"):
        made("fill_constant", of(a=given), columns=["a"], value=value)


def test_a_selector_fills_the_columns_of_the_values_kind() -> None:
    table = of(n=[None, 1], t=[None, "a"], b=[None, True], d=[None, dates.date(2026, 1, 1)])
    assert made("fill_constant", table, columns="all", value=0).to_pylist()[0] == {
        "n": 0,
        "t": None,
        "b": None,
        "d": None,
    }
    assert made("fill_constant", table, columns="all", value="?")["t"].to_pylist() == ["?", "a"]


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("group", [[], ["g"]])
def test_gaps_are_filled_forward_and_backward_as_by_pandas(direction: str, group: list[str]) -> None:
    found = made("fill_forward", messy(), columns=["x"], order_by=["t"], group=group, direction=direction)
    ordered = MESSY.sort_values("t", kind="stable", na_position="last")
    columns = ordered.groupby(group, dropna=False)["x"] if group else ordered["x"]
    filled = columns.ffill() if direction == "forward" else columns.bfill()
    expected = [None if pd.isna(value) else value for value in filled.sort_index()]
    assert found.sort_by(ROW)["x"].to_pylist() == expected


def test_no_test_row_fills_a_train_row() -> None:
    table = of(**{"x": [1.0, None, None], ROLE: ["test", "train", "test"], ROW: [0, 1, 2]})
    assert made("fill_forward", table, columns=["x"]).sort_by(ROW)["x"].to_pylist() == [1.0, None, 1.0]


# Outliers

WILD = [1.0, 2.0, 2.5, 3.0, None, 2.2, 1.7, 40.0, -35.0, 2.1, 2.0, float("inf"), 6.1]


def inside(method: str, threshold: float) -> list[Any]:
    known = np.array([value for value in WILD if value is not None and np.isfinite(value)])
    if method == "zscore":
        low, high = known.mean() - threshold * known.std(), known.mean() + threshold * known.std()
    elif method == "iqr":
        first, third = np.percentile(known, [25, 75])
        low, high = first - threshold * (third - first), third + threshold * (third - first)
    else:
        low, high = np.percentile(known, [threshold, 100 - threshold])
    return [value for value in WILD if value is None or low <= value <= high]


@pytest.mark.parametrize(("method", "threshold"), [("iqr", 1.5), ("iqr", 5.0), ("zscore", 2.0), ("percentile", 10.0)])
def test_outliers_lie_where_numpy_says(method: str, threshold: float) -> None:
    table = of(**{"a": pa.array(WILD), ROW: range(len(WILD))})
    found = made("remove_outliers", table, columns=["a"], method=method, threshold=threshold)
    assert found.sort_by(ROW)["a"].to_pylist() == inside(method, threshold)


@pytest.mark.parametrize("method", ["iqr", "zscore", "percentile"])
@pytest.mark.parametrize("values", [[0.1] * 1_000, [None, None], [5.0]])
def test_a_column_without_spread_has_no_outliers(method: str, values: list[Any]) -> None:
    assert made("remove_outliers", of(a=pa.array(values, pa.float64())), columns=["a"], method=method).num_rows == len(
        values
    )


def test_after_a_split_only_train_rows_are_looked_at_and_removed() -> None:
    values = [1.0, 2.0, 3.0, 2.0, 99.0, 50.0, 60.0]
    table = of(**{"a": values, ROLE: ["train"] * 5 + ["test", None], ROW: range(7)})
    assert sorted(ids(made("remove_outliers", table, columns=["a"]))) == [0, 1, 2, 3, 5, 6]


def test_half_of_the_rows_cannot_be_cut_off_at_each_end() -> None:
    with pytest.raises(ValidationError, match="less than 50"):
        made("remove_outliers", of(a=[1.0]), columns=["a"], method="percentile", threshold=50)
