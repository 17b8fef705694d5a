"""What a profile tells of a filter before anything runs: never fewer rows than there are."""

from datetime import date
from math import isinf
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import expressions
from engine.checks import review
from engine.checks.narrowed import most_meeting, narrowed
from engine.profile import profile
from tests.engine.running import Bench, draw
from tests.engine.test_bad_input import facts

TYPES = {"number": pa.float64(), "whole": pa.int64(), "town": pa.string(), "is_new": pa.bool_(), "day": pa.date32()}
TOWNS = st.sampled_from(["Bern", "Chur", "Thun", "", "it's"])
DAYS = st.dates(date(2024, 1, 1), date(2024, 1, 9))
VALUES = {
    "number": st.floats(-3, 3, width=16) | st.just(float("inf")),
    "whole": st.integers(-3, 3),
    "town": TOWNS,
    "is_new": st.booleans(),
    "day": DAYS,
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | value for name, value in VALUES.items()}), max_size=30)
NUMBERS = st.sampled_from(["number", "WHOLE"])
LITERALS = st.one_of(st.integers(-4, 4), st.floats(-4, 4, width=16)).map(lambda value: f"({value})")
TEXTS = TOWNS.map(lambda text: "'" + text.replace("'", "''") + "'")
MOMENTS = DAYS.map(lambda day: f"'{day}'")
ORDERS = st.sampled_from(["<", "<=", ">", ">=", "="])


def compared(columns: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda c, o, v: f"{c} {o} {v}", columns, ORDERS, values),
        st.builds(lambda c, o, v: f"({v} {o} {c})", columns, ORDERS, values),
        st.builds(lambda c, v, w: f"{c} BETWEEN {v} AND {w}", columns, values, values),
        st.builds(lambda c, v: f"{c} IN ({', '.join(v)})", columns, st.lists(values, min_size=1, max_size=3)),
    )


SIMPLE = st.one_of(
    compared(NUMBERS, LITERALS),
    compared(st.just("town"), TEXTS),
    compared(st.just("day"), MOMENTS),
    st.sampled_from(["is_new = true", "is_new", "NOT is_new", "town = number::VARCHAR", "number > whole"]),
    st.builds(lambda name, how, value: how.format(name, name, value), NUMBERS,
              st.sampled_from(["is_null({}) OR abs({}) < {}", "NOT (abs({1}) <= {2})", "abs({1}) <= {2}"]), LITERALS),
    st.builds(lambda name, how: how.format(name), st.sampled_from([*TYPES]),
              st.sampled_from(["{} IS NULL", "{} IS NOT NULL", "is_null({})", "NOT (is_missing({}))"])),
)  # fmt: skip
CONDITIONS = st.one_of(
    SIMPLE,
    st.builds(" AND ".join, st.lists(SIMPLE, min_size=2, max_size=3)),
    st.builds("{} OR {}".format, SIMPLE, SIMPLE),
    st.builds("NOT ({})".format, SIMPLE),
)


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, condition=CONDITIONS)
def test_no_filter_leaves_more_rows_than_are_told(rows: list[dict[str, Any]], condition: str) -> None:
    table = pa.Table.from_pylist(rows, schema=pa.schema(list(TYPES.items())))
    known = {column.name: column for column in profile(table).columns}
    source = ibis.memtable(table)
    left = source.filter(expressions.to_ibis(condition, source).fill_null(False)).to_pyarrow()
    for one in expressions.predicates(condition, source.schema()):
        column = known[one.column]
        assert left.num_rows <= most_meeting(one, column), one
        there = narrowed(one, column)
        assert left.num_rows - left[one.column].null_count <= there.filled
        if one.comparison == "finite":
            assert not there.infinite
            assert not any(map(isinf, left[one.column].drop_null().to_pylist()))
        assert len({*left[one.column].to_pylist()} - {None}) <= there.distinct + (there.infinite or 0)


PEOPLE = {
    "age": [20 + i % 60 for i in range(120)],
    "pay": [1_000 + i % 2 / 2 for i in range(120)],
    "town": [["Bern", "Chur"][i % 2] for i in range(120)],
    "gone": pa.array([None] * 120, pa.float64()),
    "since": [date(2024, 1, 1 + i % 28) for i in range(120)],
}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"condition": "age > 100"}, "No row gets through Filter rows: age > 100. 'age' goes from 20 to 79."),
        ({"condition": "age < 50 AND 100 <= AGE"}, "No row gets through Filter rows: 100 <= AGE. 'age' goes from"),
        ({"condition": "pay >= 1e7"}, "Filter rows: pay >= 1e7. 'pay' goes from 1,000 to 1,000.5."),
        ({"condition": "town = 'Basel'"}, "Filter rows: town = 'Basel'. 'town' is Bern or Chur."),
        ({"condition": "since > '2025-01-01'"}, "'since' goes from 2024-01-01 to 2024-01-28."),
        ({"condition": "age IS NULL"}, "'age' is never missing."),
        ({"condition": "gone > 3"}, "'gone' is missing in every row."),
        ({"columns": ["age", "gone"]}, "No row gets through Drop missing. 'gone' is missing in every row."),
    ],
)
def test_a_filter_that_nothing_gets_through_is_told_before_it_runs(bench: Bench, params: Any, said: str) -> None:
    found = _found(bench, params)
    assert said in found["no_row_left"].message
    assert found["no_row_left"].node == "filter"
    assert found["no_row_left"].severity == "warning"


@pytest.mark.parametrize(
    "params",
    [
        {"condition": "age > 78"},
        {"condition": "age > 100 OR town = 'Bern'"},
        {"condition": "age * 2 > 100"},
        {"condition": "is_null(gone) OR abs(gone) < 1e308"},
        {"condition": "town IN ('Basel', 'Bern')"},
        {"condition": "upper(town) = 'BERN'"},
        {"columns": ["age", "gone"], "how": "all"},
    ],
)
def test_a_filter_that_may_let_rows_through_is_not_complained_about(bench: Bench, params: Any) -> None:
    assert "no_row_left" not in _found(bench, params)


def test_rows_that_leave_by_the_other_port_are_all_there(bench: Bench) -> None:
    bench.store("people", PEOPLE)
    model = ("ridge", {"target": "age", "features": ["town"]})
    nodes = {"s": ("dataset", {"dataset": "people"}), "filter": ("filter_rows", {"condition": "age > 100"})}
    pipeline = draw({**nodes, "model": model}, "s -> filter", "filter.rest -> model")
    found = {one.code for one in review(pipeline, bench.schema, facts=facts(pa.table(PEOPLE))).problems}
    assert "no_row_left" in found
    assert "too_few_rows" not in found


def _found(bench: Bench, params: Any) -> Any:
    bench.store("people", PEOPLE)
    key = "filter_rows" if "condition" in params else "drop_missing"
    pipeline = draw({"s": ("dataset", {"dataset": "people"}), "filter": (key, params)}, "s -> filter")
    return {one.code: one for one in review(pipeline, bench.schema, facts=facts(pa.table(PEOPLE))).problems}


@pytest.fixture
def bench(tmp_path: Any) -> Bench:
    return Bench(tmp_path)
