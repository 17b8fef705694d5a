"""Keep the rows of an output as the next version of a dataset."""

from typing import Any

import pyarrow.parquet as pq

from components.base.output import SaveDataset
from engine.cache import Entry
from engine.execute.work import TABLE
from engine.versions.held_to_rules import hold_to_rules
from engine.versions.new_version import NewVersion, caught_up, find_place, measure, write_rows
from engine.work.assignment import Assignment
from engine.work.origin import Origin
from storage.schema import DatasetVersion
from storage.unit_of_work import UnitOfWork

PART_OF_MEMORY = 4


def save_dataset(assignment: Assignment, origin: Origin, deed: SaveDataset, entry: Entry) -> dict[str, Any]:
    """Make the rows a version of ``deed.name``, unless they are those of its latest one.

    The version is there in one transaction; a failure before leaves nothing but files that no version lists.

    Raises
    ------
    StorageError
        When the name, or a column, cannot be kept.
    """
    workspace = assignment.workspace
    place = find_place(workspace, deed.name)
    if place.parent is not None and place.parent.source.get("fingerprint") == origin.node.fingerprint:
        return _told(deed.name, place.parent, is_new=False)
    stored = pq.ParquetFile(entry.path(TABLE))
    written = write_rows(workspace, place, stored.iter_batches(), stored.schema_arrow)
    measured = measure(workspace, written.manifest, max(256, workspace.settings.run_memory_mb // PART_OF_MEMORY))
    with workspace.database.read() as uow:
        source = _source(uow, origin)
    made = NewVersion(place, written, measured, source, deed.description, findings=list(measured.findings))
    made = hold_to_rules(workspace, caught_up(workspace, made, "replace"))

    def write(uow: UnitOfWork) -> DatasetVersion:
        uow.jobs.owned(assignment.job.id, assignment.worker, assignment.job.attempt)
        version = made.keep(uow)
        uow.audit.record("local", "dataset saved", f"dataset {deed.name}", {"version": version.number})
        return version

    version = workspace.database.transact(write)
    made.tidy(workspace)
    return _told(deed.name, version, is_new=True)


def _source(uow: UnitOfWork, origin: Origin) -> dict[str, Any]:
    """Where the rows come from: the run and its node, and the dataset versions that the run read."""
    read = [row.dataset_version_id for row in uow.runs.inputs(origin.run.id)]
    return {
        "pipeline": origin.pipeline,
        "run": origin.run.number,
        "node": origin.title,
        "run_id": origin.run.id,
        "node_id": origin.node.id,
        "dataset_versions": read,
        "fingerprint": origin.node.fingerprint,
    }


def _told(name: str, version: DatasetVersion, *, is_new: bool) -> dict[str, Any]:
    rows = f"{version.rows:,} rows"
    kept_back = "" if version.held is None else ", held back by a rule"
    message = (
        f"{name} v{version.number}, {rows}{kept_back}"
        if is_new
        else f"{name} v{version.number} has these {rows} already"
    )
    return {"kind": "dataset", "dataset": name, "version": version.number, "is_new": is_new, "message": message}
