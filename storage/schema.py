"""The metadata tables: one class per noun of the product."""

import secrets
import time
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from sqlalchemy import (
    BigInteger,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.column_types import Json, PlainText, SerialInteger, UtcDateTime

JobStatus = Literal["queued", "running", "succeeded", "failed", "cancelled", "crashed"]
EndpointStatus = Literal["live", "retired"]
UNFINISHED: tuple[JobStatus, ...] = ("queued", "running")
FINISHED: tuple[JobStatus, ...] = ("succeeded", "failed", "cancelled", "crashed")

JsonObject = dict[str, Any]
JsonList = list[Any]


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """Return 24 hex characters, the first 11 of them the time in milliseconds: sorted by id is sorted by age."""
    return f"{time.time_ns() // 1_000_000:011x}{secrets.token_hex(7)[:13]}"


BigInt = Annotated[int, mapped_column(BigInteger)]
Identity = Annotated[str, mapped_column(primary_key=True, default=new_id)]
Created = Annotated[datetime, mapped_column(default=utc_now)]
NodeId = Annotated[str, mapped_column(PlainText)]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own declaration)
        str: PlainText,
        int: Integer,
        float: Double,
        datetime: UtcDateTime,
        JsonObject: Json,
        JsonList: Json,
        JobStatus: PlainText,
        EndpointStatus: PlainText,
    }


class Dataset(Base):
    __tablename__ = "datasets"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    tags: Mapped[JsonList] = mapped_column(default=list)
    latest: Mapped[int | None]
    """The version that is meant where none is named: not always the newest one."""
    retention: Mapped[JsonObject | None]
    """Which versions may go by themselves; None keeps all."""
    key: Mapped[JsonList | None]
    """The columns that name a row; None where nothing but the whole row does."""
    created_at: Mapped[Created]


class DatasetVersion(Base):
    __tablename__ = "dataset_versions"
    __table_args__ = (UniqueConstraint("dataset_id", "number"),)

    id: Mapped[Identity]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    number: Mapped[int]
    rows: Mapped[BigInt]
    bytes: Mapped[BigInt]
    sha256: Mapped[str]
    columns: Mapped[JsonList]
    files: Mapped[JsonList]
    source: Mapped[JsonObject]
    read_as: Mapped[JsonObject]
    findings: Mapped[JsonList]
    profile: Mapped[JsonObject | None]
    next_row: Mapped[BigInt]
    """The first row id that no row of this version or an earlier one has had."""
    label: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    held: Mapped[JsonObject | None]
    """Why it did not become the latest; None when it could."""
    rejected: Mapped[JsonObject | None]
    changes: Mapped[JsonObject | None]
    """How many rows were added, removed, changed and kept since its parent."""
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("dataset_versions.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[Created]


class Sync(Base):
    """Where a dataset's next versions come from, and when."""

    __tablename__ = "syncs"

    id: Mapped[Identity]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), unique=True)
    source: Mapped[JsonObject]
    overrides: Mapped[JsonObject]
    schedule: Mapped[JsonObject]
    mode: Mapped[str]
    watermark: Mapped[str | None]
    """The column that grows; only rows beyond its greatest value in the latest version are taken."""
    on_schema_change: Mapped[str]
    retries: Mapped[int]
    paused: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[Created]


