"""What was found when endpoints were watched."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, Identity, JsonList, JsonObject


class DriftPoint(Base):
    """What one model version was asked and answered in one window, beside what it is compared with."""

    __tablename__ = "drift_points"
    __table_args__ = (
        UniqueConstraint(
            "endpoint_id", "model_version_id", "begins_at", "ends_at", "against", name="uq_drift_points_window"
        ),
        Index("ix_drift_points_endpoint_id_ends_at", "endpoint_id", "ends_at"),
    )

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"))
    model_version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    against: Mapped[str] = mapped_column(default="training")
    """`training`, or the other window as ``<start>/<end>``."""
    made_by: Mapped[str] = mapped_column(default="schedule")
    """`schedule`, or `hand` for a window that somebody chose: only the former are drawn over time."""
    rows: Mapped[BigInt]
    psi: Mapped[JsonObject]
    """Field → population stability index."""
    worst_field: Mapped[str | None]
    worst_psi: Mapped[float | None]
    prediction_psi: Mapped[float | None]
    domain_auc: Mapped[float | None]
    outcomes: Mapped[BigInt] = mapped_column(default=0)
    performance: Mapped[JsonObject] = mapped_column(default=dict)
    baseline: Mapped[JsonObject] = mapped_column(default=dict)
    findings: Mapped[JsonList] = mapped_column(default=list)
    report: Mapped[JsonObject | None]
    """Everything that the screen draws; None once newer ones have taken its place."""
    blame: Mapped[JsonObject] = mapped_column(default=dict)
    """Field → what was found when somebody asked who is to blame."""
    created_at: Mapped[Created]


class EndpointWatch(Base):
    """Up to when an endpoint has been watched by itself: what schedulers claim."""

    __tablename__ = "endpoint_watches"

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), primary_key=True)
    until: Mapped[datetime]
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
