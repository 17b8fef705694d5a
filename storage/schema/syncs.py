"""How versions come by themselves, and what starts when they do."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, Identity, JobStatus, JsonList, JsonObject


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
