"""What is noticed about rows while a pipeline runs."""

from pathlib import Path
from typing import Any

import pytest

from components.base import CanvasOnly
from components.catalog import catalog, component
from engine.errors import DataError, MissingThing
from engine.graph import Pipeline
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


PERSONS = {
    "Mail": ["ann@example.org", "b.ob+x@mail.example.co.uk", None, "nobody"],
    "pay": ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "4111111111111112"],
    "card_as_number": [4111111111111111, 5555555555554444, 4012888888881881, 1],
    "account": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606", "DE00"],
    "call": ["+43 316 12345", "(555) 123-4567", "0316/123 456", "12345678"],
    "host": ["192.168.0.1", "::1", "8.8.8.8", "1.2.3"],
    "person": ["123-45-6789", "AB123456C", "12345678Z", "RSSMRA85T10A562S"],
    "LastName": ["x", "y", "z", None],
    "date_of_birth": [None] * 4,
    "amount": [1.5, 2.5, 3.5, 4.5],
    "when": ["01-02-2024", "2024-02-01", "3.4.2024", "31/12/2024"],
    "text": ["call me", "a@b", "4111", "x"],
    'a"; drop table x; --': ["<script>", "{{7*7}}", "=1", "\u202e"],
}


def test_personal_data_are_told_by_form_check_digits_and_name_and_never_shown(bench: Bench) -> None:
    import pyarrow as pa

    columns = {**PERSONS, "date_of_birth": pa.nulls(4, pa.date32())}
    bench.store("persons", pa.table(columns))
    nodes = {"persons": ("dataset", {"dataset": "persons"}), "look": ("find_pii", {"min_share": 0.5})}
    drawn = draw({**nodes, "after": ("limit_rows", {"rows": 2})}, "persons -> look -> after")
    ran = bench.run(drawn)
    found = {one["column"]: one for one in ran.results["look"].findings}
    assert {name: (one["detail"]["kind"], one["detail"]["by"]) for name, one in found.items()} == {
        "Mail": ("e-mail addresses", "values"),
        "pay": ("payment cards", "values"),
        "card_as_number": ("payment cards", "values"),
        "account": ("bank accounts (IBAN)", "values"),
        "call": ("telephone numbers", "values"),
        "host": ("IP addresses", "values"),
        "person": ("national ids", "values"),
        "LastName": ("names of people", "name"),
        "date_of_birth": ("dates of birth", "name"),
    }
    assert found["pay"]["message"] == "Column 'pay' seems to hold payment cards: 75% of its values look like it."
    assert found["Mail"]["detail"]["component"] == "hash_column"
    told = str(ran.results["look"])
    assert not [
        value
        for values in PERSONS.values()
        for value in values
        if isinstance(value, str) and value in told and len(value) > 4
    ]
    assert ran.table("after").num_rows == 2


def test_personal_data_stop_the_run_where_they_must_not_pass(bench: Bench) -> None:
    bench.store("persons", {"mail": ["a@b.io"], "iban": [""]})
    nodes = {"persons": ("dataset", {"dataset": "persons"}), "look": ("find_pii", {"on_found": "stop"})}
    with pytest.raises(DataError, match=r"'mail' seems to hold e-mail addresses.* 1 more") as stopped:
        bench.run(draw(nodes, "persons -> look"))
    assert stopped.value.node_id == "look"


def test_a_profile_on_the_way_is_that_of_an_import_and_leaves_nothing_behind(bench: Bench) -> None:
    from engine.profile import profile

    nodes = {
        "people": ("dataset", {"dataset": "people"}),
        "some": ("drop_missing", {"columns": ["age"]}),
        "look": "profile",
        "after": ("limit_rows", {"rows": 9}),
    }
    ran = bench.run(draw(nodes, "people -> some -> look -> after"))
    report = ran.results["look"].report
    assert report is not None
    assert report["rows"] == 3
    expected = profile(ran.table("some").drop_columns(["__cb_row"])).model_dump(mode="json")
    assert report["profile"] == expected
    assert not list((bench.root / "cache").rglob("*seen*"))
    assert bench.run(draw(nodes, "people -> some -> look -> after")).results["look"].report == report


DRAWN = sorted(key for key, found in catalog().items() if issubclass(found, CanvasOnly))


@pytest.mark.parametrize("key", DRAWN)
def test_what_is_only_drawn_is_in_no_plan_and_changes_nothing(key: str, bench: Bench) -> None:
    nodes = {"people": ("dataset", {"dataset": "people"}), "few": ("limit_rows", {"rows": 1})}
    example = dict(component(key).spec.example)
    plain, noted = draw(nodes, "people -> few"), draw({**nodes, "why": (key, example)}, "people -> few")
    assert bench.review(noted).problems == bench.review(plain).problems
    assert [node.fingerprint for node in bench.plan(noted).nodes] == [n.fingerprint for n in bench.plan(plain).nodes]
    assert set(bench.run(noted).results) == {"people", "few"}
    assert Pipeline.from_yaml(noted.as_yaml()) == noted


def test_a_drawing_of_nothing_that_runs_is_empty_and_says_so(bench: Bench) -> None:
    alone = draw({key: key for key in DRAWN})
    assert [problem.code for problem in bench.review(alone).problems] == ["empty_pipeline"]


def test_nothing_is_wired_to_what_is_only_drawn_and_no_run_goes_to_it(bench: Bench) -> None:
    nodes = {"people": ("dataset", {"dataset": "people"}), "why": "note"}
    assert [problem.code for problem in bench.review(draw(nodes, "people -> why")).problems] == ["no_port"]
    with pytest.raises(MissingThing, match="never runs"):
        bench.plan(draw(nodes), "why")
