"""Runs: start, follow, cancel, and look at what each node made."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from components.base import Source
from engine.errors import MissingThing
from engine.execute import PREVIEW
from engine.graph import Pipeline, in_effect
from engine.limits import NO_LIMITS, RunLimits
from engine.schemas import read_params
from engine.service.building.pipelines import digest
from engine.service.building.plans import plan_run
from engine.service.jobs import cancel_job
from engine.service.running.run_settings import settings_of
from engine.service.running.run_views import listed_run, read_run
from engine.service.tables import read_page
from engine.service.views import RunView, TableView
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork


def start_run(  # noqa: PLR0913  a run is what all of these say
    workspace: Workspace,
    pipeline_id: str,
    pipeline: Pipeline,
    *,
    target: str | None = None,
    params: Mapping[str, Any] | None = None,
    limits: RunLimits = NO_LIMITS,
    backend: str = "duckdb",
    made_by: str = "local",
    together_with: Callable[[UnitOfWork, str], None] | None = None,
) -> str:
    """Save the drawing as a version if it is new, pin its datasets, and queue a run.

    Parameters
    ----------
    target
        Run only up to this node.
    params
        Values of pipeline parameters, where they are not the defaults.
    limits
        What the run may use, where it is not what the settings say.
    backend
        The engine that computes it: ``duckdb`` or ``spark``.
    made_by
        Who asks: ``local`` for a person at a screen, ``cli``, ``trigger``.
    together_with
        What else is written in the same transaction, given the run's id; what it raises keeps the run from starting.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    PipelineProblems
        When the drawing has errors on the way.
    InvalidPipeline, ParamError
        When there is no such parameter, or a value does not fit it.
    """
    given = pipeline.asked(params)
    asked = plan_run(workspace, pipeline.resolved(given), target, backend)
    inputs = {node_id: version.id for node_id, version in asked.inputs.items()}
    kept = {"stages": asked.stages, "splits_moved": asked.plan.placement.moved}

    def write(uow: UnitOfWork) -> str:
        version = uow.pipelines.version_of(pipeline_id, pipeline.as_document(), digest(pipeline), made_by=made_by)
        job = uow.jobs.enqueue("run_pipeline", {}, memory_mb=limits.memory_mb, timeout_seconds=limits.timeout_seconds)
        run = uow.runs.add(
            version.id,
            plan=kept,
            inputs=inputs,
            params=given,
            target=target,
            backend=backend,
            job_id=job.id,
            limits=limits.asked() or None,
        )
        job.payload = {"run_id": run.id}
        uow.run_index.keep_params(run.id, settings_of(pipeline, given))
        if together_with is not None:
            together_with(uow, run.id)
        return run.id

    return workspace.database.transact(write)


def run_again(workspace: Workspace, run_id: str) -> str:
    """Queue another run of the same pipeline version, with the same params, limits and backend.

    Returns
    -------
    str
        The new run's id.

    Raises
    ------
    PipelineProblems
        When the drawing does not fit the datasets any more.
    """
    with workspace.database.read() as uow:
        run = uow.runs.get(run_id)
        name, graph = uow.pipelines.get(run.pipeline_id).name, uow.pipelines.get_version(run.pipeline_version_id).graph
    return start_run(
        workspace,
        run.pipeline_id,
        Pipeline.from_document({**graph, "name": name}),
        target=run.target,
        params=run.params,
        limits=RunLimits(**(run.limits or {})),
        backend=run.backend,
    )


def get_run(workspace: Workspace, run_id: str) -> RunView:
    """A run with its nodes, as it is now.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        return read_run(uow, uow.runs.get(run_id))


def list_runs(workspace: Workspace, pipeline_id: str | None = None, limit: int = 100) -> list[RunView]:
    """Runs, newest first, without their nodes."""
    with workspace.database.read() as uow:
        return [listed_run(entry) for entry in uow.runs.list(pipeline_id=pipeline_id, limit=limit)]


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
    """Nodes of a drawing that changed since a run, themselves or before them: what the run says of them is old.

    Parameters count with the values that the run asked for: a default that it did not use makes nothing old.
    """
    with workspace.database.read() as uow:
        run = uow.runs.get(run_id)
        graph = uow.pipelines.get_version(run.pipeline_version_id).graph
    ran, drawn = Pipeline.from_document(graph).filled_in(run.params), pipeline.filled_in(run.params)
    ran, drawn = in_effect(ran).pipeline, in_effect(drawn).pipeline
    changed = [node.id for node in drawn.nodes if _drawn_as(drawn, node.id) != _drawn_as(ran, node.id)]
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
        drawn = Pipeline.from_document(uow.pipelines.get_version(run.pipeline_version_id).graph).filled_in(run.params)
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


def made_by(workspace: Workspace, run_id: str, node: str) -> dict[str, Any]:
    """What left the pipeline at a node.

    Raises
    ------
    MissingThing
    """
    view = next((found for found in get_run(workspace, run_id).nodes if found.node == node), None)
    if view is None or view.made is None:
        raise MissingThing("Nothing left the pipeline here in this run.", hint="Name an output that has run.")
    return view.made


def made_file(workspace: Workspace, run_id: str, node: str) -> tuple[str, Path]:
    """What a file that left a run is called, and where it lies; its bytes are checked.

    Raises
    ------
    MissingThing, NotFound, DamagedFile
    """
    made = made_by(workspace, run_id, node)
    if "artifact" not in made or "filename" not in made:
        raise MissingThing("This node makes no file.", hint="Name an Export file or a Report.")
    return str(made["filename"]), workspace.artifacts.verify(str(made["artifact"]))


def made_chart(workspace: Workspace, run_id: str, node: str) -> dict[str, Any]:
    """A chart of a run with its points, column by column.

    Raises
    ------
    MissingThing, NotFound, DamagedFile
    """
    made = made_by(workspace, run_id, node)
    if made.get("kind") != "chart":
        raise MissingThing("This node draws no chart.", hint="Name a Chart.")
    chart: dict[str, Any] = json.loads(workspace.artifacts.get_bytes(str(made["artifact"])))
    return chart


def _built_in(drawn: Pipeline, node: str, offset: int, limit: int) -> TableView:
    """A source that brings its own rows."""
    import pyarrow as pa

    from engine.service.tables import as_view

    source = read_params(drawn.by_id[node])
    table = source.table() if isinstance(source, Source) else None
    if not isinstance(table, pa.Table):
        raise MissingThing("This node makes no table.", node_id=node)
    return as_view(table.slice(offset, limit), table.num_rows, offset)
