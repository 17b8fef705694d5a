"""Part of a run done again: the same versions of the same tables, and whatever is kept of it reused."""

from collections.abc import Callable, Mapping
from pathlib import Path

from components.base import StoredTable
from components.base.outside import OutsideTable
from engine.backends.backend import Limits
from engine.backends.choose import open_backend
from engine.cache import Cache
from engine.checks import review
from engine.errors import Incomparable
from engine.events import Event, NodeResult
from engine.execute import Execution
from engine.graph import Pipeline
from engine.limits import database_memory_mb, matrix_memory_mb
from engine.plan import Plan, make_plan
from engine.work.assignment import Assignment
from engine.work.score_factors import Side, side_of
from engine.workspace import Workspace
from storage.schema import DatasetVersion
from storage.unit_of_work import UnitOfWork


def read_side(uow: UnitOfWork, run_id: str, node: str) -> Side:
    """A run that has ended, as far as one of its nodes."""
    run = uow.runs.get(run_id)
    drawn = Pipeline.from_document(uow.pipelines.get_version(run.pipeline_version_id).graph).resolved(run.params)
    pinned = {row.node_id: uow.datasets.get_version(row.dataset_version_id) for row in uow.runs.inputs(run_id)}
    return side_of(drawn, node, pinned)


def plan_again(workspace: Workspace, side: Side, backend: str) -> Plan:
    """The plan of doing it again.

    Raises
    ------
    CanvasbackError, ComponentError
    """
    pinned: dict[StoredTable, DatasetVersion] = dict(side.data)
    schema = workspace.schemas_of(pinned)

    def content(table: StoredTable | OutsideTable) -> str:
        if isinstance(table, OutsideTable):
            raise Incomparable(
                "Rows that are read from outside are not kept, so a run cannot be repeated with them.",
                hint="Import the table as a dataset.",
            )
        return (pinned[table] if table in pinned else workspace.version_of(table)).sha256

    return make_plan(review(side.drawn, schema, backend), content, side.node)


def run_again(
    assignment: Assignment,
    plan: Plan,
    side: Side,
    backend: str,
    cache: Cache,
    progress: Callable[[float], tuple[float, str]],
) -> Mapping[str, NodeResult]:
    """Execute a plan that `plan_again` made; nothing of it becomes a run or a model version.

    Parameters
    ----------
    progress
        How far this part is → how far the job is, and what it is doing.
    """
    workspace = assignment.workspace
    files = {table: workspace.files_of(version, "once") for table, version in side.data.items()}
    readable = [path for paths in files.values() for path in paths]
    settings = workspace.settings
    memory = settings.run_memory_mb
    limits = Limits(database_memory_mb(memory), settings.run_threads, settings.run_temp_mb)
    opened = open_backend(backend, limits, readable, cache.root, settings.spark_remote)
    cache.watch(readable)

    def listen(event: Event) -> None:
        assignment.tell(*progress(event.progress))

    def read(table: StoredTable | OutsideTable) -> list[Path]:
        assert isinstance(table, StoredTable)  # noqa: S101  who asks for others is refused before
        return files[table]

    try:
        return Execution(plan, opened, cache, read, listen, matrix_memory_mb(memory)).run()
    finally:
        opened.close()
