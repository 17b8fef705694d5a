"""How what answers an endpoint comes to change: publications, and the rules that canaries are under."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, Identity, JsonObject

PublicationStatus = Literal["planned", "working", "checked", "live", "failed", "cancelled"]
OPEN_PUBLICATIONS: tuple[PublicationStatus, ...] = ("planned", "working", "checked")
"""Of these something is still to come."""


class Publication(Base):
    """A wish to change what answers an endpoint, with what was found when it was checked, and how it ended."""

    __tablename__ = "publications"
    __table_args__ = (Index("ix_publications_status_at", "status", "at"),)

    id: Mapped[Identity]
    endpoint: Mapped[str] = mapped_column(index=True)
    """Its name: with the first publication there is no endpoint yet."""
    wish: Mapped[JsonObject]
    note: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[str] = mapped_column(default="local")
    cause: Mapped[JsonObject] = mapped_column(default=dict)
    at: Mapped[datetime | None]
    """When it is to happen; None for at once."""
    status: Mapped[str]
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    report: Mapped[JsonObject | None]
    """What was found: parity of each version, and what the replay showed."""
    revision: Mapped[int | None]
    """The revision of the endpoint that it became."""
    error: Mapped[JsonObject | None]
    created_at: Mapped[Created]
    finished_at: Mapped[datetime | None]


class CanaryRule(Base):
    """When a canary takes over by itself, and when it is taken back."""

    __tablename__ = "canary_rules"

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"), index=True)
    rule: Mapped[JsonObject]
    status: Mapped[str] = mapped_column(default="watching")
    """``watching``, then ``promoted``, ``taken back``, ``undecided``, ``failed``, or ``ended`` by another change."""
    verdict: Mapped[JsonObject | None]
    """What was found at the last look."""
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it is looked at next."""
    made_by: Mapped[str] = mapped_column(default="local")
    created_at: Mapped[Created]
    ended_at: Mapped[datetime | None]
