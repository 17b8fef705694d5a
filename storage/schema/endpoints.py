"""What answers requests, with which models, and who may ask."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, EndpointStatus, Identity, JsonObject


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
