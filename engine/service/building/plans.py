"""Plans: what a run will do, told before it begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.schema as sch
from pydantic import Field

from components.base import Source, StoredTable
from components.base.outside import OutsideTable
from engine.backends.choose import check_backend
from engine.checks import review
from engine.forecast import Forecast, NodeForecast, forecast
from engine.graph import Pipeline
from engine.plan import Plan, make_plan
from engine.service.amounts import count, memory, roughly
from engine.service.views import View
from engine.workspace import Workspace
from storage.schema import DatasetVersion


class StepView(View):
    """What will become of one node.

    Parameters
    ----------
    doing
        ``computed`` by itself, ``fused`` into the query of the node `stage`, or ``reused``.
    seconds, memory_mb
        Expected from `measured` earlier runs; None while unknown, and for what is fused or reused.
    is_similar
        Whether something was set otherwise in those runs, at this node or before it.
    """

    node: str
    title: str
    component: str
    doing: str
    stage: str | None = None
    seconds: float | None = None
    memory_mb: float | None = None
    measured: int = 0
    is_similar: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether it will cost something, and nobody knows what."""
        return self.doing == "computed" and self.seconds is None


class RunPlanView(View):
    """What a run will do and take.

    Parameters
    ----------
    seconds, memory_mb
        Of the steps that were measured before; None when none was.
    running, reused, unknown
        Numbers of steps: that will run, whose result is kept, and among the first those not measured yet.
    stages
        The nodes of each query.
    splits_moved
        Split → the learned node it will stand before.
    rows
        Of all stored tables that are read.
    """

    pipeline: str
    target: str | None = None
    backend: str = "duckdb"
    seconds: float | None = None
    memory_mb: float | None = None
    running: int = 0
    reused: int = 0
    unknown: int = 0
    rows: int = 0
    steps: list[StepView] = Field(default_factory=list)
    stages: list[list[str]] = Field(default_factory=list)
    splits_moved: dict[str, str] = Field(default_factory=dict)

    @property
    def in_words(self) -> str:
        """The plan in one line.

        >>> RunPlanView(pipeline="p", running=3, reused=6, seconds=3.6, memory_mb=210).in_words
        'Runs 3 of 9 steps, about 4 s, 210 MB; 6 reused'
        """
        if not self.running:
            return f"Nothing to compute; {count(self.reused, 'step')} reused"
        runs = f"Runs {self.running} of {count(self.running + self.reused, 'step')}"
        reused = f"; {self.reused} reused" if self.reused else ""
        return f"{runs}, {self._cost()}{reused}"

    @property
    def cost_in_words(self) -> str:
        """What it would take: the expected time and memory, as far as they were measured; empty where nothing runs."""
        return self._cost() if self.running else ""

    def _cost(self) -> str:
        if self.seconds is None:
            return "not measured yet"
        peak = f", {memory(self.memory_mb)}" if self.memory_mb else ""
        if not self.unknown:
            return f"{roughly(self.seconds)}{peak}"
        if self.seconds < 1:
            return f"not all measured yet ({count(self.unknown, 'step is', 'steps are')} unknown)"
        least = roughly(self.seconds).replace("about", "at least")
        return f"{least}{peak} ({count(self.unknown, 'step')} not measured yet)"


@dataclass(frozen=True)
class PinnedPlan:
    """A plan, and the dataset version that each source of it reads."""

    plan: Plan
    inputs: Mapping[str, DatasetVersion]

    @property
    def stages(self) -> list[list[str]]:
        """The nodes of each query."""
        return [list(stage) for stage in self.plan.stages()]


def plan_run(
    workspace: Workspace, pipeline: Pipeline, target: str | None = None, backend: str = "duckdb"
) -> PinnedPlan:
    """Plan a run of what is drawn, over the datasets as they are now.

    Raises
    ------
    PipelineProblems
        When the drawing has errors on the way, or what the backend cannot do.
    InvalidSetting
        When there is no such backend.
    """
    versions: dict[StoredTable, DatasetVersion] = {}

    def pinned(table: StoredTable) -> DatasetVersion:
        if table not in versions:
            versions[table] = workspace.version_of(table)
        return versions[table]

    check_backend(backend)

    def schema(table: StoredTable | OutsideTable) -> sch.Schema:
        return workspace.schemas_of({table: pinned(table)} if isinstance(table, StoredTable) else {})(table)

    def content(table: StoredTable | OutsideTable) -> str:
        return pinned(table).sha256 if isinstance(table, StoredTable) else workspace.outside.last_hash(table)

    looked = review(pipeline, schema, backend)
    plan = make_plan(looked, content, target)
    sources = {node.id: node.component.table() for node in plan.nodes if isinstance(node.component, Source)}
    return PinnedPlan(plan, {key: pinned(table) for key, table in sources.items() if isinstance(table, StoredTable)})


def preview_run(
    workspace: Workspace,
    pipeline: Pipeline,
    *,
    target: str | None = None,
    params: Mapping[str, Any] | None = None,
    backend: str = "duckdb",
) -> RunPlanView:
    """Say what a run would do and take; nothing is executed.

    Expected costs come from earlier runs of the same nodes with the same params, in whatever pipeline; for a node that
    was never run so, from earlier runs of the pipeline of this name.

    Raises
    ------
    PipelineProblems
        When the drawing has errors on the way.
    """
    asked = plan_run(workspace, pipeline.resolved(params), target, backend)
    plan, rows = asked.plan, {node_id: version.rows for node_id, version in asked.inputs.items()}
    kept = {node.id for node in plan.nodes if workspace.cache.holds(node.fingerprint, node.materialised)}
    shapes = [node.shape for node in plan.nodes if node.id not in kept]
    with workspace.database.read() as uow:
        known = uow.pipelines.find(pipeline.name)
        similar = uow.runs.past_costs_in(known.id, backend) if known else []
        past = {*uow.runs.past_costs(shapes, backend), *similar}
    expected = forecast(plan, lambda node: node.id in kept, past, rows)
    return RunPlanView(
        pipeline=pipeline.name,
        target=target,
        backend=backend,
        rows=sum(version.rows for version in {version.id: version for version in asked.inputs.values()}.values()),
        steps=[_step(plan, node) for node in expected.nodes],
        stages=asked.stages,
        splits_moved={split: node for split, node in plan.placement.moved.items() if node in plan.by_id},
        **_totals(expected),
    )


def _totals(expected: Forecast) -> dict[str, Any]:
    running = len(expected.running)
    return {
        "seconds": expected.seconds,
        "memory_mb": expected.memory_mb,
        "running": running,
        "reused": len(expected.nodes) - running,
        "unknown": expected.unknown,
    }


def _step(plan: Plan, node: NodeForecast) -> StepView:
    drawn = plan.placement.pipeline.by_id[node.id]
    return StepView(
        node=node.id,
        title="Automatic split" if node.id in plan.placement.implicit else drawn.label,
        component=drawn.component,
        doing=node.doing,
        stage=node.stage if node.doing == "fused" else None,
        seconds=node.seconds,
        memory_mb=node.memory_mb,
        measured=node.measured,
        is_similar=node.is_similar,
    )
