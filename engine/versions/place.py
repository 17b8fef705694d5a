"""Where a version goes, and what was written there."""

from dataclasses import dataclass
from typing import Any

from engine.findings import Finding
from engine.workspace import Workspace
from storage.errors import NameTaken
from storage.manifest import Manifest
from storage.repositories.names import check_name
from storage.schema import Dataset, DatasetVersion, new_id


@dataclass(frozen=True)
class Place:
    """Where a version goes: its dataset, and the number it will probably get.

    Parameters
    ----------
    first_row
        The first row id that no version has given away.
    parent
        The latest version when the work began; None for a new dataset.
    key
        The columns that name a row, where a person said so.
    """

    name: str
    dataset_id: str
    number: int = 1
    first_row: int = 0
    parent: DatasetVersion | None = None
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """What became of the rows of the parent."""

    added: int
    removed: int = 0
    changed: int = 0
    kept: int = 0

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the version."""
        return {"added": self.added, "removed": self.removed, "changed": self.changed, "kept": self.kept}


@dataclass(frozen=True)
class Written:
    """Files of a version that nobody else sees yet.

    Parameters
    ----------
    findings
        What was noticed while the rows were brought into their place.
    """

    manifest: Manifest
    next_row: int
    changes: Changes | None = None
    findings: tuple[Finding, ...] = ()


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
            tuple(found.key or ()),
        )


def refuse_second(found: Dataset | None, *, new_version: bool) -> None:
    """Raise where a dataset of that name is there and must not be.

    Raises
    ------
    NameTaken
    """
    if found is not None and not new_version:
        raise NameTaken(f"There is a dataset called {found.name!r} already.", hint="Choose another name.")
