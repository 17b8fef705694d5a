"""Versions of a dataset: what they are called, which one is meant, who uses them, which may go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from engine.errors import DataError, UnknownColumn
from engine.service.data.datasets import ORIGIN
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.datasets import VersionEntry
from storage.schema import Dataset
from storage.unit_of_work import UnitOfWork

MOST_TAGS, LONGEST_TAG, LONGEST_LABEL, LONGEST_OWNER, LONGEST_TEXT = 20, 40, 60, 120, 4_000
Maker = Literal["import", "sync", "run", "endpoint"]


class VersionView(View):
    """One line of the list of versions.

    Parameters
    ----------
    made_by
        How it came: imported by a person, by a sync, or saved by a run.
    changes
        Rows that were added, removed, changed and kept since `parent`; None where there was none.
    """

    id: str
    number: int
    label: str
    note: str
    rows: int
    columns: int
    bytes: int
    sha256: str
    is_latest: bool
    held: dict[str, Any] | None
    changes: dict[str, int] | None
    parent: int | None
    made_by: Maker
    source: dict[str, Any]
    created_at: datetime


class UserView(View):
    """Something that uses a dataset: what it is, and what its page needs."""

    kind: str
    label: str
    key: str
    version: int | None
    needs: bool
    own_version: int | None = None


class FateView(View):
    """What the retention rules do with a version."""

    number: int
    goes: bool
    kept_because: str


class AboutView(View):
    """What people say of a dataset."""

    name: str
    description: str
    owner: str
    tags: list[str]
    key: list[str]
    newest: int | None
    days: int | None


def list_versions(workspace: Workspace, name: str) -> list[VersionView]:
    """All versions of a dataset, the newest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        dataset = uow.datasets.by_name(name)
        return [_view(entry, dataset) for entry in uow.datasets.entries(dataset.id)]


def _view(entry: VersionEntry, dataset: Dataset) -> VersionView:
    return VersionView(
        id=entry.id,
        number=entry.number,
        label=entry.label,
        note=entry.note,
        rows=entry.rows,
        columns=len(entry.columns),
        bytes=entry.bytes,
        sha256=entry.sha256,
        is_latest=entry.number == dataset.latest,
        held=entry.held,
        changes=entry.changes,
        parent=entry.parent,
        made_by=_maker(entry.source),
        source={name: value for name, value in entry.source.items() if name != ORIGIN},
        created_at=entry.created_at,
    )


def _maker(source: Mapping[str, Any]) -> Maker:
    if "scoring_id" in source:
        return "endpoint"
    return "sync" if "sync" in source else "run" if "run_id" in source else "import"


