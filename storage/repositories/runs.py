"""Runs and what each node did in them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, cast, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from storage.column_types import PlainText
from storage.errors import Conflict, InUse, NotFound
from storage.repositories import lineage
from storage.repositories.base import Repository
from storage.schema import (
    FINISHED,
    UNFINISHED,
    Dataset,
    DatasetVersion,
    Job,
    JobStatus,
    Model,
    ModelVersion,
    NodeRun,
    Pipeline,
    PipelineVersion,
    Run,
    RunInput,
    utc_now,
)

RECENT_RUNS = 20


class RunEntry(NamedTuple):
    """One line of the list of runs."""

    id: str
    number: int
    pipeline_id: str
    pipeline: str
    version: int
    job_id: str | None
    status: JobStatus
    params: dict[str, Any]
    target: str | None
    backend: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    memory_mb: float | None
    computed: int | None
    reused: int
    error: dict[str, Any] | None
    note: str | None


class VersionRun(NamedTuple):
    """A run, as far as it counts for the version of the pipeline that it ran."""

    id: str
    number: int
    pipeline_version_id: str
    status: JobStatus
    seconds: float | None
    computed: int | None


class PastCost(NamedTuple):
    """What a node took in an earlier run.

    Parameters
    ----------
    source_rows : rows of the stored tables before the node; None where it was not written down.
    """

    shape: str | None
    node_id: str
    component: str
    source_rows: int | None
    seconds: float | None
    memory_mb: float | None


class Runs(Repository):
    def add(  # noqa: PLR0913 (a run is what all of these say)
        self,
        pipeline_version_id: str,
        *,
        plan: dict[str, Any],
        inputs: Mapping[str, str] | None = None,
        params: dict[str, Any] | None = None,
        target: str | None = None,
        backend: str = "duckdb",
        limits: dict[str, Any] | None = None,
        seed: int = 0,
        job_id: str | None = None,
    ) -> Run:
        """Make a queued run of a pipeline version.

        Parameters
        ----------
        inputs : node id → id of the dataset version that this node reads, pinned from now on.
        target : the node to run up to; None runs everything.
        limits : what the run may take; None for the defaults.
        """
        version = self._get(PipelineVersion, pipeline_version_id, "pipeline version")
        self._get(Pipeline, version.pipeline_id, "pipeline", lock=True)
        run = Run(
            number=self._next(Run.number, Run.pipeline_id, version.pipeline_id),
            pipeline_id=version.pipeline_id,
            pipeline_version_id=version.id,
            job_id=job_id,
            params=params or {},
            target=target,
            backend=backend,
            limits=limits,
            seed=seed,
            plan=plan,
        )
        self._insert(run, Conflict("Another run was started in this moment", "Try again."))
        for node_id, dataset_version_id in (inputs or {}).items():
            self._pin(dataset_version_id)
            row = RunInput(run_id=run.id, node_id=node_id, dataset_version_id=dataset_version_id)
            self._insert(row, Conflict(f"The dataset version that {node_id} reads was deleted", "Choose another."))
        return run

    def get(self, run_id: str) -> Run:
        """Return the run with this id."""
        return self._get(Run, run_id, "run")

    def by_number(self, pipeline_id: str, number: int) -> Run:
        """Return a pipeline's run of this number."""
        query = select(Run).where(Run.pipeline_id == pipeline_id, Run.number == number)
        return self._one(query, f"There is no run {number}")

    def of_job(self, job_id: str) -> Run | None:
        """Return the run that a job does, if it does one."""
        return self._session.scalars(select(Run).where(Run.job_id == job_id)).first()

    def list(
        self,
        *,
        pipeline_id: str | None = None,
        status: JobStatus | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Sequence[RunEntry]:
        """Return runs with the names of their pipelines, newest first, in one query."""
        query = entries().order_by(Run.created_at.desc(), Run.id.desc()).limit(limit).offset(offset)
        if pipeline_id is not None:
            query = query.where(Run.pipeline_id == pipeline_id)
        if status is not None:
            query = query.where(Run.status == status)
        return [RunEntry._make(row) for row in self._session.execute(query)]

    def of_pipeline(self, pipeline_id: str) -> Sequence[VersionRun]:
        """Return what the runs of a pipeline came to, newest first."""
        query = select(*(getattr(Run, name) for name in VersionRun._fields)).where(Run.pipeline_id == pipeline_id)
        return [VersionRun._make(row) for row in self._session.execute(query.order_by(Run.number.desc()))]

    def models_of_pipeline(self, pipeline_id: str) -> Sequence[tuple[str, dict[str, Any]]]:
        """Return version id and model of every node that trained one, or reused it, in a pipeline's runs."""
        has_model = NodeRun.outputs.cast(PlainText).contains('"model_version_id"')
        query = select(Run.pipeline_version_id, NodeRun.outputs).join(Run, Run.id == NodeRun.run_id)
        rows = self._session.execute(query.where(Run.pipeline_id == pipeline_id, has_model).order_by(NodeRun.id))
        return [(version_id, model) for version_id, outputs in rows if (model := outputs.get("model"))]

    def inputs(self, run_id: str) -> Sequence[RunInput]:
        """Return the dataset versions a run reads, by node."""
        return self._session.scalars(select(RunInput).where(RunInput.run_id == run_id).order_by(RunInput.node_id)).all()

    def files_in_use(self) -> frozenset[str]:
        """Return the hashes of the artifacts that left some run: files to fetch, charts, reports."""
        listed = NodeRun.outputs.cast(PlainText).contains('"artifact"')
        found = self._session.scalars(select(NodeRun.outputs).where(listed))
        return frozenset(sha256 for outputs in found if (sha256 := (outputs.get("made") or {}).get("artifact")))

    def nodes(self, run_id: str) -> Sequence[NodeRun]:
        """Return what each node did, in order of execution."""
        return self._session.scalars(select(NodeRun).where(NodeRun.run_id == run_id).order_by(NodeRun.position)).all()

    def of_node(
        self, pipeline_id: str, node_id: str, limit: int = 30
    ) -> Sequence[tuple[int, str, datetime | None, NodeRun]]:
        """Return what a node did in the latest runs of its pipeline, newest first, with each run's number and id."""
        query = (
            select(Run.number, Run.id, Run.created_at, NodeRun)
            .join(Run, Run.id == NodeRun.run_id)
            .where(Run.pipeline_id == pipeline_id, NodeRun.node_id == node_id)
            .order_by(Run.number.desc())
            .limit(limit)
        )
        return [(number, run_id, at, node) for number, run_id, at, node in self._session.execute(query)]

    def start(self, run_id: str) -> Run:
        """Say that a run has begun; on a retry the time counts from here again."""
        run = self.get(run_id)
        run.status, run.started_at, run.finished_at, run.error = "running", utc_now(), None, None
        return run

    def finish(
        self,
        run_id: str,
        status: JobStatus,
        *,
        seconds: float | None = None,
        error: dict[str, Any] | None = None,
    ) -> Run:
        """End a run and add up its nodes; in the same unit of work as `Jobs.finish`, which refuses a late attempt."""
        if status not in FINISHED:
            raise ValueError(f"{status} is not the end of a run")
        run = self.get(run_id)
        run.status, run.finished_at = status, utc_now()
        run.seconds, run.error = seconds, error
        self._add_up(run)
        return run

    def before(self, run: Run) -> Run | None:
        """Return the last run before this one that did the same: same pipeline, same target, succeeded."""
        return self._session.scalars(
            self._alike(run).where(Run.number < run.number).order_by(Run.number.desc())
        ).first()

    def fastest(self, run: Run) -> Run | None:
        """Return the fastest other run that did the same and computed at least as many nodes as this one."""
        others = self._alike(run).where(Run.computed >= (run.computed or 0), Run.seconds.is_not(None))
        return self._session.scalars(others.order_by(Run.seconds, Run.number)).first()

    def _alike(self, run: Run) -> Select[Run]:
        same = (Run.pipeline_id == run.pipeline_id, Run.target.is_not_distinct_from(run.target))
        return select(Run).where(*same, Run.id != run.id, Run.status == "succeeded").limit(1)

    def past_costs(self, shapes: Iterable[str], backend: str = "duckdb", most: int = 5) -> Sequence[PastCost]:
        """Return what nodes of these shapes took when a backend really computed them, the newest `most` of each."""
        measured = _measured(backend, NodeRun.shape).where(NodeRun.shape.in_(set(shapes)))
        return self._newest(measured, most)

    def past_costs_in(self, pipeline_id: str, backend: str = "duckdb", most: int = 5) -> Sequence[PastCost]:
        """Return what each node of a pipeline took lately, with whatever params it had then."""
        lately = select(Run.id).where(Run.pipeline_id == pipeline_id).order_by(Run.number.desc()).limit(RECENT_RUNS)
        measured = _measured(backend, NodeRun.node_id, NodeRun.component).where(NodeRun.run_id.in_(lately))
        return self._newest(measured, most)

    def _newest(self, measured: Select[Any], most: int) -> Sequence[PastCost]:
        found = measured.subquery()
        newest = select(*(found.c[name] for name in PastCost._fields)).where(found.c.place <= most)
        return [PastCost._make(row) for row in self._session.execute(newest)]

    def _add_up(self, run: Run) -> None:
        """Sum up what the nodes took, and find the peaks; what was reused took nothing in this run."""
        self._session.flush()
        totals: dict[str, ColumnElement[Any]] = {
            "cpu_seconds": func.sum(NodeRun.cpu_seconds),
            "memory_mb": func.max(NodeRun.memory_mb),
            "bytes_read": cast(func.sum(NodeRun.bytes_read), BigInteger),
            "bytes_written": cast(func.sum(NodeRun.bytes_written), BigInteger),
            "bytes_spilled": func.max(NodeRun.bytes_spilled),
            "computed": func.count(NodeRun.id).filter(NodeRun.status == "succeeded"),
        }
        own = (NodeRun.run_id == run.id, NodeRun.cached.is_(False))
        for name, value in zip(totals, self._session.execute(select(*totals.values()).where(*own)).one(), strict=True):
            setattr(run, name, value)
        reused = select(func.count(NodeRun.id)).where(NodeRun.run_id == run.id, NodeRun.cached)
        run.reused = self._session.scalar(reused) or 0

    def record_node(self, run_id: str, node_id: str, **fields: Any) -> NodeRun:
        """Write down what is known about a node by now; the first time with `component` and `position`."""
        node = self._session.scalars(
            select(NodeRun).where(NodeRun.run_id == run_id, NodeRun.node_id == node_id)
        ).first() or NodeRun(run_id=run_id, node_id=node_id)
        for name, value in fields.items():
            if name not in NodeRun.__table__.columns:
                raise TypeError(f"a node run has no {name}")
            setattr(node, name, value)
        return self._insert(node, Conflict(f"{node_id} is written by two processes", "Start the run again."))

    def tell_outputs(self, run_id: str, node_id: str, **told: Any) -> None:
        """Add to what a node that is at work has told so far."""
        mine = (NodeRun.run_id == run_id, NodeRun.node_id == node_id, NodeRun.status == "running")
        node = self._session.scalars(select(NodeRun).where(*mine)).first()
        if node is not None:
            node.outputs = {**node.outputs, **told}

    def follow(self, jobs: Sequence[Job]) -> Sequence[Run]:
        """Carry the fate of jobs that were reaped or cancelled over to their runs: crashed, cancelled, queued again.

        Nodes that were at work crashed with them; those that had finished stay finished.
        """
        fate = {job.id: job for job in jobs}
        runs = self._session.scalars(select(Run).where(Run.job_id.in_(fate), Run.status.in_(UNFINISHED))).all()
        for run in runs:
            job = fate[run.job_id or ""]
            run.status, run.error, run.finished_at = job.status, job.error, job.finished_at
            self._add_up(run)
        self._end_nodes([run.id for run in runs])
        self._session.flush()
        return runs

    def delete(self, run_id: str) -> None:
        """Forget a run; `InUse` while it is at work or a model came out of it."""
        run = self._session.get(Run, run_id)
        if run is None:
            raise NotFound(f"There is no run with the id {run_id}")
        models = (
            select(Model.name, ModelVersion.number)
            .join(ModelVersion, ModelVersion.model_id == Model.id)
            .where(ModelVersion.run_id == run_id)
        )
        users = [f"model {name} v{number}" for name, number in self._session.execute(models)]
        if run.status in UNFINISHED or users:
            by = ", ".join(users) or f"its job ({run.status})"
            raise InUse(f"Run {run.number} is in use by {by}", "Cancel it or delete those first.", users)
        self._change(delete(Run).where(Run.id == run_id))

    def lineage(
        self,
        *,
        dataset_id: str | None = None,
        pipeline_id: str | None = None,
        run_id: str | None = None,
        model_id: str | None = None,
        endpoint_id: str | None = None,
        limit: int = 1000,
    ) -> Sequence[lineage.LineageRow]:
        """Return the paths from dataset versions to deployments that lead through what is given."""
        return lineage.lineage(
            self._session,
            dataset_id=dataset_id,
            pipeline_id=pipeline_id,
            run_id=run_id,
            model_id=model_id,
            endpoint_id=endpoint_id,
            limit=limit,
        )

    def _pin(self, dataset_version_id: str) -> None:
        """Hold the dataset until this unit commits, so that it cannot be deleted before it is seen to be in use."""
        version = self._get(DatasetVersion, dataset_version_id, "dataset version")
        self._session.get(Dataset, version.dataset_id, with_for_update={"read": True})

    def end_nodes(self, run_id: str, status: JobStatus) -> None:
        """Let the nodes that were at work share the run's fate; those that had finished stay finished."""
        self._end_nodes([run_id], status)

    def _end_nodes(self, run_ids: Sequence[str], status: JobStatus = "crashed") -> None:
        at_work = update(NodeRun).where(NodeRun.run_id.in_(run_ids), NodeRun.status == "running")
        self._change(at_work.values(status=status))


def entries() -> Select[Any]:
    """What `RunEntry` holds, of every run."""
    columns: list[Any] = [
        *(Run.id, Run.number, Run.pipeline_id, Pipeline.name, PipelineVersion.number, Run.job_id, Run.status),
        *(Run.params, Run.target, Run.backend, Run.created_at, Run.started_at, Run.finished_at),
        *(Run.seconds, Run.memory_mb, Run.computed, Run.reused, Run.error, Run.note),
    ]
    return (
        select(*columns)
        .join(Pipeline, Pipeline.id == Run.pipeline_id)
        .join(PipelineVersion, PipelineVersion.id == Run.pipeline_version_id)
    )


def _measured(backend: str, *alike: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[Any]:
    """Node runs that were really computed, and the place of each among its like, the newest first."""
    place = func.row_number().over(partition_by=alike, order_by=NodeRun.id.desc()).label("place")
    columns = [getattr(NodeRun, name) for name in PastCost._fields]
    return (
        select(*columns, place)
        .join(Run, Run.id == NodeRun.run_id)
        .where(NodeRun.status == "succeeded", NodeRun.cached.is_(False), NodeRun.seconds.is_not(None))
        .where(Run.backend == backend)
    )