class SyncRun(Base):
    """One time that a dataset was synced, or should have been."""

    __tablename__ = "sync_runs"
    __table_args__ = (UniqueConstraint("sync_id", "slot", "attempt"),)

    id: Mapped[Identity]
    sync_id: Mapped[str] = mapped_column(ForeignKey("syncs.id", ondelete="CASCADE"))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    slot: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=1)
    asked_by: Mapped[str]
    status: Mapped[JobStatus] = mapped_column(default="queued")
    version_number: Mapped[int | None]
    rows: Mapped[BigInt | None]
    findings: Mapped[JsonList] = mapped_column(default=list)
    message: Mapped[str | None]
    error: Mapped[JsonObject | None]
    seconds: Mapped[float | None]
    retry_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it is tried again; None when it is not, or has been."""
    created_at: Mapped[Created]
    finished_at: Mapped[datetime | None]


class Trigger(Base):
    """What starts when a dataset gets a new latest version."""

    __tablename__ = "triggers"
    __table_args__ = (UniqueConstraint("dataset_id", "pipeline_id"),)

    id: Mapped[Identity]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    pipeline_id: Mapped[str] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"), index=True)
    seen: Mapped[int]
    """The version that it was last started for."""
    run_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"), index=True)
    error: Mapped[JsonObject | None]
    """Why the pipeline could not be started for that version."""
    fired_at: Mapped[datetime | None]
    created_at: Mapped[Created]


class Rule(Base):
    """What every version of a dataset is expected to be like."""

    __tablename__ = "rules"

    id: Mapped[Identity]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    rule: Mapped[JsonObject]
    severity: Mapped[str]
    created_at: Mapped[Created]


class RuleCheck(Base):
    """What the rules found in a version."""

    __tablename__ = "rule_checks"

    id: Mapped[Identity]
    version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), index=True)
    passed: Mapped[bool]
    results: Mapped[JsonList]
    failing: Mapped[JsonObject] = mapped_column(default=dict)
    """By rule, the ids of rows that break it: apart from the results, because a history needs only those."""
    created_at: Mapped[Created]


class Chart(Base):
    """A chart of a dataset, as it is to be drawn."""

    __tablename__ = "charts"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    id: Mapped[Identity]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    spec: Mapped[JsonObject]
    version: Mapped[int | None]
    """The version it is drawn from; the latest one where it is None."""
    drawn_on: Mapped[int]
    """The version it was last made for: what its columns were like."""
    created_at: Mapped[Created]
    updated_at: Mapped[Created]


class Board(Base):
    """Charts on one page, for people who look; who has the link may."""

    __tablename__ = "boards"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    share: Mapped[str | None] = mapped_column(unique=True)
    """Half of what opens it by link, the other half takes the secret of the home; None where it is not shared."""
    created_at: Mapped[Created]


class BoardCard(Base):
    """One card of a board: a chart, or a text."""

    __tablename__ = "board_cards"

    id: Mapped[Identity]
    board_id: Mapped[str] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"), index=True)
    chart_id: Mapped[str | None] = mapped_column(ForeignKey("charts.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    width: Mapped[int]
    """In sixths of the page."""
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")


class Pipeline(Base):
    __tablename__ = "pipelines"
    # A deleted pipeline gives its name free and keeps its runs and models traceable.
    __table_args__ = (
        Index(
            "uq_pipelines_name",
            "name",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[Identity]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]
    updated_at: Mapped[Created]
    deleted_at: Mapped[datetime | None]


class Draft(Base):
    __tablename__ = "drafts"

    pipeline_id: Mapped[str] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True)
    rev: Mapped[int]
    by: Mapped[str]
    ack: Mapped[BigInt]
    graph: Mapped[JsonObject]
    updated_at: Mapped[Created]


class PipelineVersion(Base):
    __tablename__ = "pipeline_versions"
    __table_args__ = (UniqueConstraint("pipeline_id", "number"),)

    id: Mapped[Identity]
    pipeline_id: Mapped[str] = mapped_column(ForeignKey("pipelines.id"))
    number: Mapped[int]
    graph: Mapped[JsonObject]
    sha256: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_status_created_at", "status", "created_at"),)

    id: Mapped[Identity]
    kind: Mapped[str]
    payload: Mapped[JsonObject]
    status: Mapped[JobStatus] = mapped_column(default="queued")
    attempt: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=1)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    memory_mb: Mapped[int | None]
    timeout_seconds: Mapped[float | None]
    created_at: Mapped[Created]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    progress: Mapped[float | None]
    message: Mapped[str | None]
    result: Mapped[JsonObject | None]
    error: Mapped[JsonObject | None]


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


class Model(Base):
    __tablename__ = "models"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]


class ModelVersion(Base):
    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("model_id", "number"),)

    id: Mapped[Identity]
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"))
    number: Mapped[int]
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    node_id: Mapped[NodeId]
    pipeline_version_id: Mapped[str] = mapped_column(ForeignKey("pipeline_versions.id"), index=True)
    task: Mapped[str]
    target: Mapped[str | None]
    metrics: Mapped[JsonObject]
    baseline: Mapped[JsonObject]
    signature: Mapped[JsonObject]
    lineage: Mapped[JsonObject]
    libraries: Mapped[JsonObject]
    files: Mapped[JsonObject]
    bytes: Mapped[BigInt]
    created_at: Mapped[Created]


class Endpoint(Base):
    __tablename__ = "endpoints"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    status: Mapped[EndpointStatus] = mapped_column(default="live")
    created_at: Mapped[Created]


class Deployment(Base):
    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("endpoint_id", "revision"),)

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"))
    revision: Mapped[int]
    model_version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    share: Mapped[float] = mapped_column(default=1.0)
    parity: Mapped[JsonObject]
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]
    ended_at: Mapped[datetime | None]


class EndpointKey(Base):
    __tablename__ = "endpoint_keys"

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), index=True)
    prefix: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Created]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Connection(Base):
    __tablename__ = "connections"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    settings: Mapped[JsonObject]
    secret: Mapped[str | None]
    writes: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Created]


class Audit(Base):
    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(SerialInteger, primary_key=True, autoincrement=True)
    at: Mapped[Created]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str] = mapped_column(index=True)
    detail: Mapped[JsonObject]
