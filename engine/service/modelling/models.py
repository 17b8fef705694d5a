"""Models: versions, metrics beside the baseline, reports, lineage."""

from collections.abc import Sequence
from typing import Any

from engine.service.views import ModelView
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.repositories.models import Which
from storage.schema import Model, ModelVersion
from storage.unit_of_work import UnitOfWork

MOST = 10_000
LATEST = "latest"
"""What no alias may be called."""


def list_models(
    workspace: Workspace,
    search: str = "",
    limit: int = 200,
    *,
    tag: str = "",
    alias: str = "",
    stage: str = "",
    task: str = "",
) -> list[ModelView]:
    """Models with their latest version, newest first.

    Parameters
    ----------
    search
        What the name, the description or a tag has in it.
    tag
        ``key`` or ``key=value``, of the model or of one of its versions.
    alias, stage
        What one of its versions has.
    task
        Of the latest version.
    """
    key, _, value = tag.partition("=")
    narrowed = {
        "tag": (key.strip(), value.strip() if "=" in tag else None) if key.strip() else None,
        "alias": alias.strip().lower() or None,
        "stage": stage or None,
        "task": task or None,
    }
    with workspace.database.read() as uow:
        entries = uow.models.list(search=search, limit=limit, **narrowed)  # type: ignore[arg-type]
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
            description=entry.model.description,
            tags=entry.model.tags,
            needs_sign_off=entry.model.needs_sign_off,
            aliases=entry.aliases,
            stages=entry.stages,
        )
        for entry in entries
        if entry.number is not None
    ]


def get_model(workspace: Workspace, name: str, version: Which = None) -> ModelView:
    """One model at one version, the latest unless asked otherwise, with its report.

    Parameters
    ----------
    version
        Its number, or one of its aliases.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        model = uow.models.by_name(name)
        row = uow.models.version(model.id, version)
        numbers = [other.number for other in uow.models.versions(model.id, limit=MOST)]
        return _view(uow, model, row, numbers)


def split_reference(reference: str) -> tuple[str, Which]:
    """A model and one of its versions, as people name them: by number, by alias, or the latest.

    >>> split_reference("churn:3"), split_reference("churn@Champion"), split_reference("churn@latest")
    (('churn', 3), ('churn', 'champion'), ('churn', None))
    >>> split_reference("churn"), split_reference("me@work:2")
    (('churn', None), ('me@work', 2))
    """
    name, _, number = reference.rpartition(":")
    if name and number.isdecimal() and len(number) < 10:
        return name, int(number)
    name, _, alias = reference.rpartition("@")
    if not name or not alias:
        return reference, None
    return name, None if alias.lower() == LATEST else alias.lower()


def delete_model_version(workspace: Workspace, name: str, version: Which, by: str = "local") -> None:
    """Move one version to the bin.

    Raises
    ------
    InUse
        Naming the endpoints it answers.
    """

    def write(uow: UnitOfWork) -> None:
        row = uow.models.version(uow.models.by_name(name).id, version)
        uow.models.delete_version(row.id, by)
        uow.audit.record(by, "model version deleted", f"model {name} v{row.number}")

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
        description=model.description,
        tags=model.tags,
        needs_sign_off=model.needs_sign_off,
        version_description=row.description,
        version_tags=row.tags,
        stage=row.stage,
        sign_off=row.sign_off,
        retired=row.retired_at is not None,
        aliases={entry.alias: entry.number for entry in uow.registry.aliases(model.id)},
        stages=dict(uow.registry.staged(model.id)),
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
