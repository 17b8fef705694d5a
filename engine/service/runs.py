"""Runs: start, follow, cancel, and look at what each node made."""

from collections.abc import Mapping
from typing import Any

from components.base import Source, StoredTable
from components.catalog import component
from components.errors import ComponentError
from engine.checks import review
from engine.errors import CanvasbackError, MissingThing
from engine.execute import PREVIEW
from engine.graph import Pipeline
from engine.plan import make_plan
from engine.schemas import read_params
from engine.service.jobs import cancel_job, job_view
from engine.service.pipelines import digest
from engine.service.tables import read_page
from engine.service.views import JobView, NodeRunView, RunView, TableView
from engine.workspace import Workspace
from storage.schema import DatasetVersion, Job, NodeRun, Run
from storage.unit_of_work import UnitOfWork


def start_run(
    workspace: Workspace,
    pipeline_id: str,
    pipeline: Pipeline,
    *,
    target: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> str:
    """Save the drawing as a version if it is new, pin its datasets, and queue a run.

    Parameters
    ----------
    target
        Run only up to this node.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    PipelineProblems
        When the drawing has errors on the way.
    """
    resolved = pipeline.resolved(params)
    versions: dict[StoredTable, DatasetVersion] = {}

    def pinned(table: StoredTable) -> DatasetVersion:
        if table not in versions:
            versions[table] = workspace.version_of(table)
        return versions[table]

    looked = review(resolved, lambda table: workspace.schemas_of({table: pinned(table)})(table))
    plan = make_plan(looked, lambda table: pinned(table).sha256, target)
    inputs = {}
    for node in plan.nodes:
        table = node.component.table() if isinstance(node.component, Source) else None
        if isinstance(table, StoredTable):
            inputs[node.id] = pinned(table).id
    kept = {"stages": [list(stage) for stage in plan.stages()], "splits_moved": looked.placement.moved}

    def write(uow: UnitOfWork) -> str:
        version = uow.pipelines.version_of(pipeline_id, pipeline.as_document(), digest(pipeline))
        job = uow.jobs.enqueue("run_pipeline", {})
        run = uow.runs.add(
            version.id, plan=kept, inputs=inputs, params=dict(params or {}), target=target, job_id=job.id
        )
        job.payload = {"run_id": run.id}
        return run.id

    return workspace.database.transact(write)


def get_run(workspace: Workspace, run_id: str) -> RunView:
    """A run with its nodes, as it is now.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        run = uow.runs.get(run_id)
        version = uow.pipelines.get_version(run.pipeline_version_id)
        name = uow.pipelines.get(run.pipeline_id).name
        job = uow.jobs.get(run.job_id) if run.job_id else None
        nodes = uow.runs.nodes(run_id)
    drawn = Pipeline.from_document({**version.graph, "name": name})
    views = [_node_view(node, drawn, has_ended=run.finished_at is not None) for node in nodes]
    return _run_view(run, name, version.number, job, views)


def list_runs(workspace: Workspace, pipeline_id: str | None = None, limit: int = 100) -> list[RunView]:
    """Runs, newest first, without their nodes."""
    with workspace.database.read() as uow:
        return [
            RunView(
                id=entry.id,
                number=entry.number,
                pipeline=entry.pipeline,
                pipeline_id=entry.pipeline_id,
                pipeline_version=entry.version,
                status=entry.status,
                target=entry.target,
                params=entry.params,
                created_at=entry.created_at,
                seconds=entry.seconds,
                reused=entry.reused,
                error=entry.error,
            )
            for entry in uow.runs.list(pipeline_id=pipeline_id, limit=limit)
        ]


def latest_run(workspace: Workspace, pipeline_id: str) -> RunView | None:
    """The newest run of a pipeline, with its nodes."""
    found = list_runs(workspace, pipeline_id, limit=1)
    return get_run(workspace, found[0].id) if found else None


def cancel_run(workspace: Workspace, run_id: str) -> None:
    """End a run: a queued one at once, a running one within two seconds."""
    job_id = job_of(workspace, run_id)
    if job_id is not None:
        cancel_job(workspace, job_id)


def job_of(workspace: Workspace, run_id: str) -> str | None:
    """The job that does a run."""
    with workspace.database.read() as uow:
        return uow.runs.get(run_id).job_id


def stale_nodes(workspace: Workspace, run_id: str, pipeline: Pipeline) -> frozenset[str]:
    """Nodes of a drawing that changed since a run, themselves or before them: what the run says of them is old."""
    with workspace.database.read() as uow:
        ran = Pipeline.from_document(uow.pipelines.get_version(uow.runs.get(run_id).pipeline_version_id).graph)
    changed = [node.id for node in pipeline.nodes if _drawn_as(pipeline, node.id) != _drawn_as(ran, node.id)]
    return pipeline.descendants(*changed) | frozenset(changed)


def _drawn_as(pipeline: Pipeline, node_id: str) -> tuple[Any, ...] | None:
    node = pipeline.by_id.get(node_id)
    return (node.component, node.params, pipeline.into(node_id)) if node else None


def node_table(
    workspace: Workspace, run_id: str, node: str, port: str | None = None, offset: int = 0, limit: int = 100
) -> TableView:
    """A page of what a node made in a run.

    Raises
    ------
    MissingThing
        When the node made no table, or its result has left the cache.
    """
    with workspace.database.read() as uow:
        row = next((found for found in uow.runs.nodes(run_id) if found.node_id == node), None)
        pinned = {found.node_id: found.dataset_version_id for found in uow.runs.inputs(run_id)}
        version = uow.datasets.get_version(pinned[node]) if node in pinned else None
        run = uow.runs.get(run_id)
        drawn = Pipeline.from_document(uow.pipelines.get_version(run.pipeline_version_id).graph)
    if row is None or row.fingerprint is None:
        raise MissingThing("This node has not run yet.", hint="Run the pipeline up to it.", node_id=node)
    if version is not None:
        return read_page(workspace.files_of(version), offset, limit)
    entry = workspace.cache.get(row.fingerprint)
    if entry is None:
        raise MissingThing("The result is not in the cache any more.", hint="Run the pipeline again.", node_id=node)
    wanted = port or next(iter((row.outputs or {}).get("ports", {})), "table")
    if entry.path(wanted).exists():
        return read_page([entry.path(wanted)], offset, limit)
    if entry.path(PREVIEW).exists():
        page = read_page([entry.path(PREVIEW)], offset, limit)
        return page.model_copy(update={"total": row.rows_out})
    return _built_in(drawn, node, offset, limit)


def _built_in(drawn: Pipeline, node: str, offset: int, limit: int) -> TableView:
    """A source that brings its own rows."""
    import pyarrow as pa

    from engine.service.tables import as_view

    source = read_params(drawn.resolved().by_id[node])
    table = source.table() if isinstance(source, Source) else None
    if not isinstance(table, pa.Table):
        raise MissingThing("This node makes no table.", node_id=node)
    return as_view(table.slice(offset, limit), table.num_rows, offset)


def _run_view(run: Run, name: str, version: int, job: Job | None, nodes: list[NodeRunView]) -> RunView:
    now: JobView | None = job_view(job) if job else None
    return RunView(
        id=run.id,
        number=run.number,
        pipeline=name,
        pipeline_id=run.pipeline_id,
        pipeline_version=version,
        status=run.status,
        target=run.target,
        params=run.params,
        created_at=run.created_at,
        seconds=run.seconds if run.finished_at else (now.seconds if now else None),
        reused=run.reused,
        progress=now.progress if now else None,
        remaining_seconds=now.remaining_seconds if now else None,
        message=now.message if now else None,
        error=run.error,
        nodes=nodes,
    )


def _node_view(row: NodeRun, drawn: Pipeline, *, has_ended: bool) -> NodeRunView:
    outputs = row.outputs or {}
    return NodeRunView(
        node=row.node_id,
        title=_title(row, drawn),
        component=row.component,
        # What still waited when the run ended was skipped.
        status="skipped" if row.status == "queued" and has_ended else row.status,
        rows_in=row.rows_in,
        rows_out=row.rows_out,
        seconds=row.seconds,
        cpu_seconds=row.cpu_seconds,
        memory_mb=row.memory_mb,
        bytes=row.bytes,
        cached=row.cached,
        message=row.message,
        error=row.error,
        report=row.report,
        model=outputs.get("model"),
        ports=list(outputs.get("ports", {})),
    )


def _title(row: NodeRun, drawn: Pipeline) -> str:
    node = drawn.by_id.get(row.node_id)
    if node is not None:
        return node.label
    try:
        return "Automatic split" if row.node_id.startswith("automatic") else component(row.component).spec.title
    except (ComponentError, CanvasbackError):
        return row.node_id
