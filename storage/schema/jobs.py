"""Queued work."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, Identity, JobStatus, JsonObject


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
