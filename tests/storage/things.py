"""Ready-made things that the tests of storage begin with."""

from typing import Any

from storage.manifest import Column, File, Manifest
from storage.schema import DatasetVersion, Job, ModelVersion, Run
from storage.unit_of_work import UnitOfWork

GRAPH: dict[str, Any] = {"nodes": {"b": {"component": "filter"}, "a": {"component": "dataset"}}, "edges": []}


def manifest(path: str = "d/v1/part-00000.parquet") -> Manifest:
    return Manifest.of([Column("age", "int64")], [File(path, rows=3, bytes=400, sha256="ab" * 32)])


def a_dataset_version(uow: UnitOfWork, name: str = "telco") -> DatasetVersion:
    dataset = uow.datasets.find(name) or uow.datasets.add(name)
    return uow.datasets.add_version(dataset.id, manifest(), source={"file": f"{name}.csv"})


def a_run(uow: UnitOfWork, name: str = "churn", reads: DatasetVersion | None = None, job: Job | None = None) -> Run:
    pipeline = uow.pipelines.find(name) or uow.pipelines.add(name, GRAPH)
    version = uow.pipelines.version_of(pipeline.id, GRAPH, "cd" * 32)
    inputs = {"customers": reads.id} if reads else {}
    return uow.runs.add(version.id, plan={"stages": []}, inputs=inputs, job_id=job.id if job else None)


def a_model_version(uow: UnitOfWork, run: Run, name: str = "churn") -> ModelVersion:
    model = uow.models.find(name) or uow.models.add(name)
    return uow.models.add_version(
        model.id,
        run_id=run.id,
        node_id="model",
        pipeline_version_id=run.pipeline_version_id,
        task="classification",
        target="Churn",
        metrics={"roc_auc": 0.84},
        baseline={"roc_auc": 0.5},
        signature={"inputs": []},
        lineage={},
        libraries={"scikit-learn": "1.9"},
        files={"model.json": "ef" * 32},
        bytes=1000,
    )
