"""Models and their versions."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, Identity, JsonObject, NodeId


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
