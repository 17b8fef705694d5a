"""Read a file into a new dataset version and profile it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.findings import Finding
from engine.profile import profile
from engine.reading import ahead, detect, read
from engine.work.assignment import Assignment
from storage.errors import NameTaken
from storage.schema import Dataset, new_id
from storage.unit_of_work import UnitOfWork


def import_dataset(assignment: Assignment) -> dict[str, Any]:
    """Import ``payload["path"]`` as the next version of ``payload["name"]``.

    Returns
    -------
    dict
        ``dataset, version, rows, columns, read_as, findings``

    Raises
    ------
    UnreadableFile, StorageError
    """
    workspace, payload = assignment.workspace, assignment.payload
    path = Path(payload["path"])
    assignment.tell(0.0, "Looking at the file", always=True)
    how, noticed = detect(path, payload.get("overrides"))
    reading = read(path, how)
    dataset_id, is_new = _dataset_id(assignment, payload["name"])
    total = max(path.stat().st_size, 1)
    number = 1
    if not is_new:
        with workspace.database.read() as uow:
            number = uow.datasets.next_number(dataset_id)
    told = _told(assignment, ahead(reading.batches()), total)
    manifest = workspace.tables.write(dataset_id, number, told, reading.schema)
    assignment.tell(0.8, "Profiling", always=True)
    columns = [{"name": column.name, "type": column.type} for column in manifest.columns]
    measured = profile(workspace.tables.paths(manifest), rows=manifest.rows)
    findings = [_data(finding) for finding in _unique([*noticed, *reading.findings])]
    read_as = how.model_dump(mode="json")
    result = {"dataset": payload["name"], "version": number, "rows": manifest.rows, "columns": columns}
    result |= {"findings": findings, "read_as": read_as}
    profiled = measured.model_dump(mode="json")

    def keep(uow: UnitOfWork) -> None:
        # The id was needed for the folder before the name could be taken; another import may have been faster.
        found = uow.datasets.find(payload["name"])
        _refuse_second(assignment, found)
        dataset = found or uow.datasets.add(payload["name"], payload.get("description", ""), dataset_id)
        version = uow.datasets.add_version(
            dataset.id,
            manifest,
            source=payload.get("source", {"file": path.name}),
            read_as=read_as,
            findings=findings,
            parent_id=uow.datasets.version(dataset.id).id if found else None,
        )
        uow.datasets.set_profile(version.id, profiled, findings)
        uow.audit.record("local", "dataset imported", f"dataset {payload['name']}", {"version": version.number})
        result["version"] = version.number

    assignment.finish.append(keep)
    if path.is_relative_to(workspace.uploads.resolve()):
        assignment.afterwards.append(lambda: path.unlink(missing_ok=True))
    return result


def _dataset_id(assignment: Assignment, name: str) -> tuple[str, bool]:
    with assignment.workspace.database.read() as uow:
        found = uow.datasets.find(name)
    _refuse_second(assignment, found)
    return (found.id, False) if found else (new_id(), True)


def _refuse_second(assignment: Assignment, found: Dataset | None) -> None:
    if found is not None and not assignment.payload.get("new_version", True):
        raise NameTaken(f"There is a dataset called {found.name!r} already.", hint="Choose another name.")


def _told(assignment: Assignment, batches: Iterator[pa.RecordBatch], total: int) -> Iterator[pa.RecordBatch]:
    """Report progress by the share of bytes that rows of this size suggest."""
    rows = seen = 0
    for batch in batches:
        rows += batch.num_rows
        seen += batch.nbytes
        assignment.tell(min(0.75, 0.75 * seen / (total * 1.5)), f"{rows:,} rows")
        yield batch


def _unique(findings: list[Finding]) -> list[Finding]:
    return list({(f.code, f.column, f.message): f for f in findings}.values())


def _data(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(mode="json")
