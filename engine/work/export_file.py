"""Keep the rows of an output as a file that people fetch."""

import re
from typing import Any

import pyarrow.parquet as pq

from components.base.output import ExportFile
from engine.cache import Entry
from engine.execute.work import TABLE
from engine.work.assignment import Assignment
from engine.work.file_writers import MEDIA_TYPES, SUFFIXES, WRITERS, Rows
from engine.work.origin import Origin


def export_file(assignment: Assignment, origin: Origin, deed: ExportFile, entry: Entry) -> dict[str, Any]:
    """Write the rows in the format that is asked for, and keep them among the artifacts.

    Raises
    ------
    DataError
        When the format has no room for them.
    StorageError
    """
    workspace, rows = assignment.workspace, entry.path(TABLE)
    with workspace.cache.writing() as folder:
        path = rows if deed.format == "parquet" else folder / deed.format
        if path != rows:
            WRITERS[deed.format](Rows.of(rows), path, deed.options)
        size = path.stat().st_size
        sha256 = workspace.artifacts.put_file(path)
    name = f"{deed.filename or _named(origin)}.{SUFFIXES.get(deed.format, deed.format)}"
    count = pq.read_metadata(rows).num_rows
    return {
        "kind": "file",
        "filename": name,
        "media_type": MEDIA_TYPES[deed.format],
        "artifact": sha256,
        "bytes": size,
        "rows": count,
        "message": f"{name}, {count:,} rows",
    }


def _named(origin: Origin) -> str:
    return re.sub(r"[^\w]+", "_", f"{origin.pipeline} {origin.node.id}").strip("_")[:100] or "export"
