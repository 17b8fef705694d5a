"""From incoming rows to a new version of a dataset: written, measured, and kept in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from engine.findings import Finding
from engine.profile import Profile, profile
from engine.rules.outcome import Checked
from engine.versions.append_rows import append_rows
from engine.versions.place import Changes, Place, Written, find_place, refuse_second
from engine.versions.replace_rows import replace_rows
from engine.versions.retention import let_go
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.manifest import Manifest
from storage.schema import DatasetVersion
from storage.table_rules import ROW_ID
from storage.unit_of_work import UnitOfWork

__all__ = [
    "Changes",
    "Mode",
    "NewVersion",
    "Place",
    "Written",
    "caught_up",
    "find_place",
    "measure",
    "refuse_overtaken",
    "refuse_second",
    "write_rows",
]

MOST_TIMES = 3
Mode = Literal["replace", "append"]
"""Whether the rows are the whole table from now on, or follow those that were there."""


@dataclass(frozen=True)
class NewVersion:
    """A version that is ready to be kept.

    Parameters
    ----------
    held
        Why it must not become the latest one.
    unlisted
        Files that no version lists any more once it is kept: those of versions that had to go. See `tidy`.
    checked
        What the dataset's rules found in it; None where it has no rules.
    """

    place: Place
    written: Written
    measured: Profile
    source: dict[str, Any]
    description: str = ""
    read_as: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    held: dict[str, Any] | None = None
    rejected: dict[str, Any] | None = None
    checked: Checked | None = None
    unlisted: list[str] = field(default_factory=list)

    @property
    def noticed(self) -> list[Finding]:
        """What was noticed while the rows were read, and while they were brought into their place."""
        return [*self.findings, *self.written.findings]

    def keep(self, uow: UnitOfWork) -> DatasetVersion:
        """Make it exist, all of it or nothing.

        Raises
        ------
        Conflict
            When another version became the latest since these rows were numbered: they would take its place unseen.
        StorageError
        """
        found = uow.datasets.find(self.place.name)
        if found is not None:
            refuse_overtaken(uow, self.place)
        dataset = found or uow.datasets.add(self.place.name, self.description, self.place.dataset_id)
        parent = self.place.parent
        version = uow.datasets.add_version(
            dataset.id,
            self.written.manifest,
            source=self.source,
            read_as=self.read_as,
            findings=[finding.model_dump(mode="json") for finding in self.noticed],
            parent_id=parent.id if parent is not None and parent.dataset_id == dataset.id else None,
            next_row=self.written.next_row,
            held=self.held,
            rejected=self.rejected,
            changes=self.written.changes.as_json() if self.written.changes else None,
        )
        profiled = self.measured.model_dump(mode="json")
        uow.datasets.set_profile(version.id, profiled, version.findings)
        if self.checked is not None:
            uow.rules.keep_check(version.id, **self.checked.as_row())
        self.unlisted[:] = let_go(uow, dataset)
        return version

    def tidy(self, workspace: Workspace) -> None:
        """Remove the files of versions that had to go; to be done after the commit."""
        workspace.tables.remove(self.unlisted)


def write_rows(
    workspace: Workspace,
    place: Place,
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    mode: Mode = "replace",
) -> Written:
    """Write rows as the whole table of a version, or as what is added to the one before.

    Raises
    ------
    DataError
        When rows that are to be added do not fit.
    StorageError, RunError
    """
    if place.parent is not None:
        write = append_rows if mode == "append" else replace_rows
        return write(workspace, place, place.parent, batches, schema)
    manifest = workspace.tables.write(place.dataset_id, place.number, batches, schema, place.first_row)
    return Written(manifest, place.first_row + manifest.rows)


def caught_up(workspace: Workspace, made: NewVersion, mode: Mode) -> NewVersion:
    """The version as it is, or numbered anew where another one became the latest while it was made.

    Raises
    ------
    DataError
        When rows that are to be added do not fit any more.
    StorageError, RunError
    """
    for _ in range(MOST_TIMES):
        try:
            with workspace.database.read() as uow:
                if uow.datasets.find(made.place.name) is None:
                    return made
                refuse_overtaken(uow, made.place)
            return made
        except Conflict:
            made = _again(workspace, made, mode)
    return made


def _again(workspace: Workspace, made: NewVersion, mode: Mode) -> NewVersion:
    """The same rows, from the files that were written, behind the version that is the latest now."""
    manifest, parent = made.written.manifest, made.place.parent
    known = {file["path"] for file in parent.files} if parent is not None else set()
    own = [file.path for file in manifest.files if file.path not in known]
    paths = [
        path
        for file, path in zip(manifest.files, workspace.tables.paths(manifest), strict=True)
        if mode == "replace" or file.path not in known
    ]
    schema = pq.read_schema(workspace.tables.paths(manifest)[0]).remove_metadata()
    schema = schema.remove(schema.get_field_index(ROW_ID))
    place = find_place(workspace, made.place.name)
    batches = (batch for path in paths for batch in pq.ParquetFile(path).iter_batches(columns=schema.names))
    written = write_rows(workspace, place, batches, schema, mode)
    workspace.tables.remove(own)
    return replace(made, place=place, written=written, measured=measure(workspace, written.manifest))


def measure(workspace: Workspace, manifest: Manifest, memory_mb: int | None = None) -> Profile:
    """The profile of a version's rows."""
    paths = workspace.tables.paths(manifest)
    return profile(paths, rows=manifest.rows) if memory_mb is None else profile(paths, None, manifest.rows, memory_mb)


def refuse_overtaken(uow: UnitOfWork, place: Place) -> None:
    """Raise where a dataset is not any more what it was when a place was found in it.

    Raises
    ------
    Conflict
    """
    dataset = uow.datasets.by_name(place.name)
    known = place.parent.number if place.parent is not None else None
    if dataset.latest != known or uow.datasets.first_free_row(dataset.id) != place.first_row:
        raise Conflict(
            f"Another version of {place.name} became the latest while these rows were brought in.",
            hint="Nothing was changed. Import them again: they will follow the version that is there now.",
        )
