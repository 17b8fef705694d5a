"""Datasets that endpoints answer: once, or again and again; and the pages on which people may try an endpoint."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, Identity, JsonObject


class Batch(Base):
    """A dataset that an endpoint answers again and again: at times, or at each new version."""

    __tablename__ = "batches"
    __table_args__ = (UniqueConstraint("endpoint_id", "dataset_id", "into"),)

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    into: Mapped[str]
    """The dataset that gets the answers, by its name: it is made the first time."""
    schedule: Mapped[JsonObject | None]
    """When; None for each new latest version."""
    strict: Mapped[bool | None]
    """Whether a record that cannot be answered ends it; None for as the endpoint does."""
    seen: Mapped[int] = mapped_column(default=0)
    """The version that it was last started for, where new versions start it."""
    paused: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    error: Mapped[JsonObject | None]
    """Why it could not be started the last time."""
    created_at: Mapped[Created]


class Scoring(Base):
    """One time that an endpoint answered a whole dataset or file."""

    __tablename__ = "scorings"
    __table_args__ = (UniqueConstraint("batch_id", "slot"),)

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id", ondelete="SET NULL"))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    model_version_id: Mapped[str | None] = mapped_column(ForeignKey("model_versions.id", ondelete="SET NULL"))
    source_version_id: Mapped[str | None] = mapped_column(ForeignKey("dataset_versions.id", ondelete="SET NULL"))
    made_version_id: Mapped[str | None] = mapped_column(ForeignKey("dataset_versions.id", ondelete="SET NULL"))
    source: Mapped[JsonObject]
    """``{"dataset": …, "version": …}``, or ``{"file": …}`` as a source."""
    into: Mapped[str]
    model: Mapped[str]
    """The model version in words, so that it is known when the version is gone: ``churn v3``."""
    strict: Mapped[bool]
    asked_by: Mapped[str]
    slot: Mapped[datetime]
    version_number: Mapped[int | None]
    rows: Mapped[BigInt | None]
    unanswered: Mapped[BigInt | None]
    created_at: Mapped[Created]
    finished_at: Mapped[datetime | None]


class EndpointPage(Base):
    """A page on which people without a key read about an endpoint, opened by link."""

    __tablename__ = "endpoint_pages"

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), primary_key=True)
    share: Mapped[str] = mapped_column(unique=True)
    """Half of the link; the other half follows from this home's secret."""
    words: Mapped[str] = mapped_column(default="")
    """What people say of it in their own words."""
    can_try: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Created]
