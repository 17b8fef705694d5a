"""Write a model version for other programs, and prove that it answers the same there."""

import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.cache import bytes_in
from engine.serve.exports.bundle import write_bundle
from engine.serve.exports.export import Export, Source
from engine.serve.exports.formats import Name
from engine.serve.exports.mlflow_model import write_mlflow
from engine.serve.exports.onnx_file import write_onnx
from engine.serve.exports.skops_file import write_skops
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from engine.work.assignment import Assignment
from engine.work.publish_endpoint import verified_files
from storage.disk import writing

FILE, RESULT = "file", "result"
"""What the cache's entry of an export holds, and where its description has the result."""
WRITERS: Mapping[Name, Callable[[Source, Path], Export]] = {
    "skops": write_skops,
    "onnx": write_onnx,
    "mlflow": write_mlflow,
    "bundle": write_bundle,
}
"""What writes a file or a folder into a folder, and proves it."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can hold: the same model gives the same archive."""


def export_model(assignment: Assignment) -> dict[str, Any]:
    """Write model version ``payload["model_version_id"]`` in ``payload["format"]``, unless it is there already.

    Returns
    -------
    dict
        ``fingerprint`` of the cache's entry; ``model, version, format``; ``filename, media_type, bytes`` of the file in
        it; ``proof, use, needs`` as the format says.

    Raises
    ------
    ExportRefused
        When the format cannot hold the model, or would answer differently.
    ParityFailed, DamagedFile, StorageError
    """
    workspace, payload = assignment.workspace, assignment.payload
    fingerprint = payload["fingerprint"]
    entry = workspace.cache.get(fingerprint)
    if entry is None:
        with workspace.database.read() as uow:
            version = uow.models.get_version(payload["model_version_id"])
            model = uow.models.get(version.model_id)
        assignment.tell(0.1, "Loading the model", always=True)
        files = verified_files(workspace, version)
        scorer = load_scorer(files)
        check_parity(scorer)
        source = Source(
            model.name, version.number, files, scorer, lambda share, words: assignment.tell(share, words, always=True)
        )
        with workspace.cache.writing() as folder, writing(folder):
            result = _written(source, payload["format"], folder)
            meta = {"rows": {}, "bytes": bytes_in(folder), RESULT: result}
            entry = workspace.cache.keep(fingerprint, folder, meta)
    return {"fingerprint": fingerprint, **entry.meta[RESULT]}


def _written(source: Source, name: Name, folder: Path) -> dict[str, Any]:
    inside = folder / "written"
    inside.mkdir()
    made = WRITERS[name](source, inside)
    is_folder = made.path.is_dir()
    if is_folder:
        source.tell(0.9, "Packing the folder")
        pack(made.path, folder / FILE)
    else:
        made.path.rename(folder / FILE)
    shutil.rmtree(inside)
    return {
        "model": source.name,
        "version": source.version,
        "format": name,
        "filename": f"{made.path.name}.zip" if is_folder else made.path.name,
        "media_type": "application/zip" if is_folder else "application/octet-stream",
        "bytes": (folder / FILE).stat().st_size,
        **made.as_data(),
    }


def pack(folder: Path, target: Path) -> None:
    """A folder as a ZIP archive: in it one folder of the same name; no links, no path that leaves it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), EPOCH)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with path.open("rb") as source, archive.open(entry, "w") as packed:
                    shutil.copyfileobj(source, packed)
