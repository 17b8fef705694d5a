"""What people are told of: the rules, what they found, who is told, and what was sent."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, Identity, JsonList, JsonObject

Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
"""From the least to the worst."""
Condition = Literal["above", "below", "rises", "falls", "absent"]
DeliveryStatus = Literal["waiting", "sent", "failed", "held", "summed up"]


class Channel(Base):
    """A way to tell people outside the product."""

    __tablename__ = "channels"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    settings: Mapped[JsonObject]
    secret: Mapped[str | None]
    """A password or signing key, as `storage.secrets.encrypt` gives it."""
    least_severity: Mapped[str] = mapped_column(default="info")
    most_per_hour: Mapped[int] = mapped_column(default=10)
    created_at: Mapped[Created]


class AlertRule(Base):
    """What is measured of one endpoint, dataset or pipeline, when that is worth an alert, and how it stands.

    Exactly one of `endpoint_id`, `dataset_id` and `pipeline_id` is set.
    """

    __tablename__ = "alert_rules"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    endpoint_id: Mapped[str | None] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), index=True)
    dataset_id: Mapped[str | None] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    pipeline_id: Mapped[str | None] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"), index=True)
    measure: Mapped[str]
    of: Mapped[str] = mapped_column(default="")
    """The field or the metric, for measures that need one."""
    condition: Mapped[str]
    limit: Mapped[float | None]
    """In the unit of the measure; in percent for `rises` and `falls`; None for `absent`."""
    window_minutes: Mapped[int]
    windows_before: Mapped[int] = mapped_column(default=7)
    """With how many earlier windows `rises` and `falls` compare."""
    looks: Mapped[int] = mapped_column(default=1)
    """How often in a row it must hold."""
    severity: Mapped[str] = mapped_column(default="warning")
    remind_minutes: Mapped[int | None] = mapped_column(default=1440)
    channels: Mapped[JsonList] = mapped_column(default=list)
    """Ids of the channels that are told; all of them where it is empty."""
    muted_until: Mapped[datetime | None]
    created_at: Mapped[Created]

    looked_at: Mapped[datetime | None]
    value: Mapped[float | None]
    value_at: Mapped[datetime | None]
    """Up to when the value tells; the same one is not counted twice."""
    reason: Mapped[str] = mapped_column(default="")
    """Why there is no value."""
    held: Mapped[int] = mapped_column(default=0)
    """How many values in a row have met the condition."""
    calm: Mapped[int] = mapped_column(default=0)
    """How many in a row have not, by a margin."""


class Alert(Base):
    """A rule that holds, from when it opened until it closed; what it says outlives the rule."""

    __tablename__ = "alerts"
    __table_args__ = (Index("ix_alerts_closed_at_opened_at", "closed_at", "opened_at"),)

    id: Mapped[Identity]
    rule_id: Mapped[str | None] = mapped_column(ForeignKey("alert_rules.id", ondelete="SET NULL"), index=True)
    rule: Mapped[str]
    severity: Mapped[str]
    subject_kind: Mapped[str]
    subject: Mapped[str]
    subject_key: Mapped[str]
    """What its page needs: the name of an endpoint or a dataset, the id of a pipeline."""
    message: Mapped[str]
    value: Mapped[float | None]
    limit: Mapped[float | None]
    opened_at: Mapped[datetime]
    held_at: Mapped[datetime]
    """When it last held."""
    told_at: Mapped[datetime | None]
    """When channels were last told; None while the rule is muted."""
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    closed_because: Mapped[str] = mapped_column(default="")


class Delivery(Base):
    """A message to one channel, and what became of it."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_status_next_at", "status", "next_at"),
        Index("ix_deliveries_channel_id_created_at", "channel_id", "created_at"),
    )

    id: Mapped[Identity]
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    kind: Mapped[str]
    """`alerts`, `summary` or `test`."""
    message: Mapped[JsonObject]
    status: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    next_at: Mapped[datetime | None]
    """When it is tried next; while it is being sent, when it counts as given up."""
    created_at: Mapped[Created]
    finished_at: Mapped[datetime | None]
