"""Rules of datasets: write them, check versions against them, look at what fails."""

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args

from components.ports import is_reserved, kind_of, visible
from components.quality.rules import AnyDatasetRule, RefersTo, Rule
from components.quality.types import called
from engine.errors import CanvasbackError, DataError, MissingThing, ParamError
from engine.rules import Expectation, Severity, check_stored, read_rule
from engine.rules.check import MOST_KEPT
from engine.service.data.rule_suggestions import suggested
from engine.service.data.rule_views import ColumnView, KindView, RuleState, RulesView, RuleView, SuggestionView
from engine.service.tables import read_rows
from engine.service.views import TableView
from engine.workspace import Workspace, read_schema
from storage.repositories import CheckEntry
from storage.schema import DatasetVersion, RuleCheck
from storage.schema import Rule as RuleRow
from storage.unit_of_work import UnitOfWork

SHOWN_VERSIONS = 20
"""Of the history of a rule."""
KEPT_ROWS = MOST_KEPT
"""So many of the rows that break a rule can be looked at."""
MOST_CHECKS = 60
SUGGESTING_MB = 512
TITLES = {
    "not_null": "Never missing",
    "unique": "Unique",
    "in_range": "Within a range",
    "in_set": "One of some values",
    "matches": "Texts of a form",
    "condition": "Expression",
    "refers_to": "Found in another dataset",
    "row_count": "Number of rows",
    "row_change": "Change of the number of rows",
    "freshness": "Fresh enough",
    "column_type": "Types of columns",
    "schema": "Columns of the table",
}


