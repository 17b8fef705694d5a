"""Models and their versions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, Identity, JsonObject, NodeId


class Model(Base):
    __tablename__ = "models"
    # What is in the bin gives its name free.
    __table_args__ = (
        Index(
            "uq_models_name",
            "name",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[Identity]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    tags: Mapped[JsonObject] = mapped_column(default=dict)
    needs_sign_off: Mapped[bool] = mapped_column(default=False)
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Created]
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str] = mapped_column(default="")


class ModelVersion(Base):
    """What a run trained, which never changes, and below it what people say of it."""

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
    description: Mapped[str] = mapped_column(default="")
    tags: Mapped[JsonObject] = mapped_column(default=dict)
    card: Mapped[JsonObject] = mapped_column(default=dict)
    stage: Mapped[str] = mapped_column(default="none")
    sign_off: Mapped[str | None]
    retired_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[str] = mapped_column(default="")
