"""From incoming rows to a new version of a dataset: written, measured, and kept in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa

from engine.execute.rules.outcome import Checked
from engine.findings import Finding
from engine.profile import Profile, profile
from engine.workspace import Workspace
from storage.errors import NameTaken
from storage.manifest import Manifest
from storage.repositories.names import check_name
from storage.schema import Dataset, DatasetVersion, new_id
from storage.unit_of_work import UnitOfWork

Mode = Literal["replace", "append"]
"""Whether the rows are the whole table from now on, or follow those that were there."""


@dataclass(frozen=True)
class Place:
    """Where a version goes: its dataset, and the number it will probably get.

    Parameters
    ----------
    parent
        The latest version when the work began; None for a new dataset.
    """

    name: str
    dataset_id: str
    number: int = 1
    first_row: int = 0
    parent: DatasetVersion | None = None


@dataclass(frozen=True)
class Written:
    """Files of a version that nobody else sees yet."""

    manifest: Manifest
    next_row: int


@dataclass(frozen=True)
class NewVersion:
    """A version that is ready to be kept.

    Parameters
    ----------
    held
        Why it must not become the latest one.
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

    def keep(self, uow: UnitOfWork) -> DatasetVersion:
        """Make it exist, all of it or nothing.

        Raises
        ------
        StorageError
        """
        found = uow.datasets.find(self.place.name)
        # Somebody may have made the dataset since the files were written: then these become its next version.
        dataset = found or uow.datasets.add(self.place.name, self.description, self.place.dataset_id)
        parent = self.place.parent
        version = uow.datasets.add_version(
            dataset.id,
            self.written.manifest,
            source=self.source,
            read_as=self.read_as,
            findings=[finding.model_dump(mode="json") for finding in self.findings],
            parent_id=parent.id if parent is not None and parent.dataset_id == dataset.id else None,
            next_row=self.written.next_row,
            held=self.held,
            rejected=self.rejected,
        )
        profiled = self.measured.model_dump(mode="json")
        uow.datasets.set_profile(version.id, profiled, version.findings)
        if self.checked is not None:
            uow.rules.keep_check(version.id, **self.checked.as_row())
        return version


def find_place(workspace: Workspace, name: str, *, new_version: bool = True) -> Place:
    """Where the next version of a dataset goes.

    Raises
    ------
    BadName
    NameTaken
        When there is a dataset of that name and it shall not get a new version.
    """
    check_name(name, "dataset")
    with workspace.database.read() as uow:
        found = uow.datasets.find(name)
        refuse_second(found, new_version=new_version)
        if found is None:
            return Place(name, new_id())
        return Place(
            name,
            found.id,
            uow.datasets.next_number(found.id),
            uow.datasets.first_free_row(found.id),
            uow.datasets.version(found.id) if found.latest else None,
        )


def refuse_second(found: Dataset | None, *, new_version: bool) -> None:
    """Raise where a dataset of that name is there and must not be.

    Raises
    ------
    NameTaken
    """
    if found is not None and not new_version:
        raise NameTaken(f"There is a dataset called {found.name!r} already.", hint="Choose another name.")


def write_rows(workspace: Workspace, place: Place, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Written:
    """Write rows as the whole table of a version.

    Raises
    ------
    StorageError
    """
    manifest = workspace.tables.write(place.dataset_id, place.number, batches, schema)
    return Written(manifest, manifest.rows)


def measure(workspace: Workspace, manifest: Manifest, memory_mb: int | None = None) -> Profile:
    """The profile of a version's rows."""
    paths = workspace.tables.paths(manifest)
    return profile(paths, rows=manifest.rows) if memory_mb is None else profile(paths, None, manifest.rows, memory_mb)
