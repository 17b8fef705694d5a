"""Pipelines, their drafts and versions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, Identity, JsonObject


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
    origin_id: Mapped[str | None] = mapped_column(ForeignKey("pipelines.id"), index=True)
    origin_number: Mapped[int | None]
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
    label: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(default="local")
    created_at: Mapped[Created]
