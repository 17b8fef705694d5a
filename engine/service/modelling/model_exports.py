"""Model versions for other programs: files and folders that answer without this product."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast, get_args

from engine.errors import DataError, ExportRefused
from engine.serve.exports.formats import FORMATS, Name
from engine.service.data.exports import exported_file
from engine.service.views import View
from engine.workspace import Workspace
from storage.disk import sync_folder, temporary_name, writing
from storage.repositories.models import Which

EDITION = 4
"""Raised when the same model would be written otherwise."""
RESULT = "result"
LOOKED_AT = 500
"""Of the last exports."""


class FormatView(View):
    """A format for one model version.

    Parameters
    ----------
    reason
        Why it cannot hold this model; empty where it can.
    job_id
        The last export that is going on or failed.
    result
        What the last export gave, as long as its file is kept.
    """

    name: str
    title: str
    about: str
    needs: str
    reason: str = ""
    job_id: str | None = None
    result: dict[str, Any] | None = None


def list_formats(workspace: Workspace, name: str, version: int) -> list[FormatView]:
    """Every format, and how far a model version has come in it.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.models.version(uow.models.by_name(name).id, version)
        jobs = {
            job.payload["fingerprint"]: job.id for job in reversed(uow.jobs.list(kind="export_model", limit=LOOKED_AT))
        }
    found = []
    for key, it in FORMATS.items():
        fingerprint = _fingerprint(name, row.number, row.files, key)
        entry = workspace.cache.get(fingerprint)
        result = {"fingerprint": fingerprint, **entry.meta[RESULT]} if entry else None
        reason = "" if result else why_not(workspace, tuple(sorted(row.files.items())), key)
        found.append(
            FormatView(
                name=key,
                title=it.title,
                about=it.about,
                needs=it.needs,
                reason=reason,
                job_id=jobs.get(fingerprint),
                result=result,
            )
        )
    return found


@lru_cache(maxsize=256)
def why_not(workspace: Workspace, files: tuple[tuple[str, str], ...], format: Name) -> str:
    """Why a format cannot hold a model, as far as that is known without writing it; empty where it may.

    Parameters
    ----------
    files
        The model's, by name and hash, which never change.
    """
    if format not in ("skops", "onnx"):
        return ""
    from engine.serve.exports.onnx_file import check_onnx
    from engine.serve.exports.plain.pipeline import plain_table
    from engine.serve.exports.plain.steps import kept_features

    try:
        model, columns = kept_features({name: workspace.artifacts.verify(sha256, name) for name, sha256 in files})
        if format == "onnx":
            check_onnx(model, columns)
        else:
            plain_table(columns)
    except ExportRefused as refused:
        return f"{refused.message} {refused.hint}"
    return ""


def start_model_export(workspace: Workspace, name: str, version: Which, format: str) -> str:
    """Queue the export of a model version, the latest unless asked otherwise; returns the id of the job.

    Raises
    ------
    NotFound, DataError
    """
    chosen = checked_format(format)
    with workspace.database.read() as uow:
        model = uow.models.by_name(name)
        row = uow.models.version(model.id, version)
    payload = {
        "model_version_id": row.id,
        "format": chosen,
        "fingerprint": _fingerprint(name, row.number, row.files, chosen),
    }
    return workspace.database.transact(lambda uow: uow.jobs.enqueue("export_model", payload)).id


def checked_format(format: str) -> Name:
    """A format by its name.

    Raises
    ------
    DataError
    """
    if format not in get_args(Name):
        raise DataError(f"There is no format {format!r}.", hint=f"Choose one of {', '.join(get_args(Name))}.")
    return cast("Name", format)


def exported(workspace: Workspace, name: str, version: int, format: str) -> dict[str, Any] | None:
    """What the last export of a model version in a format gave, as long as its file is kept.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.models.version(uow.models.by_name(name).id, version)
    fingerprint = _fingerprint(name, row.number, row.files, format)
    entry = workspace.cache.get(fingerprint)
    return {"fingerprint": fingerprint, **entry.meta[RESULT]} if entry else None


def keep_model_export(workspace: Workspace, result: Mapping[str, Any], folder: Path) -> Path:
    """Put a finished export into a folder, completely or not at all: its file, or its folder unpacked.

    Returns
    -------
    Path
        Of the file or folder.

    Raises
    ------
    MissingThing, DiskFull, WriteFailed
    DataError
        When something of that name is there already.
    """
    source, into = exported_file(workspace, result), folder.expanduser().absolute()
    is_folder = result["media_type"] == "application/zip"
    target = into / str(result["filename"]).removesuffix(".zip") if is_folder else into / str(result["filename"])
    if target.exists():
        raise DataError(f"{target} is there already.", hint="Move it away, or choose another folder.")
    aside = into / temporary_name()
    try:
        with writing(target):
            into.mkdir(parents=True, exist_ok=True)
            if is_folder:
                with zipfile.ZipFile(source) as archive:
                    archive.extractall(aside)
                (aside / target.name).rename(target)
            else:
                shutil.copyfile(source, aside)
                aside.rename(target)
            sync_folder(into)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        if aside.is_file():
            aside.unlink()
    return target


def _fingerprint(name: str, version: int, files: Mapping[str, str], format: str) -> str:
    identity = json.dumps([EDITION, name, version, sorted(files.items()), format])
    return f"export-model-{hashlib.sha256(identity.encode()).hexdigest()[:32]}"
