"""Make what a run trained a model version: files into the artifacts, facts and lineage into the registry."""

from itertools import chain, count
from typing import Any

from engine.cache import Entry
from engine.events import NodeResult
from engine.serve.modelfile import ModelFile
from engine.work.assignment import Assignment
from storage.repositories.names import LONGEST_NAME
from storage.schema import ModelVersion, Run
from storage.unit_of_work import UnitOfWork

MOST_VERSIONS = 10_000


def register_model(
    assignment: Assignment, run: Run, result: NodeResult, entry: Entry, *, is_only: bool, named: str | None = None
) -> dict[str, Any]:
    """Register a trained model, unless this very model (by fingerprint) is registered under its name already.

    Parameters
    ----------
    named
        The name that was asked for; the pipeline's, and the node's where it trains several, unless there is one.

    Returns
    -------
    dict
        ``model, version, model_version_id, task, metrics, baseline``
    """
    artifacts = assignment.workspace.artifacts
    assert result.model is not None  # noqa: S101  only called for model nodes
    files = {name: artifacts.put_file(entry.folder / name) for name in result.model["files"]}
    size = sum((entry.folder / name).stat().st_size for name in files)
    described = ModelFile.model_validate_json((entry.folder / "model.json").read_text())

    def write(uow: UnitOfWork) -> tuple[str, ModelVersion]:
        uow.jobs.owned(assignment.job.id, assignment.worker, assignment.job.attempt)
        pipeline = uow.pipelines.get(run.pipeline_id)
        usual = pipeline.name if is_only else f"{pipeline.name}-{result.node_id}"[:LONGEST_NAME].strip()
        name = named or _free_name(uow, usual, run.pipeline_id)
        model = uow.models.find(name) or uow.models.add(name)
        for version in uow.models.versions(model.id, limit=MOST_VERSIONS):
            if version.lineage.get("fingerprint") == result.fingerprint:
                return name, version
        inputs = [
            {"dataset_version_id": row.dataset_version_id, "node": row.node_id} for row in uow.runs.inputs(run.id)
        ]
        lineage = {"fingerprint": result.fingerprint, "inputs": inputs, "run": run.number, "params": run.params}
        version = uow.models.add_version(
            model.id,
            run_id=run.id,
            node_id=result.node_id,
            pipeline_version_id=run.pipeline_version_id,
            task=described.task,
            target=described.target or None,
            metrics=described.metrics,
            baseline=described.baseline,
            signature=signature(described),
            lineage=lineage,
            libraries=described.libraries,
            files=files,
            bytes=size,
        )
        return name, version

    name, version = assignment.workspace.database.transact(write)
    return {
        "model": name,
        "version": version.number,
        "model_version_id": version.id,
        "task": version.task,
        "metrics": version.metrics,
        "baseline": version.baseline,
    }


def _free_name(uow: UnitOfWork, usual: str, pipeline_id: str) -> str:
    """The usual name, or the first with a number, that no other pipeline's models have."""
    numbered = (f"{usual[: LONGEST_NAME - 5]}-{number}" for number in count(2))
    return next(name for name in chain([usual], numbered) if _is_free(uow, name, pipeline_id))


def _is_free(uow: UnitOfWork, name: str, pipeline_id: str) -> bool:
    model = uow.models.find(name)
    versions = uow.models.versions(model.id, limit=1) if model else ()
    made_by = [
        uow.pipelines.get(uow.pipelines.get_version(version.pipeline_version_id).pipeline_id) for version in versions
    ]
    return all(pipeline.id == pipeline_id or pipeline.deleted_at is not None for pipeline in made_by)


def signature(model: ModelFile) -> dict[str, Any]:
    """What the model takes and gives, with the facts its page shows."""
    inputs = [
        {"name": name, "type": model.slice.columns[name], "nullable": nullable}
        for name, nullable in model.inputs.items()
    ]
    return {
        "component": model.component,
        "inputs": inputs,
        "output": {"name": "prediction", "type": model.target_type, "classes": list(model.classes)},
        "positive": model.positive,
        "importance": model.importance,
        "rows": model.rows,
        "spread": model.spread,
        "threshold": model.threshold,
    }
