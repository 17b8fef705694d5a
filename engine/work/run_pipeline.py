"""Execute a run: review, plan, execute, register models, and write down what each node did."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis.expr.schema as sch

from components.base import Source, StoredTable
from components.base.outside import OutsideTable
from engine.backends.backend import Backend, Limits
from engine.backends.choose import open_backend
from engine.cache import Entry
from engine.checks import review
from engine.errors import DamagedInput
from engine.events import Event, NodeResult
from engine.execute import Execution
from engine.forecast import source_rows
from engine.graph import Pipeline, in_effect
from engine.limits import database_memory_mb, matrix_memory_mb
from engine.plan import Plan, make_plan
from engine.work.assignment import Assignment
from engine.work.delivery import Delivery, names_asked
from engine.work.fetch_sources import Fetched, fetch_sources
from engine.work.follow_searches import Searches
from engine.work.pinned import by_table
from engine.work.register_model import register_model
from engine.work.report_model import report_model
from engine.workspace import Workspace
from storage.errors import DamagedFile
from storage.schema import DatasetVersion, Run
from storage.unit_of_work import UnitOfWork

STATUS = {"done": "succeeded", "cached": "succeeded"}
SAME = (
    *("component", "rows_in", "rows_out", "started", "seconds", "cpu_seconds", "memory_mb"),
    *("bytes_read", "bytes_written", "bytes_spilled", "stage", "cached", "message", "error"),
)
"""What a node run keeps as the execution tells it."""


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
    _execute(assignment, run, drawn.resolved(run.params), pinned)
    seconds = time.monotonic() - started
    workspace.cache.trim(workspace.settings.cache_max_mb * 1_000_000)

    def finish(uow: UnitOfWork) -> None:
        uow.runs.finish(run_id, "succeeded", seconds=seconds)

    assignment.finish.append(finish)
    return {"run_id": run_id}


def _execute(
    assignment: Assignment, run: Run, pipeline: Pipeline, pinned: Mapping[str, DatasetVersion]
) -> Mapping[str, NodeResult]:
    workspace = assignment.workspace
    versions = by_table(pipeline, pinned)
    files = _verified_files(workspace, pipeline, pinned)
    workspace.cache.watch(path for paths in files.values() for path in paths)
    fetched = fetch_sources(assignment, in_effect(pipeline).up_to(run.target))
    pinned_schemas = workspace.schemas_of(versions)

    def schema(table: StoredTable | OutsideTable) -> sch.Schema:
        return fetched[table].schema if isinstance(table, OutsideTable) and table in fetched else pinned_schemas(table)

    looked = review(pipeline, schema, run.backend)
    content: dict[StoredTable | OutsideTable, str] = {t: version.sha256 for t, version in versions.items()}
    content |= {t: one.sha256 for t, one in fetched.items()}
    plan = make_plan(looked, content.__getitem__, run.target)
    reading: dict[StoredTable | OutsideTable, list[Path]] = dict(files.items())
    reading |= {table: [one.path] for table, one in fetched.items()}
    _record_waiting(assignment, run.id, plan, {node_id: version.rows for node_id, version in pinned.items()})
    settings = workspace.settings
    memory = settings.run_memory_mb
    limits = Limits(database_memory_mb(memory), settings.run_threads, settings.run_temp_mb)
    readable = [path for paths in files.values() for path in paths]
    backend = open_backend(run.backend, limits, readable, workspace.cache.root, settings.spark_remote)
    try:
        recorder = Recorder(assignment, run, plan, backend, fetched)
        room = matrix_memory_mb(memory)
        deliver = Delivery(assignment, run, plan, recorder.models)
        follow = Searches(assignment, run)
        execution = Execution(plan, backend, workspace.cache, reading.__getitem__, recorder, room, deliver, follow)
        recorder.execution = execution
        return execution.run()
    finally:
        backend.close()


class Recorder:
    """Writes down what happens to each node, and registers models as they come.

    Attributes
    ----------
    models
        Node → the model version that it trained, or that is the same.
    """

    execution: Execution

    def __init__(
        self, assignment: Assignment, run: Run, plan: Plan, backend: Backend, fetched: Mapping[OutsideTable, Fetched]
    ) -> None:
        sources = {node.id: node.component.table() for node in plan.nodes if isinstance(node.component, Source)}
        self._fetched = {node: fetched[it].told for node, it in sources.items() if isinstance(it, OutsideTable)}
        self._backend = backend
        self._assignment = assignment
        self._run = run
        self._begun = time.monotonic()
        self._started: dict[str, float] = {}
        self._labels = {node.id: node.label for node in plan.placement.pipeline.nodes}
        self._named = names_asked(plan)
        self.models: dict[str, dict[str, Any]] = {}
        self._models = [
            node.id for node in plan.nodes if any(port.kind == "model" for port in node.component.spec.outputs)
        ]

    def __call__(self, event: Event) -> None:
        result = self._timed(event.node)
        model, report = None, result.report
        if result.model is not None:
            entry = self.execution.entry(result.node_id)
            named, is_only = self._named.get(result.node_id), len(self._models) == 1
            model = register_model(self._assignment, self._run, result, entry, is_only=is_only, named=named)
            self.models[result.node_id] = model
            report = report or self._report(model, entry)
        made = result.made or (self._fetched.get(result.node_id) if result.status in STATUS else None)
        fields = {
            **{name: getattr(result, name) for name in SAME},
            "status": STATUS.get(result.status, result.status),
            "fingerprint": result.fingerprint or None,
            "outputs": {"ports": result.outputs, "model": model, "findings": result.findings, "made": made},
            "report": report,
        }

        def write(uow: UnitOfWork) -> None:
            uow.jobs.owned(self._assignment.job.id, self._assignment.worker, self._assignment.job.attempt)
            uow.runs.record_node(self._run.id, result.node_id, **fields)
            uow.run_index.keep_metrics(self._run.id, result.node_id, (model or report or {}).get("metrics") or {})

        self._assignment.workspace.database.transact(write)
        self._assignment.tell(event.progress, self._labels.get(result.node_id, result.node_id), always=True)

    def _timed(self, result: NodeResult) -> NodeResult:
        """With its time so far: of a node that is at work, and of one that failed."""
        now = time.monotonic() - self._begun
        if result.status == "running":
            return replace(result, started=self._started.setdefault(result.node_id, now))
        if result.status == "failed" and result.node_id in self._started:
            started = self._started[result.node_id]
            return replace(result, started=started, seconds=now - started)
        return result

    def _report(self, model: dict[str, Any], entry: Entry) -> dict[str, Any]:
        """The plots of a model's test rows: those of the run that trained it, else made now."""
        with self._assignment.workspace.database.read() as uow:
            version = uow.models.get_version(model["model_version_id"])
            nodes = uow.runs.nodes(version.run_id)
        known = next((node.report for node in nodes if node.node_id == version.node_id), None)
        return known or report_model(entry, self._backend)


def _verified_files(
    workspace: Workspace, pipeline: Pipeline, pinned: Mapping[str, DatasetVersion]
) -> dict[StoredTable, list[Path]]:
    """The files of every table that is read.

    Raises
    ------
    DamagedInput
        Naming the dataset and the node that reads it.
    """
    files = {}
    for node_id, version in pinned.items():
        for table in by_table(pipeline, {node_id: version}):
            try:
                files[table] = workspace.files_of(version, "once")
            except DamagedFile as error:
                told = f"Version {version.number} of the dataset {table.dataset!r} cannot be used: {error.message}."
                raise DamagedInput(told, hint=error.hint, node_id=node_id) from error
    return files


def _record_waiting(assignment: Assignment, run_id: str, plan: Plan, rows: Mapping[str, int]) -> None:
    before = source_rows(plan, rows)

    def write(uow: UnitOfWork) -> None:
        for position, node in enumerate(plan.nodes):
            known = {"component": node.component.spec.key, "shape": node.shape, "source_rows": before[node.id]}
            uow.runs.record_node(run_id, node.id, position=position, status="queued", **known)

    assignment.workspace.database.transact(write)
