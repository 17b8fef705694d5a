"""Write the full report of fg-data-profiling about a sample of a dataset version."""

import re
from typing import Any

from components.ports import is_reserved
from engine.errors import DataError
from engine.profile.full_report import described, rendered
from engine.profile.source import opened
from engine.work.assignment import Assignment

MEDIA_TYPE = "text/html"
UNFIT = re.compile(r"[^\w]+")


def profile_report(assignment: Assignment) -> dict[str, Any]:
    """Keep the page among the artifacts; the job's result says where.

    Returns
    -------
    dict
        ``artifact, filename, media_type, bytes, rows, of, columns``

    Raises
    ------
    DataError, StorageError
    """
    workspace, payload = assignment.workspace, assignment.payload
    with workspace.database.read() as uow:
        version = uow.datasets.get_version(payload["version_id"])
        name = uow.datasets.get(version.dataset_id).name
    assignment.tell(0.02, "Drawing rows", always=True)
    with opened(workspace.files_of(version)) as source:
        names = [column for column in source.columns if not is_reserved(column)]
        if not version.rows or not names:
            raise DataError(f"{name} v{version.number} has no rows to report on.", hint="Import it again.")
        sample = source.sample(version.rows, payload["rows"], names)
    of = f"{sample.num_rows:,} of {version.rows:,} rows" if sample.num_rows < version.rows else f"{version.rows:,} rows"
    assignment.tell(0.1, f"Describing {of}", always=True)
    report = described(sample, f"{name} v{version.number} ({of})")
    assignment.tell(0.7, "Writing the page", always=True)
    page = rendered(report).encode()
    return {
        "artifact": workspace.artifacts.put_bytes(page),
        "filename": f"{UNFIT.sub('_', name).strip('_')[:100] or 'dataset'}_v{version.number}_profile.html",
        "media_type": MEDIA_TYPE,
        "bytes": len(page),
        "rows": sample.num_rows,
        "of": version.rows,
        "columns": sample.num_columns,
    }
