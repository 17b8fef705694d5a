"""Models: versions, metrics beside the baseline, reports, lineage."""

from collections.abc import Sequence
from typing import Any

from engine.service.views import ModelView
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.schema import Model, ModelVersion
from storage.unit_of_work import UnitOfWork

MOST = 10_000


def list_models(workspace: Workspace, search: str = "", limit: int = 200) -> list[ModelView]:
    """Models with their latest version, newest first."""
    with workspace.database.read() as uow:
        return [
            ModelView(
                model=entry.model.name,
                version=entry.number,
                version_id=entry.version_id,
                task=entry.task,
                target=entry.target,
                metrics=entry.metrics or {},
                baseline=entry.baseline or {},
                bytes=entry.bytes,
                created_at=entry.created_at,
            )
            for entry in uow.models.list(search=search, limit=limit)
        ]


def get_model(workspace: Workspace, name: str, version: int | None = None) -> ModelView:
    """One model at one version, the latest unless asked otherwise, with its report.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        model = uow.models.by_name(name)
        row = uow.models.version(model.id, version)
        numbers = [other.number for other in uow.models.versions(model.id, limit=MOST)]
        return _view(uow, model, row, numbers)


def split_reference(reference: str) -> tuple[str, int | None]:
    """``churn:3`` → (``churn``, 3); without a number, the latest."""
    name, _, number = reference.rpartition(":")
    return (name, int(number)) if name and number.isdigit() else (reference, None)


def delete_model_version(workspace: Workspace, name: str, version: int) -> None:
    """Delete one version.

    Raises
    ------
    InUse
        Naming the endpoints it answers.
    """

    def write(uow: UnitOfWork) -> None:
        row = uow.models.version(uow.models.by_name(name).id, version)
        uow.models.delete_version(row.id)
        uow.audit.record("local", "model version deleted", f"model {name} v{version}")

    workspace.database.transact(write)


def _view(uow: UnitOfWork, model: Model, row: ModelVersion, numbers: list[int]) -> ModelView:
    return ModelView(
        model=model.name,
        version=row.number,
        version_id=row.id,
        versions=numbers,
        task=row.task,
        target=row.target,
        metrics=row.metrics,
        baseline=row.baseline,
        signature=row.signature,
        lineage=_lineage(uow, row),
        libraries=row.libraries,
        bytes=row.bytes,
        created_at=row.created_at,
        report=_report(uow, row),
        endpoints=_endpoints(uow, row),
    )


def _lineage(uow: UnitOfWork, row: ModelVersion) -> dict[str, Any]:
    version = uow.pipelines.get_version(row.pipeline_version_id)
    run = uow.runs.get(row.run_id)
    return {
        "pipeline": uow.pipelines.get(version.pipeline_id).name,
        "pipeline_id": version.pipeline_id,
        "pipeline_version": version.number,
        "datasets": _datasets(uow, row),
        "run": run.number,
        "run_id": run.id,
        "node": row.node_id,
        "fingerprint": row.lineage.get("fingerprint"),
    }


def _datasets(uow: UnitOfWork, row: ModelVersion) -> list[dict[str, Any]]:
    found = []
    for given in row.lineage.get("inputs", ()):
        try:
            version = uow.datasets.get_version(given["dataset_version_id"])
        except NotFound:
            continue
        found.append({"dataset": uow.datasets.get(version.dataset_id).name, "version": version.number})
    return found


def _report(uow: UnitOfWork, row: ModelVersion) -> dict[str, Any]:
    """The plots that came with the training."""
    nodes = uow.runs.nodes(row.run_id)
    return next((dict(node.report) for node in nodes if node.node_id == row.node_id and node.report), {})


def _endpoints(uow: UnitOfWork, row: ModelVersion) -> list[str]:
    entries: Sequence[Any] = uow.endpoints.list(limit=MOST)
    return [
        entry.endpoint.name
        for entry in entries
        if any(answering.deployment.model_version_id == row.id for answering in entry.answering)
    ]
