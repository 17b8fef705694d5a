"""Executions of pipelines, node by node."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, Identity, JobStatus, JsonObject, NodeId


class Run(Base):
    __tablename__ = "runs"
    __table_args__ = (UniqueConstraint("pipeline_id", "number"),)

    id: Mapped[Identity]
    number: Mapped[int]
    pipeline_id: Mapped[str] = mapped_column(ForeignKey("pipelines.id"))
    pipeline_version_id: Mapped[str] = mapped_column(ForeignKey("pipeline_versions.id"), index=True)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    status: Mapped[JobStatus] = mapped_column(default="queued")
    params: Mapped[JsonObject]
    target: Mapped[str | None]
    backend: Mapped[str] = mapped_column(default="duckdb")
    limits: Mapped[JsonObject | None]
    seed: Mapped[BigInt]
    plan: Mapped[JsonObject]
    created_at: Mapped[Created] = mapped_column(index=True)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    cpu_seconds: Mapped[float | None]
    memory_mb: Mapped[float | None]
    bytes_read: Mapped[BigInt | None]
    bytes_written: Mapped[BigInt | None]
    bytes_spilled: Mapped[BigInt | None]
    computed: Mapped[int | None]
    reused: Mapped[int] = mapped_column(default=0)
    error: Mapped[JsonObject | None]
    note: Mapped[str | None]


class NodeRun(Base):
    __tablename__ = "node_runs"
    __table_args__ = (UniqueConstraint("run_id", "node_id"),)

    id: Mapped[Identity]
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    node_id: Mapped[NodeId]
    component: Mapped[str]
    position: Mapped[int]
    status: Mapped[JobStatus] = mapped_column(default="queued")
    source_rows: Mapped[BigInt | None]
    rows_in: Mapped[BigInt | None]
    rows_out: Mapped[BigInt | None]
    started: Mapped[float | None]
    seconds: Mapped[float | None]
    cpu_seconds: Mapped[float | None]
    memory_mb: Mapped[float | None]
    bytes_read: Mapped[BigInt | None]
    bytes_written: Mapped[BigInt | None]
    bytes_spilled: Mapped[BigInt | None]
    stage: Mapped[str | None]
    cached: Mapped[bool] = mapped_column(default=False)
    fingerprint: Mapped[str | None] = mapped_column(index=True)
    shape: Mapped[str | None] = mapped_column(index=True)
    outputs: Mapped[JsonObject] = mapped_column(default=dict)
    report: Mapped[JsonObject | None]
    message: Mapped[str | None]
    error: Mapped[JsonObject | None]


class RunInput(Base):
    __tablename__ = "run_inputs"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    dataset_version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), index=True)


class RunMetric(Base):
    """One metric that a node came to: what runs are filtered and sorted by, on every database alike."""

    __tablename__ = "run_metrics"
    __table_args__ = (Index(None, "name", "value", "run_id"),)

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    node_id: Mapped[NodeId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class RunParam(Base):
    """One setting that a run began with; with `number` where its value is one."""

    __tablename__ = "run_params"
    __table_args__ = (Index(None, "name", "number", "run_id"),)

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[float | None]
    text: Mapped[str]


class RunTag(Base):
    """A word that somebody gave to a run."""

    __tablename__ = "run_tags"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class ScoreChange(Base):
    """Why two runs scored differently at a node: what the reruns came to."""

    __tablename__ = "score_changes"
    __table_args__ = (UniqueConstraint("left_run_id", "right_run_id", "node_id"),)

    id: Mapped[Identity]
    left_run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    right_run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    node_id: Mapped[NodeId]
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    report: Mapped[JsonObject | None]
    created_at: Mapped[Created]
