"""What rows are held to, and what is told where they break it."""

import datetime as dt
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
import tables
from pydantic import ValidationError

from components.base import Observation, Transform
from components.catalog import component
from components.errors import ComponentError
from components.ports import ROW

ROWS = {
    "age": [30, 200, None, 30, -1],
    "mail": ["a@b.io", "nonsense", None, "a@b.io", "c@d.io"],
    "code": ["x", "y", "z", "x", "w"],
    "end": [5, 4, 3, None, 1],
    "day": [dt.date(2026, 1, day) for day in (1, 2, 3, 4, 5)],
    "sure": [True, None, False, True, True],
    ROW: [0, 1, 2, 3, 4],
}


def made(table: ir.Table, *rules: dict[str, Any], **params: Any) -> Transform[Any]:
    found = tables.made(component("expect"), table, {"rules": rules, **params})
    assert isinstance(found, Transform)
    return found


def counted(one: Observation, table: ir.Table) -> int:
    return int(table.aggregate(n=one.count).to_pyarrow().to_pylist()[0]["n"])


@pytest.fixture(scope="module")
def people() -> ir.Table:
    return tables.lazy(pa.table(ROWS))


@pytest.mark.parametrize(
    ("rule", "counts", "rows", "examples"),
    [
        ({"kind": "not_null", "columns": ["age", "mail"]}, [1, 1], [2], []),
        ({"kind": "not_null"}, [1, 1, 0, 1, 0, 1], [1, 2, 3], []),
        ({"kind": "unique", "columns": ["age"]}, [1], [3], [30]),
        ({"kind": "unique", "columns": ["age", "mail"]}, [1], [3], ["30, a@b.io"]),
        ({"kind": "unique", "columns": ["day"]}, [0], [], []),
        ({"kind": "in_range", "columns": ["age"], "min": 0, "max": 120}, [2], [1, 4], [-1, 200]),
        ({"kind": "in_range", "columns": ["age"], "min": "30"}, [1], [4], [-1]),
        ({"kind": "in_range", "columns": ["age"], "max": 30, "exclusive": True}, [3], [0, 1, 3], [30, 200]),
        ({"kind": "in_range", "columns": ["age"], "max": 99.5}, [1], [1], [200]),
        ({"kind": "in_range", "columns": ["day"], "min": "2026-01-02", "max": "2026-01-04"}, [2], [0, 4], None),
        ({"kind": "in_range", "columns": ["day"], "min": dt.date(2026, 1, 5)}, [4], [0, 1, 2, 3], None),
        ({"kind": "in_set", "columns": ["code"], "values": ["x", "y"]}, [2], [2, 4], ["w", "z"]),
        ({"kind": "in_set", "columns": ["age"], "values": [30, 200]}, [1], [4], [-1]),
        ({"kind": "in_set", "columns": ["sure"], "values": [True]}, [1], [2], [False]),
        ({"kind": "matches", "columns": ["mail"], "pattern": ".+@.+"}, [1], [1], ["nonsense"]),
        ({"kind": "matches", "columns": ["mail"], "pattern": "a|c"}, [4], [0, 1, 3, 4], None),
        ({"kind": "matches", "columns": ["mail"], "pattern": "a|c", "whole": False}, [1], [1], ["nonsense"]),
        ({"kind": "condition", "condition": "age > end"}, [1], [4], None),
        ({"kind": "in_range", "columns": ["age"], "min": 0, "tolerate": 0.2}, [0], [4], None),
        ({"kind": "in_range", "columns": ["age"], "min": 0, "tolerate": 0.19}, [1], [4], None),
    ],
)
def test_a_rule_about_rows_counts_them_names_values_and_sets_them_apart(
    people: ir.Table, rule: dict[str, Any], counts: list[int], rows: list[int], examples: list[Any] | None
) -> None:
    observed = made(people, rule, on_failure="warn").observations(people)
    assert [counted(one, people) for one in observed] == counts
    if examples is not None:
        shown = [one.examples.to_pyarrow().to_pylist() for one in observed if one.examples is not None]
        assert [value for found in shown for row in found for value in row.values()] == examples
    parts = made(people, rule, on_failure="quarantine").transform(people)
    assert sorted(parts["quarantine"].to_pyarrow()[ROW].to_pylist()) == rows
    assert sorted(parts["table"].to_pyarrow()[ROW].to_pylist()) == [row for row in range(5) if row not in rows]


def test_a_quarantined_row_says_which_rules_it_breaks(people: ir.Table) -> None:
    rules = (
        {"kind": "in_range", "columns": ["age"], "min": 0},
        {"kind": "unique", "columns": ["code"], "name": "one code each"},
        {"kind": "in_set", "columns": ["code"], "values": ["x"]},
    )
    apart = made(people, *rules, on_failure="quarantine", reason="why").transform(people)["quarantine"]
    told = {row[ROW]: row["why"] for row in apart.to_pyarrow().to_pylist()}
    assert told == {1: "Rule 3", 2: "Rule 3", 3: "one code each", 4: "Rule 1; Rule 3"}


@pytest.mark.parametrize("how", ["stop", "warn"])
def test_rows_pass_unchanged_unless_they_are_set_apart(people: ir.Table, how: str) -> None:
    expect = made(people, {"kind": "not_null"}, on_failure=how)
    parts = expect.transform(people)
    assert parts["table"].equals(people)
    assert parts["quarantine"].to_pyarrow().num_rows == 0
    assert {one.stops for one in expect.observations(people)} == {how == "stop"}


