"""Keep the rows of an output as the next version of a dataset."""

from typing import Any

import pyarrow.parquet as pq

from components.base.output import SaveDataset
from engine.cache import Entry
from engine.execute.work import TABLE
from engine.profile import profile
from engine.work.assignment import Assignment
from engine.work.origin import Origin
from storage.repositories.names import check_name
from storage.schema import DatasetVersion, new_id
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
    check_name(deed.name, "dataset")
    with workspace.database.read() as uow:
        found = uow.datasets.find(deed.name)
        latest = uow.datasets.version(found.id) if found else None
        number = uow.datasets.next_number(found.id) if found else 1
    if latest is not None and latest.source.get("fingerprint") == origin.node.fingerprint:
        return _told(deed.name, latest, is_new=False)
    stored = pq.ParquetFile(entry.path(TABLE))
    dataset_id = found.id if found else new_id()
    manifest = workspace.tables.write(dataset_id, number, stored.iter_batches(), stored.schema_arrow)
    memory_mb = max(256, workspace.settings.run_memory_mb // PART_OF_MEMORY)
    measured = profile(workspace.tables.paths(manifest), rows=manifest.rows, memory_mb=memory_mb)
    findings = [finding.model_dump(mode="json") for finding in measured.findings]

    def write(uow: UnitOfWork) -> DatasetVersion:
        uow.jobs.owned(assignment.job.id, assignment.worker, assignment.job.attempt)
        # Somebody may have made it since its files were written: then these become its next version.
        dataset = uow.datasets.find(deed.name) or uow.datasets.add(deed.name, deed.description, dataset_id)
        parent = latest.id if latest is not None and latest.dataset_id == dataset.id else None
        version = uow.datasets.add_version(dataset.id, manifest, source=_source(uow, origin), parent_id=parent)
        uow.datasets.set_profile(version.id, measured.model_dump(mode="json"), findings)
        uow.audit.record("local", "dataset saved", f"dataset {deed.name}", {"version": version.number})
        return version

    return _told(deed.name, workspace.database.transact(write), is_new=True)


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
    message = f"{name} v{version.number}, {rows}" if is_new else f"{name} v{version.number} has these {rows} already"
    return {"kind": "dataset", "dataset": name, "version": version.number, "is_new": is_new, "message": message}