def get_rules(workspace: Workspace, name: str, version: int | None = None) -> RulesView:
    """The rules of a dataset, and how they stand at a version, the latest unless asked otherwise.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        dataset = uow.datasets.by_name(name)
        row = uow.datasets.version(dataset.id, version)
        rules = uow.rules.of(dataset.id)
        checks = uow.rules.checks(dataset.id, limit=MOST_CHECKS)
        here = uow.rules.check_of(row.id)
    history = _by_version(checks)
    return RulesView(
        dataset=name,
        version=row.number,
        rules=[_rule_view(rule, here, history) for rule in rules],
        checked_at=here.created_at if here else None,
        passed=here.passed if here else None,
        held=row.held,
    )


def list_kinds() -> list[KindView]:
    """What rules there are, with the JSON Schema of each param."""
    return [_kind_view(kind) for kind in _kinds().values()]


def list_columns(workspace: Workspace, name: str, version: int | None = None) -> list[ColumnView]:
    """The columns that a rule may speak of."""
    schema = read_schema(workspace.files_of(_version(workspace, name, version))[0])
    return [
        ColumnView(name=column, kind=kind_of(dtype), type=called(dtype)) for column, dtype in visible(schema).items()
    ]


def add_rule(workspace: Workspace, name: str, document: Mapping[str, Any], severity: str = "warn") -> str:
    """Let every version from now on be held to a rule.

    Parameters
    ----------
    severity
        ``warn``: it is told where it is broken; ``stop``: the version does not become the latest one.

    Returns
    -------
    str
        The id of the rule.

    Raises
    ------
    ParamError, ComponentError
        With the field, where the rule does not fit the latest version.
    """
    return add_rules(workspace, name, [document], severity)[0]


def add_rules(workspace: Workspace, name: str, documents: Sequence[Mapping[str, Any]], severity: str) -> list[str]:
    """Add some rules, all or none of them."""
    rules = [_fitting(workspace, name, document) for document in documents]
    chosen = _severity(severity)

    def write(uow: UnitOfWork) -> list[str]:
        dataset = uow.datasets.by_name(name)
        ids = [uow.rules.add(dataset.id, rule.model_dump(mode="json"), chosen).id for rule in rules]
        for rule in rules:
            detail = {"rule": rule.name or rule.expects(), "severity": chosen}
            uow.audit.record("local", "rule added", f"dataset {name}", detail)
        return ids

    return workspace.database.transact(write)


def change_rule(workspace: Workspace, name: str, rule_id: str, document: Mapping[str, Any], severity: str) -> None:
    """Let a rule say something else from now on.

    Raises
    ------
    NotFound, ParamError, ComponentError
    """
    rule, chosen = _fitting(workspace, name, document), _severity(severity)

    def write(uow: UnitOfWork) -> None:
        before = _own(uow, name, rule_id)
        detail = {"before": _title(before), "after": rule.name or rule.expects(), "severity": chosen}
        uow.rules.change(rule_id, rule.model_dump(mode="json"), chosen)
        uow.audit.record("local", "rule changed", f"dataset {name}", detail)

    workspace.database.transact(write)


def delete_rule(workspace: Workspace, name: str, rule_id: str) -> None:
    """Forget a rule.

    Raises
    ------
    NotFound
    """

    def write(uow: UnitOfWork) -> None:
        rule = _own(uow, name, rule_id)
        uow.rules.delete(rule.id)
        uow.audit.record("local", "rule deleted", f"dataset {name}", {"rule": _title(rule)})

    workspace.database.transact(write)


def start_check(workspace: Workspace, name: str, version: int | None = None) -> str:
    """Queue a check of a version that is there against the rules as they are now; returns the id of the job.

    Raises
    ------
    NotFound, DataError
        When there is no such version, or no rule.
    """

    def write(uow: UnitOfWork) -> str:
        dataset = uow.datasets.by_name(name)
        number = uow.datasets.version(dataset.id, version).number
        if not uow.rules.of(dataset.id):
            raise DataError(f"{name} has no rules.", hint="Add one, or take one that is suggested.")
        return uow.jobs.enqueue("check_rules", {"dataset": name, "version": number}).id

    return workspace.database.transact(write)


def failing_rows(
    workspace: Workspace, name: str, rule_id: str, version: int | None = None, offset: int = 0, limit: int = 100
) -> TableView:
    """A page of the rows that broke a rule when the version was checked, the columns it speaks of first.

    The first thousand are kept; ``total`` is how many of those there are.

    Raises
    ------
    NotFound, MissingThing
        When the version was not checked against this rule.
    """
    row = _version(workspace, name, version)
    with workspace.database.read() as uow:
        check = uow.rules.check_of(row.id)
    found = next((one for one in check.results if one["rule"] == rule_id), None) if check else None
    if check is None or found is None:
        raise MissingThing(f"{name} v{row.number} was not checked against this rule.", hint="Check it now.")
    ids = check.failing.get(rule_id, [])
    page = ids[offset : offset + limit]
    first = [column for column in found["columns"] if column] or _read_columns(found["document"])
    return read_rows(workspace.files_of(row), page, first).model_copy(update={"total": len(ids), "offset": offset})


def suggest_rules(workspace: Workspace, name: str, version: int | None = None) -> list[SuggestionView]:
    """Rules that the profile of a version suggests, each with how many rows would break it now.

    Raises
    ------
    NotFound
    """
    row = _version(workspace, name, version)
    if row.profile is None:
        return []
    files = workspace.files_of(row)
    types = {column: called(dtype) for column, dtype in visible(read_schema(files[0])).items()}
    with workspace.database.read() as uow:
        present = [rule.rule for rule in uow.rules.of(row.dataset_id)]
    found = suggested(row.profile, types, present)
    wanted = [(place, read_rule(rule)) for place, one in enumerate(found) for rule in one.rules]
    asked = [Expectation(str(number), rule, "warn") for number, (_, rule) in enumerate(wanted)]
    checked = check_stored(workspace, files, asked, dataset=name, memory_mb=SUGGESTING_MB, only_count=True)
    failing = [0] * len(found)
    uncounted = set()  # what cannot be told is not suggested
    for (place, _), outcome in zip(wanted, checked.outcomes, strict=True):
        failing[place] = max(failing[place], outcome.failing)
        uncounted |= {place} if outcome.state == "unfit" else set()
    rows = max(row.rows, 1)
    return [
        SuggestionView(title=one.title, rules=one.rules, failing=failing[place], share=failing[place] / rows)
        for place, one in enumerate(found)
        if place not in uncounted
    ]


def held_versions(workspace: Workspace, dataset_ids: Sequence[str]) -> dict[str, int]:
    """By dataset, its newest version, where that is held."""
    with workspace.database.read() as uow:
        return dict(uow.rules.held(dataset_ids))


def _rule_view(rule: RuleRow, here: RuleCheck | None, history: Mapping[int, CheckEntry]) -> RuleView:
    found = next((one for one in here.results if one["rule"] == rule.id), None) if here else None
    same = found is not None and found["document"] == rule.rule
    view = RuleView(
        id=rule.id,
        title=_title(rule),
        kind=rule.rule["kind"],
        severity=rule.severity,
        document=rule.rule,
        history=_states(rule.id, history),
    )
    if found is None or not same:
        return view.model_copy(update={"state": "unchecked" if found is None else "changed"})
    kept = {key: found[key] for key in ("state", "failing", "told", "hint", "columns")}
    return view.model_copy(update={**kept, "share": _share(found)})


def _states(rule_id: str, history: Mapping[int, CheckEntry]) -> list[RuleState]:
    return [
        RuleState(version=number, state=one["state"], failing=one["failing"], share=_share(one))
        for number, check in sorted(history.items())[-SHOWN_VERSIONS:]
        for one in check.results
        if one["rule"] == rule_id
    ]


def _by_version(checks: Sequence[CheckEntry]) -> dict[int, CheckEntry]:
    """The newest check of each version; they come newest first."""
    found: dict[int, CheckEntry] = {}
    for check in checks:
        found.setdefault(check.version, check)
    return found


def _share(found: Mapping[str, Any]) -> float:
    return float(found["failing"]) / found["rows"] if found["rows"] else 0.0


def _title(rule: RuleRow) -> str:
    try:
        read = read_rule(rule.rule)
    except CanvasbackError:  # of a version of Canvasback that knew more
        return str(rule.rule.get("name") or rule.rule.get("kind"))
    return read.name or read.expects()


def _read_columns(document: Mapping[str, Any]) -> list[str]:
    named = document.get("columns")
    return [*named] if isinstance(named, list) else [document["column"]] if "column" in document else []


def _fitting(workspace: Workspace, name: str, document: Mapping[str, Any]) -> Rule:
    """The rule, if it fits the latest version."""
    rule = read_rule(document)
    files = workspace.files_of(_version(workspace, name, None))
    schema = read_schema(files[0])
    rule.bind(schema)
    if isinstance(rule, RefersTo) and rule.dataset != name:
        other = read_schema(workspace.files_of(_version(workspace, rule.dataset, None))[0])
        if rule.other_column not in other or is_reserved(rule.other_column):
            raise ParamError(
                f"{rule.dataset} has no column {rule.other_column!r}.",
                hint=f"There are: {', '.join(list(visible(other))[:12])}.",
                field="other_column",
            )
    return rule


def _severity(text: str) -> Severity:
    if text not in get_args(Severity):
        raise ParamError(f"There is no severity {text!r}.", hint="Choose warn or stop.", field="severity")
    return "stop" if text == "stop" else "warn"


def _own(uow: UnitOfWork, name: str, rule_id: str) -> RuleRow:
    """A rule, if it is one of this dataset."""
    dataset, rule = uow.datasets.by_name(name), uow.rules.get(rule_id)
    if rule.dataset_id != dataset.id:
        raise MissingThing(f"{name} has no such rule.", hint="Look at its list of rules.")
    return rule


def _version(workspace: Workspace, name: str, number: int | None) -> DatasetVersion:
    with workspace.database.read() as uow:
        return uow.datasets.version(uow.datasets.by_name(name).id, number)


@cache
def _kinds() -> dict[str, type[Rule]]:
    """Every kind of rule, in the order of the titles."""
    union = get_args(AnyDatasetRule)[0]
    by_kind = {kind.model_fields["kind"].default: kind for kind in get_args(union)}
    return {name: by_kind[name] for name in TITLES if name in by_kind}


def _kind_view(kind: type[Rule]) -> KindView:
    schema = kind.model_json_schema()
    fields = {name: _resolved(field, schema) for name, field in schema["properties"].items() if name != "kind"}
    own = [name for name in fields if name not in ("name", "tolerate")]
    order = [*own, *(name for name in ("tolerate", "name") if name in fields)]
    key = kind.model_fields["kind"].default
    return KindView(
        kind=key,
        title=TITLES[key],
        about=(inspect.getdoc(kind) or "").splitlines()[0],
        fields={name: fields[name] for name in order},
        required=schema.get("required", []),
    )


def _resolved(field: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A field with what it refers to written out."""
    target = field.get("$ref")
    if target is None:
        return dict(field)
    named = schema["$defs"][target.rsplit("/", 1)[-1]]
    return {**named, **{key: value for key, value in field.items() if key != "$ref"}}
