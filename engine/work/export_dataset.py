"""Write a version of a dataset as a file for other programs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from components.outputs.export_file import ExportFile, ExportFileParams, quoted
from components.ports import is_reserved
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.cache import bytes_in
from engine.versions.scratch import LEAST_MB, MOST_MB, PART_OF_MEMORY
from engine.work.assignment import Assignment
from engine.work.file_writers import MEDIA_TYPES, ROWS_AT_ONCE, SUFFIXES, WRITERS, Rows
from storage.disk import writing
from storage.schema import DatasetVersion

FILE = "file"


def export_dataset(assignment: Assignment) -> dict[str, Any]:
    """Write version ``payload["version"]`` of ``payload["name"]`` in a format, unless it is there already.

    Texts that a spreadsheet would take for formulas are quoted, unless ``payload["formulas"]`` is ``keep``.

    Returns
    -------
    dict
        ``name, version``; ``fingerprint`` of the cache's entry, and ``filename, media_type, bytes, rows`` of the file
        in it.

    Raises
    ------
    DataError
        When the format has no room for the rows.
    DamagedFile, StorageError, RunError
    """
    workspace, payload = assignment.workspace, assignment.payload
    with workspace.database.read() as uow:
        version = uow.datasets.version(uow.datasets.by_name(payload["name"]).id, payload["version"])
    fingerprint = payload["fingerprint"]
    entry = workspace.cache.get(fingerprint)
    if entry is None:
        with workspace.cache.writing() as folder:
            size = _written(assignment, version, folder / FILE)
            meta = {"rows": {FILE: version.rows}, "bytes": bytes_in(folder), "size": size}
            entry = workspace.cache.keep(fingerprint, folder, meta)
    suffix = SUFFIXES.get(payload["format"], payload["format"])
    return {
        "name": payload["name"],
        "version": version.number,
        "fingerprint": fingerprint,
        "filename": f"{payload['name']}_v{version.number}.{suffix}",
        "media_type": MEDIA_TYPES[payload["format"]],
        "bytes": entry.meta["size"],
        "rows": version.rows,
    }


def _written(assignment: Assignment, version: DatasetVersion, path: Path) -> int:
    workspace, payload = assignment.workspace, assignment.payload
    paths = workspace.files_of(version, "once")
    output = ExportFile(ExportFileParams(format=payload["format"], formulas=payload["formulas"]))
    memory_mb = min(max(workspace.settings.run_memory_mb // PART_OF_MEMORY, LEAST_MB), MOST_MB)
    backend = DuckDBBackend(Limits(memory_mb, workspace.settings.run_threads), paths, workspace.cache.root)
    try:
        with backend.plain_errors(), writing(path):
            # The files hold the rows in their order already: nothing is sorted.
            table = _leaving(backend.read(paths), payload)
            batches = _told(assignment, backend.batches(table, ROWS_AT_ONCE), version.rows)
            rows = Rows(table.schema().to_pyarrow(), version.rows, batches)
            WRITERS[payload["format"]](rows, path, output.deed().options)
    finally:
        backend.close()
    return path.stat().st_size


def _leaving(table: ir.Table, payload: dict[str, Any]) -> ir.Table:
    rows = table.select(*(name for name in table.columns if not is_reserved(name)))
    if payload["format"] != "csv" or payload["formulas"] == "keep":
        return rows
    return rows.mutate({name: quoted(rows[name]) for name, dtype in rows.schema().items() if dtype.is_string()})


def _told(assignment: Assignment, batches: Iterator[pa.RecordBatch], total: int) -> Iterator[pa.RecordBatch]:
    rows = 0
    for batch in batches:
        yield batch
        rows += batch.num_rows
        assignment.tell(rows / max(total, 1), f"{rows:,} of {total:,} rows written")
