"""Rules of a dataset: what they find is what pandas finds, in one query, and what does not fit is told in words."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.ports import ROW
from components.quality.rules import RowRule
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import MissingThing, ParamError
from engine.rules import Checked, Expectation, Outcome, check_rules, read_rule

SCHEMA = pa.schema(
    {"age": pa.int64(), "code": pa.string(), "day": pa.date32(), "sure": pa.bool_(), "price": pa.float64()}
).append(pa.field(ROW, pa.int64()))
TODAY = dt.datetime.now(dt.UTC).date()
DAYS = [dt.date(2024, 1, 1), dt.date(2024, 6, 1), TODAY, dt.date(1024, 5, 1)]
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-3, 5),
        st.none() | st.sampled_from(["a", "b", "ab", "A1", "", "ä"]),
        st.none() | st.sampled_from(DAYS),
        st.none() | st.booleans(),
        st.none() | st.sampled_from([-1.5, 0.0, 2.0, 1e9]),
    ),
    max_size=25,
)
KNOWN = pa.table({"key": pa.array([1, 2, None, 2]), "word": ["a", "ab", None, "zz"]})


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBBackend]:
    with closing(DuckDBBackend(Limits(500, 1), [], tmp_path_factory.mktemp("cache"))) as opened:
        yield opened


def arrow(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    return pa.table([*columns, range(len(rows))], schema=SCHEMA)


def expected(*documents: dict[str, Any]) -> list[Expectation]:
    return [
        Expectation(f"r{place}", read_rule({key: value for key, value in one.items() if key != "severity"}),
                    one.get("severity", "stop"))
        for place, one in enumerate(documents)
    ]  # fmt: skip


def known(backend: DuckDBBackend) -> Callable[[str], ir.Table]:
    def look_up(name: str) -> ir.Table:
        if name != "known":
            raise MissingThing(f"There is no dataset named {name}.", hint="Choose another one.")
        return backend.register(KNOWN)

    return look_up


def check(backend: DuckDBBackend, table: pa.Table, *documents: dict[str, Any], before: int | None = None) -> Checked:
    return check_rules(backend.register(table), expected(*documents), backend, known(backend), before)


def first(checked: Checked) -> Outcome:
    return checked.outcomes[0]


def repeated(frame: pd.DataFrame, *names: str) -> pd.Series:
    whole = frame[list(names)].notna().all(axis=1)
    return whole & frame[whole].duplicated(list(names)).reindex(frame.index, fill_value=False)


def outside(column: pd.Series, *values: Any) -> pd.Series:
    return column.notna() & ~column.isin(values)


def having(column: pd.Series, test: Callable[[Any], bool]) -> pd.Series:
    return column.map(lambda value: value is not None and test(value))


Oracle = Callable[[pd.DataFrame], Any]
REFERS = {"kind": "refers_to", "dataset": "known"}
BY_ROW: list[tuple[dict[str, Any], Oracle]] = [
    ({"kind": "not_null", "columns": ["age"]}, lambda t: t.age.isna()),
    ({"kind": "not_null", "columns": ["age", "code"]}, lambda t: t.age.isna() | t.code.isna()),
    ({"kind": "not_null", "columns": "numeric"}, lambda t: t.age.isna() | t.price.isna()),
    ({"kind": "unique", "columns": ["code"]}, lambda t: repeated(t, "code")),
    ({"kind": "unique", "columns": ["age", "day"]}, lambda t: repeated(t, "age", "day")),
    ({"kind": "in_range", "columns": ["age"], "min": 0, "max": 3}, lambda t: (t.age < 0) | (t.age > 3)),
    ({"kind": "in_range", "columns": ["age"], "max": 3, "exclusive": True}, lambda t: t.age >= 3),
    ({"kind": "in_range", "columns": ["price"], "min": "0.5"}, lambda t: t.price < 0.5),
    ({"kind": "in_range", "columns": ["day"], "min": "1900-01-01"}, lambda t: having(t.day, lambda d: d.year < 1900)),
    ({"kind": "in_set", "columns": ["code"], "values": ["a", "b"]}, lambda t: outside(t.code, "a", "b")),
    ({"kind": "in_set", "columns": ["code"], "values": [*"abä", ""]}, lambda t: outside(t.code, *"abä", "")),
    ({"kind": "in_set", "columns": ["age"], "values": [1, 2]}, lambda t: outside(t.age, 1, 2)),
    (
        {"kind": "matches", "columns": ["code"], "pattern": "[a-z]+"},
        lambda t: having(t.code, lambda code: not re.fullmatch("[a-z]+", code)),
    ),
    (
        {"kind": "matches", "columns": ["code"], "pattern": "1", "whole": False},
        lambda t: having(t.code, lambda code: "1" not in code),
    ),
    ({"kind": "condition", "condition": "price >= age"}, lambda t: t.price < t.age),
    ({"kind": "condition", "condition": "age IS NULL OR sure"}, lambda t: t.age.notna() & (t.sure == False)),  # noqa: E712
    ({**REFERS, "column": "age", "other_column": "key"}, lambda t: outside(t.age, 1, 2)),
    ({**REFERS, "column": "code", "other_column": "word"}, lambda t: outside(t.code, "a", "ab", "zz")),
]  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_rules_about_rows_find_the_rows_that_pandas_finds(backend: DuckDBBackend, rows: list[tuple[Any, ...]]) -> None:
    table = arrow(rows)
    frame = table.to_pandas()
    frame["age"] = pd.array(frame.age, "Int64")
    checked = check(backend, table, *(document for document, _ in BY_ROW))
    for outcome, (document, oracle) in zip(checked.outcomes, BY_ROW, strict=True):
        found = oracle(frame).fillna(False).astype(bool) if rows else pd.Series([], dtype=bool)
        wanted = frame[ROW][found.to_numpy()].tolist()
        assert (outcome.failing, checked.failing.get(outcome.rule, [])) == (len(wanted), wanted), document
        assert outcome.is_kept == (not wanted) == (not outcome.told), document


@pytest.mark.parametrize(
    ("rule", "before", "told"),
    [
        ({"kind": "row_count", "min": 3}, None, ""),
        ({"kind": "row_count", "min": 4, "max": 9}, None, "at least 4 and at most 9 rows are expected (found: 3)"),
        ({"kind": "row_count", "min": 0, "max": 2}, None, "at least 0 and at most 2 rows are expected (found: 3)"),
        ({"kind": "row_change"}, None, ""),
        ({"kind": "row_change"}, 3, ""),
        ({"kind": "row_change", "most_lost": 25}, 4, ""),
        ({"kind": "row_change", "most_lost": 24}, 4, "there are 3 rows, 25 % fewer than the 4 of the version before"),
        ({"kind": "row_change", "most_lost": None, "most_gained": 40}, 2, "there are 3 rows, 50 % more than the 2 of"),
        ({"kind": "row_change", "most_gained": 50}, 2, ""),
        ({"kind": "freshness", "column": "day", "max_age": 2}, None, ""),
        ({"kind": "column_type", "columns": ["age", "price"], "type": "numeric"}, None, ""),
        ({"kind": "column_type", "columns": ["code"], "type": "date"}, None, "columns must be date: 'code' is string"),
        ({"kind": "schema", "columns": {"age": "int64", "day": "datetime"}}, None, ""),
        ({"kind": "schema", "columns": {"age": "string", "agge": "any"}}, None,
         "the table has not the columns that were agreed on: column 'age' is int64 instead of string, column 'agge' is "
         "missing (there is 'age')"),
        ({"kind": "schema", "columns": dict.fromkeys(("age", "code", "day", "sure"), "any"), "extra": "refuse"}, None,
         "the table has not the columns that were agreed on: column 'price' is not in the contract"),
    ],
)  # fmt: skip
def test_rules_about_the_table_say_what_is_otherwise(
    backend: DuckDBBackend, rule: dict[str, Any], before: int | None, told: str
) -> None:
    outcome = first(check(backend, arrow([(1, "a", TODAY, True, 1.0)] * 3), rule, before=before))
    assert outcome.told.startswith(told)
    assert outcome.is_kept == (not told)


def test_a_table_without_rows_is_too_old_and_keeps_every_rule_about_rows(backend: DuckDBBackend) -> None:
    old = {"kind": "freshness", "column": "day"}
    checked = check(backend, arrow([]), old, {"kind": "not_null"}, {"kind": "unique", "columns": ["age"]})
    assert [outcome.state for outcome in checked.outcomes] == ["broken", "kept", "kept"]
    assert "or there is none" in first(checked).told


@pytest.mark.parametrize(("tolerate", "state"), [(0, "broken"), (0.24, "broken"), (0.25, "kept")])
def test_a_share_of_the_rows_may_fail_and_is_counted_all_the_same(
    backend: DuckDBBackend, tolerate: float, state: str
) -> None:
    rule = {"kind": "in_range", "columns": ["age"], "min": 0, "tolerate": tolerate}
    checked = check(backend, arrow([(age, None, None, None, None) for age in (1, 2, 3, -1)]), rule)
    assert (first(checked).state, first(checked).failing, checked.failing) == (state, 1, {"r0": [3]})


def test_forty_rules_are_one_query_that_reads_the_rows_once(backend: DuckDBBackend) -> None:
    rules = [document for document, _ in BY_ROW if document.get("whole") is None] * 3
    kept = [
        *rules,
        {"kind": "row_count"},
        {"kind": "row_change"},
        {"kind": "column_type", "columns": ["age"], "type": "any"},
    ]
    table = backend.register(arrow([(1, "a", DAYS[1], True, 1.0)]))
    with queries(backend) as asked:
        checked = check_rules(table, expected(*kept), backend, known(backend))
    assert len(checked.outcomes) >= 40
    assert [query.count(table.get_name().split(".")[-1]) for query in asked] == [1]
    with queries(backend) as asked:
        too_low = {"kind": "in_range", "columns": ["age"], "min": 2}
        check_rules(table, expected(*kept, too_low), backend, known(backend))
    assert len(asked) == 2, "one more for the rows that fail"


@contextmanager
def queries(backend: DuckDBBackend) -> Iterator[list[str]]:
    """What the database is asked for rows."""
    asked: list[str] = []
    collect = backend.collect

    def noted(table: ir.Table) -> pa.Table:
        asked.append(str(backend._query(table)))
        return collect(table)

    backend.collect = noted  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        del backend.collect


@pytest.mark.parametrize(
    ("rule", "told", "hint"),
    [
        ({"kind": "not_null", "columns": ["aged"]}, "There is no column 'aged' here", "Did you mean 'age'?"),
        ({"kind": "in_range", "columns": ["code"], "min": 0}, "Column 'code' is text", "Choose another column"),
        ({"kind": "in_range", "columns": ["age"], "min": "much"}, "'much' is not a number", "Correct it"),
        ({"kind": "in_range", "columns": ["age"], "min": 5, "max": 1}, "Nothing lies between 5 and 1", "Swap the two."),
        ({"kind": "matches", "columns": ["day"], "pattern": "."}, "Column 'day' is a date or time", "Choose another"),
        ({"kind": "condition", "condition": "age + 1"}, "A condition must be true or false", "Compare"),
        ({"kind": "condition", "condition": "aged > 1"}, "There is no column 'aged'", "Did you mean"),
        ({"kind": "freshness", "column": "age"}, "Column 'age' is a number", "Choose another"),
        ({**REFERS, "column": "age", "dataset": "gone", "other_column": "key"}, "no dataset named gone", "Choose"),
        ({**REFERS, "column": "age", "other_column": "kez"}, "There is no column 'kez' here", "Did you mean 'key'?"),
        ({**REFERS, "column": "age", "other_column": "word"}, "are of different kinds: numeric and text", "Choose"),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_fit_is_broken_in_words_and_leaves_the_others_alone(
    backend: DuckDBBackend, rule: dict[str, Any], told: str, hint: str
) -> None:
    sound = {"kind": "not_null", "columns": ["age"]}
    checked = check(backend, arrow([(1, "a", None, None, None)]), {**rule, "severity": "warn"}, sound)
    assert [outcome.state for outcome in checked.outcomes] == ["unfit", "kept"]
    assert told in first(checked).told
    assert hint in first(checked).hint
    (finding,) = checked.findings
    assert finding.severity == "warning"
    assert checked.held is None


@pytest.mark.parametrize(
    ("rule", "field", "message"),
    [
        ({"kind": "matches", "columns": ["code"], "pattern": "(a"}, "pattern", "Pattern: "),
        ({"kind": "matches", "columns": ["code"], "pattern": "(?=a)"}, "pattern", "Pattern: "),
        ({"kind": "matches", "columns": ["code"], "pattern": "((a{1000}){1000}){1000}"}, "pattern", "Pattern: "),
        ({"kind": "matches", "columns": ["code"], "pattern": ""}, "pattern", "Pattern: "),
        ({"kind": "in_range", "columns": ["age"]}, None, "a range needs a least or a largest value"),
        ({"kind": "in_set", "columns": ["age"], "values": []}, "values", "Values: "),
        ({"kind": "unique"}, "columns", "“Columns” is not set."),
        ({"kind": "not_null", "tolerate": 2}, "tolerate", "Tolerate: "),
        ({"kind": "row_count", "min": -1}, "min", "Min: "),
        ({"kind": "row_change", "most_lost": None}, None, "say how many rows may be lost"),
        ({"kind": "exec", "code": "1"}, "kind", "There is no such kind of rule."),
        ({}, "kind", "There is no such kind of rule."),
        ({"kind": "unique", "columns": ["a"], "sql": "drop"}, "sql", "has no 'sql'"),
    ],
)
def test_what_is_no_rule_is_refused_at_its_field(rule: dict[str, Any], field: str | None, message: str) -> None:
    with pytest.raises(ParamError) as refused:
        read_rule(rule)
    assert refused.value.field == field
    assert message in refused.value.message


def test_what_is_told_names_the_column_the_rows_and_some_values(backend: DuckDBBackend) -> None:
    rows = [(age, code, None, None, None) for age, code in ((200, "a"), (-1, None), (3, "a"), (200, None))]
    rules = [
        {"kind": "in_range", "columns": ["age"], "min": 0, "max": 120},
        {"kind": "not_null", "columns": ["age", "code", "day"], "severity": "warn", "name": "nothing is missing"},
    ]
    checked = check(backend, arrow(rows), *rules)
    assert [finding.message for finding in checked.findings] == [
        "Rule “age between 0 and 120” is broken: column 'age' has values outside 0 to 120 (3 rows, such as '200', "
        "'-1').",
        "Rule “nothing is missing” is broken: column 'day' misses values (4 rows); column 'code' misses values (2 "
        "rows).",
    ]
    assert [finding.severity for finding in checked.findings] == ["error", "warning"]
    assert checked.held is not None
    assert checked.held["message"] == checked.findings[0].message
    assert checked.held["rules"] == ["r0"]


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ({"kind": "unique", "columns": ["id"]}, "id is unique"),
        ({"kind": "unique", "columns": ["a", "b"]}, "a and b are unique together"),
        ({"kind": "not_null"}, "all columns are never missing"),
        ({"kind": "in_range", "columns": ["age"], "min": 0}, "age is at least 0"),
        ({"kind": "in_set", "columns": ["s"], "values": ["x" * 30, "y" * 30]}, "s is one of 2 values"),
        ({"kind": "in_set", "columns": ["s"], "values": ["x", "y"]}, "s is one of x, y"),
        ({"kind": "row_count"}, "at least 1 row"),
        ({"kind": "row_change", "most_lost": None, "most_gained": 5}, "at most 5 % more rows than the version before"),
        ({"kind": "freshness", "column": "day"}, "the newest day is at most 1 day old"),
        ({"kind": "schema", "columns": {"a": "any"}, "extra": "refuse"}, "the table has exactly 1 column"),
        ({"kind": "refers_to", "column": "a", "dataset": "d", "other_column": "b"}, "a occurs in b of d"),
        ({"kind": "condition", "condition": "a > b", "name": "grows"}, "grows"),
    ],
)  # fmt: skip
def test_a_rule_says_what_it_expects(rule: dict[str, Any], title: str) -> None:
    assert expected(rule)[0].title == title


def test_a_rule_may_look_at_hundreds_of_columns(backend: DuckDBBackend) -> None:
    table = pa.table({**{f"c{place}": [1, None] for place in range(300)}, ROW: [0, 1]})
    checked = check(backend, table, {"kind": "not_null"})
    assert (first(checked).failing, checked.failing) == (1, {"r0": [1]})
    assert first(checked).told.endswith("column 'c2' misses values (1 row); and 297 more columns")


def test_rows_that_cannot_be_looked_up_are_counted_all_the_same(
    backend: DuckDBBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short_of_memory(rule: RowRule, table: ir.Table) -> ir.Table:
        return table.mutate(x=table.sure.cast("string").cast("int64")).filter(ibis._.x > 0)

    monkeypatch.setattr(RowRule, "failing", short_of_memory)
    rows = [(None, None, None, True, None), (1, None, None, False, None)]
    checked = check(backend, arrow(rows), {"kind": "not_null", "columns": ["age"]})
    assert (first(checked).state, first(checked).failing, checked.failing) == ("broken", 1, {"r0": []})


def test_names_of_columns_are_data(backend: DuckDBBackend) -> None:
    names = ['a"; drop table x; --', "<script>", "x" * 400]
    table = pa.table({**{name: [1, None] for name in names}, ROW: [0, 1]})
    checked = check(backend, table, *({"kind": "not_null", "columns": [name]} for name in names))
    assert [outcome.failing for outcome in checked.outcomes] == [1, 1, 1]
