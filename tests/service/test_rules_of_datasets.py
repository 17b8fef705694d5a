"""Rules at work: versions are checked as they come, held, looked at, released; old ones are checked again."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from components.errors import ComponentError
from engine.errors import DataError, MissingThing, ParamError
from engine.graph import Pipeline
from engine.service.data import datasets, rules, versions
from engine.workspace import Workspace
from storage.errors import InUse, NotFound, StorageError
from storage.repositories import Rules
from tests.homes import do_job, do_run, done, import_table

GOOD = pa.table({"id": [1, 2, 3, 4], "age": [20, 30, 40, 50], "status": ["new", "old", "new", "old"]})
BAD = pa.table({"id": [1, 2, 2, 4, 5], "age": [20, 200, 40, -5, None], "status": ["new", "odd", "new", None, "old"]})
AGE = {"kind": "in_range", "columns": ["age"], "min": 0, "max": 120}


@pytest.fixture
def people(home: Workspace, tmp_path: Path) -> Workspace:
    import_table(home, "people", GOOD, tmp_path)
    return home


def state(home: Workspace, version: int | None = None) -> dict[str, tuple[str, int]]:
    return {rule.title: (rule.state, rule.failing) for rule in rules.get_rules(home, "people", version).rules}


def audited(home: Workspace) -> list[str]:
    with home.database.read() as uow:
        return [entry.action for entry in uow.audit.list(object="dataset people")]


def test_a_broken_rule_that_warns_is_told_with_the_version(people: Workspace, tmp_path: Path) -> None:
    rules.add_rule(people, "people", AGE)
    assert state(people) == {"age between 0 and 120": ("unchecked", 0)}
    result = import_table(people, "people", BAD, tmp_path)
    assert (result["version"], result["held"]) == (2, None)
    assert state(people) == {"age between 0 and 120": ("broken", 2)}
    (view,) = datasets.list_datasets(people)
    told = [finding for finding in view.findings if finding["code"] == "rule_broken"]
    assert (view.version, told[0]["severity"], told[0]["column"]) == (2, "warning", "age")
    assert "2 rows, such as '200', '-5'" in told[0]["message"]


def test_a_broken_rule_that_stops_holds_the_version_until_it_is_released(people: Workspace, tmp_path: Path) -> None:
    rule = rules.add_rule(people, "people", AGE, "stop")
    held = import_table(people, "people", BAD, tmp_path)["held"]
    assert held["message"].startswith("Rule “age between 0 and 120” is broken: column 'age' has values outside")
    read = Pipeline.from_yaml(
        "format: 1\nname: all\nnodes: {people: {component: dataset, params: {dataset: people}}}\nedges: []"
    )
    assert do_run(people, read).nodes[0].rows_out == 4, "a pipeline that reads `latest` does not see it"
    one = datasets.get_dataset(people, "people", 2)
    assert (one.latest, one.held, datasets.get_dataset(people, "people").version) == (1, held, 1)
    assert rules.held_versions(people, [one.id]) == {one.id: 2}
    assert datasets.preview_dataset(people, "people", 2).total == 5
    shown = rules.failing_rows(people, "people", rule, 2)
    assert [column["name"] for column in shown.columns] == ["age", "id", "status"]
    assert (shown.rows, shown.total) == ([[200, 2, "odd"], [-5, 4, None]], 2)

    versions.make_latest(people, "people", 2)
    assert do_run(people, read).nodes[0].rows_out == 5
    assert datasets.get_dataset(people, "people").held is None
    assert audited(people)[0] == "dataset version released"


def test_rules_written_later_are_checked_against_versions_that_are_there(people: Workspace, tmp_path: Path) -> None:
    import_table(people, "people", BAD, tmp_path)
    age = rules.add_rule(people, "people", AGE, "stop")
    rules.add_rule(people, "people", {"kind": "row_change", "most_lost": 0, "most_gained": 10})
    result = done(people, rules.start_check(people, "people"))
    assert (result["version"], result["passed"]) == (2, False)
    assert state(people) == {
        "age between 0 and 120": ("broken", 2),
        "at most 0 % fewer and at most 10 % more rows than the version before": ("broken", 0),
    }
    found = datasets.get_dataset(people, "people")
    assert (found.version, found.held) == (2, None), "what was not held stays so"
    assert sum(finding["code"] == "rule_broken" for finding in found.findings) == 2
    done(people, rules.start_check(people, "people", 1))
    assert state(people, 1)["age between 0 and 120"] == ("kept", 0)
    (first, _) = rules.get_rules(people, "people").rules
    assert [(one.version, one.state, one.failing) for one in first.history] == [(1, "kept", 0), (2, "broken", 2)]

    rules.change_rule(people, "people", age, {**AGE, "min": -10, "max": 300}, "warn")
    assert rules.get_rules(people, "people").rules[0].state == "changed"
    rules.delete_rule(people, "people", rules.get_rules(people, "people").rules[1].id)
    done(people, rules.start_check(people, "people"))
    assert state(people) == {"age between -10 and 300": ("kept", 0)}
    assert not [one for one in datasets.get_dataset(people, "people").findings if one["code"] == "rule_broken"]
    assert audited(people)[:2] == ["rule deleted", "rule changed"]


def test_rows_that_a_pipeline_saves_are_held_to_rules_too(people: Workspace, tmp_path: Path) -> None:
    document = """
    format: 1
    name: made
    nodes:
      people: {component: dataset, params: {dataset: people}}
      some: {component: filter_rows, params: {condition: age > 25}}
      keep: {component: save_dataset, params: {name: kept}}
    edges: [people -> some, some -> keep]
    """
    assert do_run(people, Pipeline.from_yaml(document)).status == "succeeded"
    rules.add_rule(people, "kept", {"kind": "row_count", "min": 3}, "stop")
    run = do_run(people, Pipeline.from_yaml(document.replace("25", "45")))
    assert run.status == "succeeded"
    assert run.made[0]["message"] == "kept v2, 1 rows, held back by a rule"
    assert datasets.get_dataset(people, "kept").version == 1
    assert rules.get_rules(people, "kept", 2).rules[0].told == "at least 3 rows are expected (found: 1)"


def test_a_dataset_that_is_referred_to_may_grow_but_not_go(people: Workspace, tmp_path: Path) -> None:
    orders = pa.table({"buyer": [1, 4, 9, None]})
    import_table(people, "orders", orders, tmp_path)
    refers = {"kind": "refers_to", "column": "buyer", "dataset": "people", "other_column": "id"}
    rule = rules.add_rule(people, "orders", refers)
    assert done(people, rules.start_check(people, "orders"))["results"][0]["failing"] == 1
    assert rules.failing_rows(people, "orders", rule).rows == [[9]]
    import_table(people, "people", pa.table({"id": [1, 4, 9]}), tmp_path)
    assert done(people, rules.start_check(people, "orders"))["results"][0]["state"] == "kept"
    with pytest.raises(InUse, match="a rule of orders"):
        datasets.delete_dataset(people, "people")
    rules.delete_rule(people, "orders", rule)
    datasets.delete_dataset(people, "people")


def test_a_version_and_what_the_rules_found_come_together_or_not_at_all(
    people: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise StorageError("The disk is full", "Free some space.")

    rules.add_rule(people, "people", AGE)
    monkeypatch.setattr(Rules, "keep_check", refused)
    with pytest.raises(AssertionError, match="The disk is full"):
        import_table(people, "people", BAD, tmp_path)
    assert datasets.get_dataset(people, "people").versions == [1]


def test_a_column_that_vanished_is_told_and_holds_where_the_rule_stops(people: Workspace, tmp_path: Path) -> None:
    rules.add_rule(people, "people", AGE, "stop")
    rules.add_rule(people, "people", {"kind": "unique", "columns": ["id"]})
    held = import_table(people, "people", GOOD.rename_columns(["id", "years", "status"]), tmp_path)["held"]
    assert "There is no column 'age' here" in held["message"]
    assert state(people, 2) == {"age between 0 and 120": ("unfit", 0), "id is unique": ("kept", 0)}


@pytest.mark.parametrize(
    ("rule", "error", "field"),
    [
        ({"kind": "not_null", "columns": ["agge"]}, ComponentError, "rules"),
        ({"kind": "matches", "columns": ["age"], "pattern": "a"}, ComponentError, "rules"),
        ({"kind": "matches", "columns": ["status"], "pattern": "(((("}, ParamError, "pattern"),
        ({"kind": "condition", "condition": "(SELECT 1) = 1"}, ComponentError, "rules"),
        ({"kind": "condition", "condition": "read_csv('/etc/passwd') > 0"}, ComponentError, "rules"),
        ({"kind": "not_null", "columns": ["__cb_row"]}, ComponentError, "rules"),
        ({"kind": "not_null", "tolerate": 3}, ParamError, "tolerate"),
        ({"kind": "refers_to", "column": "id", "dataset": "none", "other_column": "x"}, NotFound, None),
        ({"kind": "not_null", "columns": ["__cb_order"]}, ComponentError, "rules"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_when_it_is_written(
    people: Workspace, rule: dict[str, Any], error: type[Exception], field: str | None
) -> None:
    with pytest.raises(error) as refused:
        rules.add_rule(people, "people", rule)
    assert getattr(refused.value, "field", None) == field
    assert not rules.get_rules(people, "people").rules


def test_a_severity_a_dataset_or_a_rule_that_is_not_there_is_told(people: Workspace, tmp_path: Path) -> None:
    import_table(people, "others", GOOD, tmp_path)
    theirs = rules.add_rule(people, "others", AGE)
    with pytest.raises(ParamError, match="no severity 'loud'"):
        rules.add_rule(people, "people", AGE, "loud")
    with pytest.raises(MissingThing, match="no such rule"):
        rules.delete_rule(people, "people", theirs)
    with pytest.raises(DataError, match="people has no rules"):
        rules.start_check(people, "people")
    with pytest.raises(MissingThing, match="not checked against this rule"):
        rules.failing_rows(people, "people", theirs)
    with pytest.raises(StorageError, match="no dataset named peple"):
        rules.get_rules(people, "peple")
    assert do_job(people, rules.start_check(people, "others")).status == "succeeded"


def test_the_profile_suggests_rules_with_the_rows_that_fail_now(home: Workspace, tmp_path: Path) -> None:
    rows = 400
    table = pa.table(
        {
            "customer_id": [*range(rows - 1), 7],
            "age": [*(20 + i % 60 for i in range(rows - 2)), 250, -3],
            "status": [*(["new", "open", "done"][i % 3] for i in range(rows - 1)), "dnoe"],
            "email": [f"a{i}@b.io" for i in range(rows - 1)] + ["nobody"],
            "amount": [float(i) for i in range(rows)],
            "note": [None] * (rows - 4) + ["a", "b", "c", "d"],
        }
    )
    import_table(home, "people", table, tmp_path)
    found = {one.title: one for one in rules.suggest_rules(home, "people")}
    assert {title: one.failing for title, one in found.items()} == {
        "customer_id is unique and never missing": 1,
        "age between 0 and 120": 2,
        "status is one of 3 values": 1,
        "email has e-mail addresses": 1,
        "amount is at least 0": 0,
        "email is unique and never missing": 0,
        "3 columns are never missing": 0,
        "at most 10 % fewer rows than the version before": 0,
        "the table has at least these 6 columns": 0,
    }
    for one in found.values():
        rules.add_rules(home, "people", one.rules, "stop")
    assert rules.suggest_rules(home, "people") == []
    assert len(done(home, rules.start_check(home, "people"))["results"]) == 11


def test_every_kind_of_rule_has_a_form() -> None:
    kinds = rules.list_kinds()
    assert len(kinds) == 12
    assert all(kind.title and kind.about and kind.fields for kind in kinds)
    untold = [
        (kind.kind, name) for kind in kinds for name, field in kind.fields.items() if not field.get("description")
    ]
    assert not untold
