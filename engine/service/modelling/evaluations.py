"""What is known of how good a model version is: the report of its training, else one made from its kept rows."""

from typing import Any

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import DataError, MissingThing
from engine.evaluation.evidence import read_evidence
from engine.evaluation.judged import judged
from engine.service.views import ModelView
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace

MEMORY_MB, THREADS = 500, 1
"""At most 20,000 rows are read."""


def report_of(workspace: Workspace, model: ModelView) -> dict[str, Any]:
    """The report of a model version; empty where neither a report nor rows were kept.

    The screen keeps what this makes: the rows of a version never change.
    """
    if model.report.get("plots") or not (model.version_id and model.target):
        return model.report
    with workspace.database.read() as uow:
        version = uow.models.get_version(model.version_id)
    try:
        files = verified_files(workspace, version)
        backend = DuckDBBackend(Limits(MEMORY_MB, THREADS), list(files.values()), workspace.cache.root)
        try:
            return {**judged(read_evidence(files, backend)), **model.report}
        finally:
            backend.close()
    except (MissingThing, DataError):
        return model.report
