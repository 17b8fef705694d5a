"""Execute a run: review, plan, execute, register models, and write down what each node did."""

import time
from collections.abc import Mapping
from typing import Any

from components.base import Source, StoredTable
from engine.backends.duckdb import DuckDBBackend, Limits
from engine.cache import Entry
from engine.checks import review
from engine.events import Event, NodeResult
from engine.execute import Execution
from engine.graph import Pipeline
from engine.plan import Plan, make_plan
from engine.schemas import read_params
from engine.work.assignment import Assignment
from engine.work.register_model import register_model
from engine.work.report_model import report_model
from storage.schema import DatasetVersion, Run
from storage.unit_of_work import UnitOfWork

STATUS = {"done": "succeeded", "cached": "succeeded"}
DUCKDB_SHARE = 0.5
"""DuckDB's share of the run's memory; the rest is for matrices and models."""


def run_pipeline(assignment: Assignment) -> dict[str, Any]:
    """Do the run ``payload["run_id"]``.

    Raises
    ------
    CanvasbackError, ComponentError, StorageError
        The run shares the job's end.
    """
    workspace = assignment.workspace
    run_id = assignment.payload["run_id"]

    def begin(uow: UnitOfWork) -> tuple[Run, Pipeline, dict[str, DatasetVersion]]:
        uow.jobs.owned(assignment.job.id, assignment.worker, assignment.job.attempt)
        run = uow.runs.start(run_id)
        drawn = Pipeline.from_document(uow.pipelines.get_version(run.pipeline_version_id).graph)
        inputs = uow.runs.inputs(run_id)
        return run, drawn, {row.node_id: uow.datasets.get_version(row.dataset_version_id) for row in inputs}

    run, drawn, pinned = workspace.database.transact(begin)
    started = time.monotonic()
    results = _execute(assignment, run, drawn.resolved(run.params), pinned)
    reused = sum(1 for result in results.values() if result.cached)
    seconds = time.monotonic() - started
    workspace.cache.trim(workspace.settings.cache_max_mb * 1_000_000)

    def finish(uow: UnitOfWork) -> None:
        uow.runs.finish(run_id, "succeeded", seconds=seconds, reused=reused)

    assignment.finish.append(finish)
    return {"run_id": run_id}


def _execute(
    assignment: Assignment, run: Run, pipeline: Pipeline, pinned: Mapping[str, DatasetVersion]
) -> Mapping[str, NodeResult]:
    workspace = assignment.workspace
    versions = _by_table(pipeline, pinned)
    files = {table: workspace.files_of(version, "once") for table, version in versions.items()}
    looked = review(pipeline, workspace.schemas_of(versions))
    plan = make_plan(looked, lambda table: versions[table].sha256, run.target)
    _record_waiting(assignment, run.id, plan)
    memory = assignment.job.memory_mb or workspace.settings.run_memory_mb
    limits = Limits(int(memory * DUCKDB_SHARE), workspace.settings.run_threads)
    backend = DuckDBBackend(limits, [path for paths in files.values() for path in paths], workspace.cache.root)
    try:
        recorder = Recorder(assignment, run, plan, backend)
        execution = Execution(plan, backend, workspace.cache, files.__getitem__, recorder, memory)
        recorder.execution = execution
        return execution.run()
    finally:
        backend.close()


class Recorder:
    """Writes down what happens to each node, and registers models as they come."""

    execution: Execution

    def __init__(self, assignment: Assignment, run: Run, plan: Plan, backend: DuckDBBackend) -> None:
        self._backend = backend
        self._assignment = assignment
        self._run = run
        self._labels = {node.id: node.label for node in plan.placement.pipeline.nodes}
        self._models = [
            node.id for node in plan.nodes if any(port.kind == "model" for port in node.component.spec.outputs)
        ]

    def __call__(self, event: Event) -> None:
        result = event.node
        model, report = None, result.report
        if result.model is not None:
            entry = self.execution.entry(result.node_id)
            model = register_model(self._assignment, self._run, result, entry, is_only=len(self._models) == 1)
            report = report or self._report(model, entry)
        fields = {
            "component": result.component,
            "status": STATUS.get(result.status, result.status),
            "rows_in": result.rows_in,
            "rows_out": result.rows_out,
            "seconds": result.seconds,
            "cpu_seconds": result.cpu_seconds,
            "memory_mb": result.memory_mb,
            "bytes": result.bytes,
            "cached": result.cached,
            "fingerprint": result.fingerprint or None,
            "outputs": {"ports": result.outputs, "model": model},
            "report": report,
            "message": result.message,
            "error": result.error,
        }

        def write(uow: UnitOfWork) -> None:
            uow.jobs.owned(self._assignment.job.id, self._assignment.worker, self._assignment.job.attempt)
            uow.runs.record_node(self._run.id, result.node_id, **fields)

        self._assignment.workspace.database.transact(write)
        self._assignment.tell(event.progress, self._labels.get(result.node_id, result.node_id), always=True)

    def _report(self, model: dict[str, Any], entry: Entry) -> dict[str, Any]:
        """The plots of a model's test rows: those of the run that trained it, else made now."""
        with self._assignment.workspace.database.read() as uow:
            version = uow.models.get_version(model["model_version_id"])
            nodes = uow.runs.nodes(version.run_id)
        known = next((node.report for node in nodes if node.node_id == version.node_id), None)
        return known or report_model(entry, self._backend)


def _by_table(pipeline: Pipeline, pinned: Mapping[str, DatasetVersion]) -> dict[StoredTable, DatasetVersion]:
    """Every source reads the version that was pinned when the run was asked for."""
    found = {}
    for node_id, version in pinned.items():
        component = read_params(pipeline.by_id[node_id])
        table = component.table() if isinstance(component, Source) else None
        if isinstance(table, StoredTable):
            found[table] = version
    return found


def _record_waiting(assignment: Assignment, run_id: str, plan: Plan) -> None:
    def write(uow: UnitOfWork) -> None:
        for position, node in enumerate(plan.nodes):
            uow.runs.record_node(run_id, node.id, component=node.component.spec.key, position=position, status="queued")

    assignment.workspace.database.transact(write)
