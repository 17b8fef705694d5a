"""What a model goes by over all: worked out once for each version, and kept until the cache needs the room."""

import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.cache import Cache
from engine.evaluation.evidence import read_evidence
from engine.explanation.summary import summary
from engine.limits import database_memory_mb
from engine.serve.evidence import EVIDENCE
from engine.serve.scorer import load_scorer
from engine.work.assignment import Assignment
from engine.work.publish_endpoint import verified_files

EDITION = 1
"""Raised when a summary holds something else."""
SUMMARY = "summary.json"


def explain_model(assignment: Assignment) -> dict[str, Any]:
    """Work out the summary of ``payload["model_version_id"]``, and keep it.

    Returns
    -------
    dict
        ``model_version_id``

    Raises
    ------
    CanvasbackError, StorageError
    """
    workspace, version_id = assignment.workspace, assignment.payload["model_version_id"]
    with workspace.database.read() as uow:
        version = uow.models.get_version(version_id)
    assignment.tell(0.0, "Loading the model", always=True)
    files = verified_files(workspace, version)
    limits = Limits(database_memory_mb(workspace.settings.run_memory_mb), workspace.settings.run_threads)
    readable = [path for name, path in files.items() if name == EVIDENCE]
    with closing(DuckDBBackend(limits, readable, workspace.cache.root)) as backend:
        found = summary(load_scorer(files), read_evidence(files, backend), assignment.tell)
    with workspace.cache.writing() as folder:
        (folder / SUMMARY).write_text(json.dumps(found))
        workspace.cache.keep(kept_as(version_id), folder, {})
    return {"model_version_id": version_id}


def kept_summary(cache: Cache, version_id: str) -> Mapping[str, Any] | None:
    """The summary of a model version, if it is still there."""
    entry = cache.get(kept_as(version_id))
    found: Mapping[str, Any] | None = json.loads((entry.folder / SUMMARY).read_text()) if entry else None
    return found


def kept_as(version_id: str) -> str:
    """Its name in the cache."""
    return f"explained-{EDITION}-{version_id}"
