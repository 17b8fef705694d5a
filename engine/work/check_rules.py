"""Check a version that is there against the rules as they are now."""

from typing import Any

from engine.rules import check_stored
from engine.rules.outcome import FINDING
from engine.versions.held_to_rules import expectations_of
from engine.work.assignment import Assignment
from storage.unit_of_work import UnitOfWork


def check_rules(assignment: Assignment) -> dict[str, Any]:
    """Check version ``payload["version"]`` of ``payload["dataset"]``; whether it is held stays as it was.

    Returns
    -------
    dict
        ``dataset, version, passed, results``

    Raises
    ------
    NotFound, DamagedFile, RunError
    """
    workspace, name = assignment.workspace, assignment.payload["dataset"]
    with workspace.database.read() as uow:
        dataset = uow.datasets.by_name(name)
        version = uow.datasets.version(dataset.id, assignment.payload["version"])
        rules = uow.rules.of(dataset.id)
        before = uow.datasets.get_version(version.parent_id).rows if version.parent_id else None
    assignment.tell(0.1, f"Checking {len(rules)} rules", always=True)
    files = workspace.files_of(version)
    checked = check_stored(workspace, files, expectations_of(rules), dataset=name, rows_before=before)

    def keep(uow: UnitOfWork) -> None:
        uow.rules.keep_check(version.id, **checked.as_row())
        others = [finding for finding in uow.datasets.get_version(version.id).findings if finding["code"] != FINDING]
        told = [finding.model_dump(mode="json") for finding in checked.findings]
        uow.datasets.set_findings(version.id, [*others, *told])

    assignment.finish.append(keep)
    row = checked.as_row()
    return {"dataset": name, "version": version.number, "passed": row["passed"], "results": row["results"]}
