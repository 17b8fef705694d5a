"""Hold a new version to the rules of its dataset, before it is kept."""

from collections.abc import Sequence
from dataclasses import replace

from engine.rules import Expectation, check_stored, read_rule
from engine.versions.new_version import NewVersion
from engine.workspace import Workspace
from storage.schema import Rule


def hold_to_rules(workspace: Workspace, made: NewVersion) -> NewVersion:
    """The version with what the rules found in it: held where one that stops is broken.

    Raises
    ------
    LimitReached, RunError
        When its files cannot be read.
    """
    place = made.place
    with workspace.database.read() as uow:
        found = uow.datasets.find(place.name)
        rules = uow.rules.of(found.id) if found is not None else ()
    if not rules:
        return made
    checked = check_stored(
        workspace,
        workspace.tables.paths(made.written.manifest),
        expectations_of(rules),
        dataset=place.name,
        rows_before=place.parent.rows if place.parent is not None else None,
    )
    return replace(made, held=made.held or checked.held, findings=[*made.findings, *checked.findings], checked=checked)


def expectations_of(rules: Sequence[Rule]) -> list[Expectation]:
    """The rules of a dataset, ready to be checked."""
    return [Expectation(row.id, read_rule(row.rule), "stop" if row.severity == "stop" else "warn") for row in rules]
