"""What is noticed about rows while a pipeline runs."""

from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError
from tests.engine.running import Bench, Ran, draw


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.store("people", {"age": [30, 200, None, -5], "name": ["a", "b", "c", "c"]})
    return bench


def run(bench: Bench, *rules: dict[str, Any], on_failure: str = "stop") -> Ran:
    params = {"rules": rules, "on_failure": on_failure}
    nodes = {
        "people": ("dataset", {"dataset": "people"}),
        "check": ("expect", params),
        "after": ("limit_rows", {"rows": 9}),
    }
    return bench.run(draw(nodes, "people -> check -> after"))


AGE = {"kind": "in_range", "columns": ["age"], "min": 0, "max": 120}
NAME = {"kind": "unique", "columns": ["name"], "name": "One name each"}


def test_a_broken_rule_stops_the_run_naming_rule_column_rows_and_values(bench: Bench) -> None:
    with pytest.raises(DataError) as stopped:
        run(bench, AGE, NAME)
    assert stopped.value.node_id == "check"
    assert stopped.value.message == (
        "Rule 1: column 'age' has values outside 0 to 120 (2 rows, such as '-5', '200'). "
        "1 more: One name each: column 'name' repeats values (1 row, such as 'c')."
    )
    assert [finding["column"] for finding in stopped.value.detail["findings"]] == ["age", "name"]


def test_a_warning_lets_the_run_go_on_and_is_told_again_when_the_result_is_reused(bench: Bench) -> None:
    for _ in range(2):
        ran = run(bench, AGE, {"kind": "row_count", "min": 10}, on_failure="warn")
        assert [(found["severity"], found["message"]) for found in ran.results["check"].findings] == [
            ("warning", "Rule 1: column 'age' has values outside 0 to 120 (2 rows, such as '-5', '200')."),
            ("warning", "Rule 2: at least 10 rows are expected (found: 4)."),
        ]
        assert ran.results["after"].rows_out == 4
    assert ran.results["check"].cached


def test_quarantined_rows_leave_and_are_told(bench: Bench) -> None:
    ran = run(bench, AGE, NAME, on_failure="quarantine")
    assert ran.table("after")["age"].to_pylist() == [30, None]
    assert ran.table("check", "quarantine")["broken_rules"].to_pylist() == ["Rule 1", "Rule 1; One name each"]
    assert len(ran.results["check"].findings) == 2


def test_how_fresh_rows_are_is_looked_at_in_every_run_but_nothing_after_it_is_computed_again(bench: Bench) -> None:
    import datetime as dt

    bench.store("people", {"at": [dt.datetime(2026, 1, 1)]})
    rule = {"kind": "freshness", "column": "at", "max_age": 1}
    first, second = (run(bench, rule, on_failure="warn") for _ in range(2))
    assert first.results["check"].findings[0]["message"].endswith("or there is none (found: 2026-01-01 00:00:00).")
    assert second.statuses() == {"people": "cached", "check": "done", "after": "cached"}
    assert len(second.results["check"].findings) == 1
