"""Datasets: import, look at, profile, delete."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import uuid4

from engine.errors import CanvasbackError, DataError, MissingThing
from engine.service.data.profiles import get_profile
from engine.service.tables import read_page
from engine.service.views import DatasetView, TableView
from engine.sources import DataSource, FileSource, FilesSource, inspect_source
from engine.workspace import Workspace
from storage.disk import writing
from storage.errors import StorageError
from storage.foreign import stop_asking
from storage.repositories.names import check_name
from storage.schema import DatasetVersion
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from engine.versions.new_version import Mode

MOST = 10_000
ORIGIN = "origin"
"""What a version keeps of its source for a sync alone: an address may let anybody in."""
CHUNK_BYTES = 1 << 20


def list_datasets(workspace: Workspace, search: str = "", limit: int = 200) -> list[DatasetView]:
    """Datasets with their latest version, newest first."""
    with workspace.database.read() as uow:
        return [
            DatasetView(
                id=entry.dataset.id,
                name=entry.dataset.name,
                description=entry.dataset.description,
                owner=entry.dataset.owner,
                tags=entry.dataset.tags,
                latest=entry.dataset.latest,
                version=entry.number,
                rows=entry.rows,
                bytes=entry.bytes,
                columns=list(entry.columns or ()),
                findings=list(entry.findings or ()),
                created_at=entry.created_at,
            )
            for entry in uow.datasets.list(search=search, limit=limit)
        ]


def get_dataset(workspace: Workspace, name: str, version: int | None = None) -> DatasetView:
    """One dataset at one version, the latest unless asked otherwise.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        dataset = uow.datasets.by_name(name)
        row = uow.datasets.version(dataset.id, version)
        numbers = [other.number for other in uow.datasets.versions(dataset.id, limit=MOST)]
    return DatasetView(
        id=dataset.id,
        name=dataset.name,
        description=dataset.description,
        owner=dataset.owner,
        tags=dataset.tags,
        latest=dataset.latest,
        version=row.number,
        label=row.label,
        note=row.note,
        held=row.held,
        rejected=row.rejected,
        rows=row.rows,
        bytes=row.bytes,
        columns=row.columns,
        findings=row.findings,
        read_as=row.read_as,
        source={name: value for name, value in row.source.items() if name != ORIGIN},
        created_at=row.created_at,
        versions=numbers,
    )


def preview_dataset(
    workspace: Workspace, name: str, version: int | None = None, offset: int = 0, limit: int = 100
) -> TableView:
    """A page of a dataset's rows."""
    return read_page(workspace.files_of(_version(workspace, name, version)), offset, limit)


def profile_dataset(workspace: Workspace, name: str, version: int | None = None) -> dict[str, Any]:
    """The statistics made at import: rows, columns, findings, quality score."""
    return get_profile(workspace, name, version).model_dump(mode="json")


def keep_upload(workspace: Workspace, file: BinaryIO, name: str) -> Path:
    """Keep an uploaded file until it is imported, under a name made here.

    Raises
    ------
    DataError
        When it is larger than allowed.
    """
    most = workspace.settings.upload_max_mb * 1_000_000
    path = workspace.uploads / (uuid4().hex + _suffixes(name))
    try:
        with writing(path), path.open("wb") as kept:
            for chunk in iter(lambda: file.read(CHUNK_BYTES), b""):
                kept.write(chunk)
                if kept.tell() > most:
                    raise DataError(
                        f"{name[:200]} is larger than the {workspace.settings.upload_max_mb:,} MB that may be "
                        "uploaded.",
                        hint="Import it by path, or raise CANVASBACK_UPLOAD_MAX_MB.",
                    )
    except (CanvasbackError, StorageError):
        path.unlink(missing_ok=True)
        raise
    return path


def inspect_dataset(
    workspace: Workspace, source: DataSource, overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """How a source would be read: `read_as`, `columns`, `preview`, `findings`.

    Raises
    ------
    UnreadableFile, DataError, StorageError
    """
    return inspect_source(workspace, source, overrides).model_dump(mode="json")


def stop_inspecting(thread: int | None) -> None:
    """Have a database stop what `inspect_dataset` asks it in a thread, by its `threading.get_ident`."""
    if thread is not None:
        stop_asking(thread)


def start_import(
    workspace: Workspace,
    source: DataSource | Path,
    name: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    new_version: bool = True,
    mode: "Mode" = "replace",
) -> str:
    """Queue the import of a source as the next version of a dataset.

    Parameters
    ----------
    source
        Where the rows come from; a path is a file.
    told
        What the dataset's page says of that, where it is more than the source knows.
    mode
        Whether the rows replace those that the dataset has, or are added to them.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    MissingThing, DataError, BadName
        When there is no such file, or the name cannot be kept.
    """
    if isinstance(source, Path):
        source = FileSource(path=source)
    if isinstance(source, FileSource):
        source = FileSource(path=_existing(source.path), filename=source.filename)
    if isinstance(source, FilesSource):
        files = tuple(file.model_copy(update={"path": _existing(file.path)}) for file in source.files)
        source = source.model_copy(update={"files": files})
    check_name(name.strip(), "dataset")
    payload = {
        "source": source.model_dump(mode="json"),
        "name": name.strip(),
        "overrides": dict(overrides or {}),
        "told": dict(told or {}),
        "new_version": new_version,
        "mode": mode,
    }
    return workspace.database.transact(lambda uow: uow.jobs.enqueue("import_dataset", payload)).id


def import_again(workspace: Workspace, job_id: str) -> str:
    """Queue an import that failed or was cancelled once more, as it was asked for; returns the id of the new job.

    Raises
    ------
    NotFound, DataError
    """

    def write(uow: UnitOfWork) -> str:
        before = uow.jobs.get(job_id)
        if before.kind != "import_dataset" or before.status == "succeeded":
            raise DataError("There is nothing to import again.", hint="Import it anew.")
        return uow.jobs.enqueue(before.kind, dict(before.payload)).id

    return workspace.database.transact(write)


def _existing(path: Path) -> Path:
    if path.is_dir():
        raise DataError(f"{path} is a folder.", hint="Name one of its files.")
    if not path.is_file():
        raise MissingThing(f"There is no file {path}.", hint="Check the path.")
    return path.resolve()


def suggested_name(filename: str) -> str:
    """A dataset name from a file name."""
    stem = Path(filename).name.split(".")[0]
    return re.sub(r"[^\w]+", "_", stem).strip("_").lower() or "dataset"


def delete_dataset(workspace: Workspace, name: str) -> None:
    """Delete a dataset and its files.

    Raises
    ------
    InUse
        Naming the pipelines, runs, models and boards that need it.
    """
    from engine.versions.users import needing, users_of

    def write(uow: UnitOfWork) -> list[str]:
        dataset = uow.datasets.by_name(name)
        versions = uow.datasets.versions(dataset.id, limit=MOST)
        files = {file["path"] for version in versions for file in version.files}
        files |= {version.rejected["file"] for version in versions if version.rejected}
        uow.datasets.delete(dataset.id, needing(users_of(uow, dataset)))
        uow.audit.record("local", "dataset deleted", f"dataset {name}")
        return sorted(files)

    workspace.tables.remove(workspace.database.transact(write))


def _version(workspace: Workspace, name: str, number: int | None) -> DatasetVersion:
    with workspace.database.read() as uow:
        return uow.datasets.version(uow.datasets.by_name(name).id, number)


def _suffixes(name: str) -> str:
    found = "".join(Path(name).suffixes[-2:]).lower()
    return found if re.fullmatch(r"(\.[a-z0-9]{1,8}){0,2}", found) else ""
