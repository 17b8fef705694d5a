"""Measure a dataset version again, where its profile is from an earlier time or was never made."""

from typing import Any

from engine.profile import profile
from engine.work.assignment import Assignment
from storage.unit_of_work import UnitOfWork


def measure_version(assignment: Assignment) -> dict[str, Any]:
    """Put a new profile in the place of the old one; rows and findings of the import stay as they are.

    Returns
    -------
    dict
        ``dataset, version, rows``

    Raises
    ------
    DataError, StorageError
    """
    workspace, version_id = assignment.workspace, assignment.payload["version_id"]
    with workspace.database.read() as uow:
        version = uow.datasets.get_version(version_id)
        name = uow.datasets.get(version.dataset_id).name
    assignment.tell(0.1, f"Measuring {version.rows:,} rows", always=True)
    measured = profile(workspace.files_of(version), rows=version.rows).model_dump(mode="json")

    def keep(uow: UnitOfWork) -> None:
        uow.datasets.set_profile(version_id, measured, uow.datasets.get_version(version_id).findings)

    assignment.finish.append(keep)
    return {"dataset": name, "version": version.number, "rows": version.rows}