@pytest.mark.parametrize(
    ("rule", "is_broken", "shown"),
    [
        ({"kind": "row_count", "min": 6}, True, 5),
        ({"kind": "row_count", "min": 0, "max": 4}, True, 5),
        ({"kind": "row_count", "min": 5, "max": 5}, False, 5),
        ({"kind": "column_type", "columns": ["age", "code"], "type": "numeric"}, True, None),
        ({"kind": "column_type", "columns": ["age"], "type": "int64"}, False, None),
        ({"kind": "freshness", "column": "day", "max_age": 1}, True, dt.date(2026, 1, 5)),
        ({"kind": "freshness", "column": "day", "max_age": 900_000}, False, dt.date(2026, 1, 5)),
    ],
)
def test_a_rule_about_the_table(people: ir.Table, rule: dict[str, Any], is_broken: bool, shown: Any) -> None:
    (one,) = made(people, rule, on_failure="warn").observations(people)
    assert bool(counted(one, people)) == is_broken
    assert (one.shown is None) == (shown is None)
    if one.shown is not None:
        assert people.aggregate(n=one.shown).to_pyarrow().to_pylist()[0]["n"] == shown


@pytest.mark.parametrize("unit", ["hours", "days"])
def test_freshness_is_counted_from_now_and_an_empty_table_is_not_fresh(unit: str) -> None:
    now = dt.datetime.now(dt.UTC)
    for zone in (None, "UTC", "Asia/Tokyo"):
        young = pa.array([now - dt.timedelta(**{unit: 1.9}), None], pa.timestamp("us", zone))
        table = tables.lazy(pa.table({"at": young}))
        for age, is_broken in ((2, False), (1.8, True)):
            rule = {"kind": "freshness", "column": "at", "max_age": age, "unit": unit}
            (one,) = made(table, rule, on_failure="warn").observations(table)
            assert bool(counted(one, table)) == is_broken
    rule = {"kind": "freshness", "column": "at"}
    (one,) = made(table, rule, on_failure="warn").observations(table.filter(ibis.literal(False)))
    assert counted(one, table.filter(ibis.literal(False))) == 1
    assert made(table, rule).always
    assert not made(table, {"kind": "not_null"}).always


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"kind": "in_range", "columns": ["code"], "min": 0}, "'code' is text"),
        ({"kind": "in_range", "columns": ["age"], "min": "soon"}, "'soon' is not"),
        ({"kind": "in_range", "columns": ["day"], "min": "7"}, "'7' is not a date"),
        ({"kind": "in_range", "columns": ["age"], "min": 9, "max": 1}, "between 9 and 1"),
        ({"kind": "in_set", "columns": ["age"], "values": ["x"]}, "'x' is not a number"),
        ({"kind": "matches", "columns": ["age"], "pattern": "a"}, "'age' is a number"),
        ({"kind": "condition", "condition": "age + 1"}, "true or false"),
        ({"kind": "condition", "condition": "(select 1)"}, "SELECT"),
        ({"kind": "condition", "condition": "read_csv('/etc/passwd')"}, "read_csv"),
        ({"kind": "not_null", "columns": ["AGES"]}, "'AGES'"),
        ({"kind": "column_type", "columns": ["code"], "type": "numeric"}, "'code' is string"),
        ({"kind": "freshness", "column": "age"}, "'age' is a number"),
        ({"kind": "unique", "columns": []}, "no column"),
    ],
)
def test_a_rule_that_does_not_fit_the_table_is_refused_when_it_is_checked(
    people: ir.Table, rule: dict[str, Any], told: str
) -> None:
    with pytest.raises(ComponentError) as refused:
        made(people, rule)
    assert told in refused.value.message
    assert refused.value.field == "rules"
    assert refused.value.hint


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "in_range", "columns": ["age"]},
        {"kind": "matches", "columns": ["mail"], "pattern": "("},
        {"kind": "row_count", "min": 2, "max": 1},
        {"kind": "exec", "code": "1"},
        {"kind": "not_null", "columns": ["age"], "tolerate": 1.5},
    ],
)
def test_a_rule_that_can_never_be_is_refused_at_once(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        component("expect").params_type().model_validate({"rules": [rule]})


def test_the_reason_is_a_column_of_its_own(people: ir.Table) -> None:
    with pytest.raises(ComponentError, match="two columns"):
        made(people, {"kind": "not_null"}, on_failure="quarantine", reason="age")


def contract(table: ir.Table, **params: Any) -> Any:
    return tables.made(component("schema_contract"), table, params)


def test_a_contract_names_every_difference(people: ir.Table) -> None:
    columns = {"mail": "string", "age": "string", "cod": "string", "day": "datetime"}
    with pytest.raises(ComponentError) as refused:
        contract(people, columns=columns, extra="refuse", order="same")
    assert refused.value.message == (
        "This table breaks the contract: column 'age' is int64 instead of string; column 'cod' is missing (there is "
        "'code'); column 'code' is not in the contract; column 'end' is not in the contract; column 'sure' is not in "
        "the contract; column 'age' comes where 'mail' should."
    )


@pytest.mark.parametrize(
    "params",
    [
        {"columns": {"age": "numeric", "day": "date", "sure": "boolean", "code": "any"}},
        {"columns": {"nothing": "string", "end": "int64"}, "missing": "allow"},
        {"columns": dict.fromkeys(["age", "mail", "code", "end", "day", "sure"], "any"), "extra": "refuse"},
        {"columns": dict.fromkeys(["age", "code", "day"], "any"), "order": "same"},
    ],
)
def test_a_table_that_keeps_the_contract_passes_unchanged(people: ir.Table, params: dict[str, Any]) -> None:
    assert contract(people, **params).transform(people).equals(people)
