"""What answers requests, with which models, and who may ask."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, EndpointStatus, Identity, JsonList, JsonObject, Role


class Endpoint(Base):
    __tablename__ = "endpoints"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    status: Mapped[EndpointStatus] = mapped_column(default="live")
    settings: Mapped[JsonObject] = mapped_column(default=dict)
    """How it answers: strict or lenient, what is logged, how much may be asked."""
    created_at: Mapped[Created]
    retired_at: Mapped[datetime | None]
    sunset: Mapped[JsonObject | None]
    """What callers are told when it is retired: the reason, and what answers instead."""


class Deployment(Base):
    """One model version in one revision of an endpoint; a revision has one row for each that answers or listens."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("endpoint_id", "revision", "model_version_id"),)

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"))
    revision: Mapped[int]
    model_version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    role: Mapped[Role] = mapped_column(default="live")
    """`live` answers; `shadow` is asked too, and nobody hears it."""
    share: Mapped[float] = mapped_column(default=1.0)
    parity: Mapped[JsonObject]
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(default="local")
    cause: Mapped[JsonObject] = mapped_column(default=dict)
    """What led to it, where that was not a person: ``{"kind": "policy", …}``."""
    created_at: Mapped[Created]
    ended_at: Mapped[datetime | None]


class EndpointKey(Base):
    __tablename__ = "endpoint_keys"

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(default="")
    prefix: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Outcome(Base):
    """What turned out to be true for a prediction."""

    __tablename__ = "outcomes"
    __table_args__ = (Index("ix_outcomes_endpoint_id_at", "endpoint_id", "at"),)

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), primary_key=True)
    prediction_id: Mapped[str] = mapped_column(primary_key=True)
    truth: Mapped[JsonObject]
    """``{"value": …}``, as it was sent."""
    at: Mapped[Created]

    @property
    def value(self) -> Any:
        """The true value itself."""
        return self.truth.get("value")


class EndpointMinute(Base):
    """What one process of the API did for one endpoint in one minute."""

    __tablename__ = "endpoint_minutes"

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(primary_key=True)
    requests: Mapped[BigInt] = mapped_column(default=0)
    records: Mapped[BigInt] = mapped_column(default=0)
    refused: Mapped[BigInt] = mapped_column(default=0)
    """Requests that were answered with a status from 400 to 499."""
    failed: Mapped[BigInt] = mapped_column(default=0)
    """Requests that were answered with a status from 500 on."""
    seconds: Mapped[float] = mapped_column(default=0.0)
    latencies: Mapped[JsonList] = mapped_column(default=list)
    """How many requests fell into each bucket of `storage.repositories.traffic.BUCKETS`."""
    most_waiting: Mapped[int] = mapped_column(default=0)
