"""Versions of datasets as files for other programs."""

import hashlib
import json
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from engine.errors import DataError, MissingThing
from engine.workspace import Workspace
from storage.disk import sync_folder, temporary_name, writing

Format = Literal["csv", "parquet", "xlsx", "json"]
Formulas = Literal["quote", "keep"]
FORMATS: Mapping[str, Format] = {
    ".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx", ".jsonl": "json", ".ndjson": "json"
}  # fmt: skip
EDITION = 2
"""Raised when the same version would be written otherwise."""
FILE = "file"


def format_of(path: Path) -> Format:
    """The format that a file's name asks for.

    Raises
    ------
    DataError
    """
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        raise DataError(
            f"{path.name} does not say in which format it is to be written.", hint=f"End it in {', '.join(FORMATS)}."
        )
    return found


def start_export(
    workspace: Workspace, name: str, version: int | None = None, format: Format = "csv", formulas: Formulas = "quote"
) -> str:
    """Queue the export of a version, the latest unless asked otherwise; returns the id of the job.

    Parameters
    ----------
    formulas
        Whether texts that a spreadsheet would run get a ``'`` in front.

    Raises
    ------
    NotFound, DataError
    """
    if format not in get_args(Format):
        raise DataError(f"There is no format {format!r}.", hint=f"Choose one of {', '.join(get_args(Format))}.")
    with workspace.database.read() as uow:
        row = uow.datasets.version(uow.datasets.by_name(name).id, version)
    identity = json.dumps([EDITION, row.sha256, format, formulas])
    payload = {
        "name": name,
        "version": row.number,
        "format": format,
        "formulas": formulas,
        "fingerprint": f"export-{hashlib.sha256(identity.encode()).hexdigest()[:32]}",
    }
    return workspace.database.transact(lambda uow: uow.jobs.enqueue("export_dataset", payload)).id


def command_of(result: Mapping[str, Any]) -> str:
    """The command that writes the file of a finished export wherever one says."""
    words = ["canvasback", "dataset", "export", result["name"], "--version", str(result["version"])]
    return shlex.join([*words, "--to", result["filename"]])


def exported_file(workspace: Workspace, result: Mapping[str, Any]) -> Path:
    """Where the file of a finished export lies; its bytes are checked.

    Raises
    ------
    MissingThing
    """
    entry = workspace.cache.get(str(result["fingerprint"]))
    if entry is None:
        raise MissingThing("The exported file is not there any more.", hint="Export it again.")
    return entry.folder / FILE


def keep_export(workspace: Workspace, result: Mapping[str, Any], path: Path) -> Path:
    """Copy the file of a finished export to a place, completely or not at all.

    Raises
    ------
    MissingThing, DiskFull, WriteFailed
    """
    source, target = exported_file(workspace, result), path.expanduser().absolute()
    aside = target.with_name(temporary_name())
    try:
        with writing(target):
            shutil.copyfile(source, aside)
            aside.replace(target)
            sync_folder(target.parent)
    finally:
        aside.unlink(missing_ok=True)
    return target
