"""Bring the rows of a source into a new version of a dataset."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa

from engine.reading import ahead
from engine.reading.scratch import scratch_in
from engine.sources import (
    DataSource,
    FileSource,
    FilesSource,
    Incoming,
    QuerySource,
    TableSource,
    open_source,
    read_source,
)
from engine.versions.held_to_rules import hold_to_rules
from engine.versions.new_version import (
    Mode,
    NewVersion,
    Place,
    Written,
    caught_up,
    find_place,
    measure,
    refuse_second,
    write_rows,
)
from engine.work.assignment import Assignment
from engine.workspace import Workspace
from storage.schema import DatasetVersion
from storage.unit_of_work import UnitOfWork

LOOKING = 0.4
"""The share of the work that a first look at a text file is: no row comes before its types are known."""
WRITING = 0.85
"""The share of the work after which all is read and written; the rest is measuring."""
UNPACKED = 1.5
"""How much larger rows are in memory than in a text file."""


def import_dataset(assignment: Assignment) -> dict[str, Any]:
    """Import ``payload["source"]`` as the next version of ``payload["name"]``.

    Returns
    -------
    dict
        ``dataset, version, rows, columns, read_as, findings``

    Raises
    ------
    UnreadableFile, StorageError
    """
    workspace, payload = assignment.workspace, assignment.payload
    source = read_source(payload["source"])
    assignment.tell(0.0, first_step(source), always=True)
    overrides: dict[str, Any] = payload.get("overrides") or {}
    if payload.get("mode") == "append":
        overrides = added_to(find_place(workspace, payload["name"]).parent, source, overrides)
    look = Look(assignment)
    with scratch_in(workspace.cache.root), open_source(workspace, source, overrides, look.tell) as incoming:
        made = _made(assignment, source, incoming, look.done)
    assignment.tell(0.95, "Checking the rules", always=True)
    made = hold_to_rules(workspace, caught_up(workspace, made, payload.get("mode", "replace")))
    result = _told(made)

    def keep(uow: UnitOfWork) -> None:
        refuse_second(uow.datasets.find(made.place.name), new_version=payload["new_version"])
        result["version"] = made.keep(uow).number
        detail = {"version": result["version"]}
        uow.audit.record("local", "dataset imported", f"dataset {made.place.name}", detail)

    assignment.finish.append(keep)
    assignment.afterwards.append(partial(made.tidy, workspace))
    for file in _uploads(workspace, source):
        assignment.afterwards.append(partial(file.path.unlink, missing_ok=True))
    return result


def first_step(source: DataSource) -> str:
    """What is waited for before the first row comes."""
    is_database = isinstance(source, TableSource | QuerySource)
    return "Waiting for the database" if is_database else "Looking at the data"


class Look:
    """What is told of the first look, and how much of the work is done behind it."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.done = 0.0

    def tell(self, share: float) -> None:
        self.done = LOOKING
        self.assignment.tell(LOOKING * share)


def _made(assignment: Assignment, source: DataSource, incoming: Incoming, done: float) -> NewVersion:
    workspace, payload = assignment.workspace, assignment.payload
    place = find_place(workspace, payload["name"], new_version=payload["new_version"])
    mode: Mode = payload.get("mode", "replace")
    written = write_rows(workspace, place, reported(assignment, incoming, done), incoming.reading.schema, mode)
    told = {**payload.get("told", {}), **_origin(workspace, source, payload)}
    return measured(assignment, place, written, incoming, told, payload.get("description", ""))


def _origin(workspace: Workspace, source: DataSource, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The source itself, so that a sync can go on from there; an upload is gone by then."""
    if _uploads(workspace, source):
        return {}
    return {"origin": {"source": payload["source"], "overrides": payload.get("overrides") or {}}}


def measured(
    assignment: Assignment,
    place: Place,
    written: Written,
    incoming: Incoming,
    told: Mapping[str, Any],
    description: str = "",
) -> NewVersion:
    """What was written as a version that is ready to be kept.

    Parameters
    ----------
    told
        What the dataset's page says of where it came from, beyond what the source says.
    """
    rejected = _kept_lines(assignment.workspace, place, incoming)
    assignment.tell(WRITING, "Profiling", always=True)
    return NewVersion(
        place,
        written,
        measure(assignment.workspace, written.manifest),
        source={**incoming.told, **told},
        description=description,
        read_as=incoming.read_as,
        findings=incoming.findings,
        rejected=rejected,
    )


def added_to(parent: DatasetVersion | None, source: DataSource, given: Mapping[str, Any]) -> dict[str, Any]:
    """How rows are read that are added to others: as texts where those are, or 007 would become 7 and fit no more."""
    if parent is None or isinstance(source, TableSource | QuerySource):
        return dict(given)
    texts = {column["name"]: "string" for column in parent.columns if column["type"] == "string"}
    return {**given, "types": {**texts, **given.get("types", {})}}


def _kept_lines(workspace: Workspace, place: Place, incoming: Incoming) -> dict[str, Any] | None:
    """Keep the lines that were left out beside the version, so that they can be mended."""
    left_out = incoming.left_out
    file = left_out.finish() if left_out is not None else None
    if left_out is None or file is None:
        return None
    return {"count": left_out.count, "file": workspace.tables.keep_beside(place.dataset_id, place.number, file)}


def _told(made: NewVersion) -> dict[str, Any]:
    manifest = made.written.manifest
    return {
        "dataset": made.place.name,
        "version": made.place.number,
        "rows": manifest.rows,
        "changes": made.written.changes.as_json() if made.written.changes else None,
        "columns": [{"name": column.name, "type": column.type} for column in manifest.columns],
        "findings": [finding.model_dump(mode="json") for finding in made.noticed],
        "read_as": made.read_as,
        "held": made.held,
        "rejected": (made.rejected or {}).get("count", 0),
    }


def reported(assignment: Assignment, incoming: Incoming, done: float = 0.0) -> Iterator[pa.RecordBatch]:
    """The rows, read ahead, while their number is told as progress.

    Parameters
    ----------
    done
        The share of the work that was done before.
    """
    rows = seen = 0
    for batch in ahead(incoming.reading.batches()):
        rows += batch.num_rows
        seen += batch.nbytes
        share = _share(incoming, rows, seen)
        assignment.tell(None if share is None else done + (WRITING - done) * share, f"{rows:,} rows")
        yield batch


def _share(incoming: Incoming, rows: int, seen: int) -> float | None:
    """How much is read: by the rows that are expected, or by the bytes that rows of this size suggest."""
    if incoming.rows:
        return min(1.0, rows / incoming.rows)
    return min(1.0, seen / (incoming.bytes * UNPACKED)) if incoming.bytes else None


def _uploads(workspace: Workspace, source: DataSource) -> list[FileSource]:
    """The files that were uploaded for this import, and are not needed behind it."""
    files = [source] if isinstance(source, FileSource) else source.files if isinstance(source, FilesSource) else []
    return [file for file in files if file.path.is_relative_to(workspace.uploads.resolve())]