def about_dataset(workspace: Workspace, name: str) -> AboutView:
    """What people say of a dataset, and which of its versions are kept.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        dataset = uow.datasets.by_name(name)
    kept = dataset.retention or {}
    return AboutView(
        name=dataset.name,
        description=dataset.description,
        owner=dataset.owner,
        tags=dataset.tags,
        key=dataset.key or [],
        newest=kept.get("newest"),
        days=kept.get("days"),
    )


def make_latest(workspace: Workspace, name: str, number: int) -> None:
    """Let a version be the one that is meant where none is named: to go back, or to release a held one.

    Raises
    ------
    NotFound
    """

    def write(uow: UnitOfWork) -> None:
        dataset = uow.datasets.by_name(name)
        before, held = dataset.latest, uow.datasets.version(dataset.id, number).held
        uow.datasets.make_latest(dataset.id, number)
        action = "dataset version released" if held else "dataset rolled back"
        uow.audit.record("local", action, f"dataset {name}", {"before": before, "after": number})

    workspace.database.transact(write)


def describe_version(
    workspace: Workspace, name: str, number: int, *, label: str | None = None, note: str | None = None
) -> None:
    """Give a version a label or a note; what is None stays as it is, what is empty goes.

    Raises
    ------
    NotFound, DataError
    """
    label, note = _short(label, "label", LONGEST_LABEL), _short(note, "note", LONGEST_TEXT)

    def write(uow: UnitOfWork) -> None:
        uow.datasets.describe_version(uow.datasets.by_name(name).id, number, label=label, note=note)

    workspace.database.transact(write)


def describe_dataset(
    workspace: Workspace,
    name: str,
    *,
    description: str | None = None,
    owner: str | None = None,
    tags: Sequence[str] | None = None,
) -> None:
    """Change what people say of a dataset; what is None stays as it is.

    Raises
    ------
    NotFound, DataError
    """
    description = _short(description, "description", LONGEST_TEXT)
    owner = _short(owner, "owner", LONGEST_OWNER)
    chosen = None if tags is None else _tags(tags)
    _change(
        workspace, name, lambda uow, key: uow.datasets.describe(key, description=description, owner=owner, tags=chosen)
    )


def choose_key(workspace: Workspace, name: str, columns: Sequence[str]) -> None:
    """Name the columns by which a row is recognised although its other cells changed; none for the whole row.

    Raises
    ------
    NotFound
    UnknownColumn
        When the latest version has no such column.
    """

    def write(uow: UnitOfWork) -> None:
        dataset = uow.datasets.by_name(name)
        there = [column["name"] for column in uow.datasets.version(dataset.id).columns] if dataset.latest else []
        for column in columns:
            if column not in there:
                raise UnknownColumn(
                    f"{name} has no column {column!r}.", hint=f"There are: {', '.join(there[:20])}.", field=column
                )
        before = dataset.key
        uow.datasets.describe(dataset.id, key=columns)
        uow.audit.record("local", "dataset key chosen", f"dataset {name}", {"before": before, "after": [*columns]})

    workspace.database.transact(write)


def _change(workspace: Workspace, name: str, change: Callable[[UnitOfWork, str], object]) -> None:
    workspace.database.transact(lambda uow: change(uow, uow.datasets.by_name(name).id))


def _short(text: str | None, what: str, longest: int) -> str | None:
    if text is not None and len(text.strip()) > longest:
        raise DataError(f"The {what} has {len(text.strip()):,} letters; {longest:,} are the most.", hint="Shorten it.")
    return text if text is None else text.strip()


def _tags(tags: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    if len(found) > MOST_TAGS:
        raise DataError(f"A dataset can have {MOST_TAGS} tags; these are {len(found)}.", hint="Leave some out.")
    for tag in found:
        if len(tag) > LONGEST_TAG:
            raise DataError(f"The tag {tag[:60]!r} is longer than {LONGEST_TAG} letters.", hint="Shorten it.")
    return found


def users_of_dataset(workspace: Workspace, name: str) -> list[UserView]:
    """Pipelines, runs, models, boards and the sync that use a dataset, each with its version.

    Raises
    ------
    NotFound
    """
    from engine.versions.users import users_of

    with workspace.database.read() as uow:
        found = users_of(uow, uow.datasets.by_name(name))
    return [UserView(**asdict(it)) for it in found]


def delete_version(workspace: Workspace, name: str, number: int) -> None:
    """Delete a version, and the files that no other one lists.

    Raises
    ------
    NotFound
    InUse
        When it is the latest, or naming the pipelines, runs and models that need it.
    """
    from engine.versions.users import needing, users_of

    def write(uow: UnitOfWork) -> Sequence[str]:
        dataset = uow.datasets.by_name(name)
        version = uow.datasets.version(dataset.id, number)
        files = uow.datasets.delete_version(version.id, needing(users_of(uow, dataset), number))
        uow.audit.record("local", "dataset version deleted", f"dataset {name}", {"version": number})
        return files

    workspace.tables.remove(workspace.database.transact(write))


def preview_retention(workspace: Workspace, name: str, newest: int | None, days: int | None) -> list[FateView]:
    """What rules would do with each version; nothing is changed.

    Raises
    ------
    NotFound, DataError
    """
    from engine.versions.retention import fates

    with workspace.database.read() as uow:
        found = fates(uow, uow.datasets.by_name(name), _rules(newest, days))
    return [FateView(number=fate.number, goes=fate.goes, kept_because=fate.kept_because) for fate in found]


def set_retention(workspace: Workspace, name: str, newest: int | None, days: int | None) -> list[int]:
    """Keep the newest versions, or those of the last days, from now on; without both, all.

    Returns
    -------
    list of int
        The versions that went at once.

    Raises
    ------
    NotFound, DataError
    """
    from engine.versions.retention import fates, let_go

    rules = _rules(newest, days)
    document = rules.model_dump(exclude_none=True) or None

    def write(uow: UnitOfWork) -> tuple[list[int], Sequence[str]]:
        dataset = uow.datasets.by_name(name)
        before = dataset.retention
        uow.datasets.retain(dataset.id, document)
        uow.audit.record("local", "dataset retention set", f"dataset {name}", {"before": before, "after": document})
        going = [fate.number for fate in fates(uow, dataset, rules) if fate.goes]
        return going, let_go(uow, dataset)

    going, files = workspace.database.transact(write)
    workspace.tables.remove(files)
    return going


def _rules(newest: int | None, days: int | None) -> Any:
    from pydantic import ValidationError

    from engine.versions.retention import Retention

    try:
        return Retention(newest=newest, days=days)
    except ValidationError as error:
        raise DataError("So many versions or days cannot be kept.", hint="Give whole numbers from 1.") from error
