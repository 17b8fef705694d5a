"""When an endpoint's model learns anew, and each time that it did."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, Identity, JsonList, JsonObject, NodeId

RoundState = Literal["queued", "training", "comparing", "waiting", "publishing", "published", "kept", "failed"]
ENDED: tuple[RoundState, ...] = ("published", "kept", "failed")


class Policy(Base):
    """Which pipeline retrains for an endpoint, when, and what goes live by which rule."""

    __tablename__ = "policies"

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), primary_key=True)
    pipeline_id: Mapped[str] = mapped_column(ForeignKey("pipelines.id"), index=True)
    node: Mapped[NodeId]
    """The model node whose models answer the endpoint."""
    settings: Mapped[JsonObject]
    seen: Mapped[JsonObject] = mapped_column(default=dict)
    """Dataset → the version that the last round was begun for."""
    paused: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    turn: Mapped[int] = mapped_column(default=0)
    """Counted up by whoever begins a round, so that each cause begins one."""
    made_by: Mapped[str] = mapped_column(default="local")
    created_at: Mapped[Created]
    changed_at: Mapped[Created]


class Round(Base):
    """One time that a model learned anew for an endpoint: why, what came of it, and who decided."""

    __tablename__ = "rounds"
    # One at a time: two challengers would be compared with a champion that the other one is about to replace.
    __table_args__ = (
        UniqueConstraint("endpoint_id", "number"),
        Index(
            "uq_rounds_open",
            "endpoint_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[Identity]
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="queued")
    cause: Mapped[JsonObject]
    """``{"kind": "data" | "schedule" | "drift" | "performance" | "hand", "words": …, …}``"""
    pipeline_id: Mapped[str] = mapped_column(ForeignKey("pipelines.id"), index=True)
    node: Mapped[NodeId]
    tries: Mapped[int] = mapped_column(default=0)
    """How often the training was begun: one that crashed is begun once more."""
    run_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"), index=True)
    champion_id: Mapped[str | None] = mapped_column(ForeignKey("model_versions.id", ondelete="SET NULL"), index=True)
    challenger_id: Mapped[str | None] = mapped_column(ForeignKey("model_versions.id", ondelete="SET NULL"), index=True)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    """The job that compares or publishes."""
    comparison: Mapped[JsonObject | None]
    conditions: Mapped[JsonList] = mapped_column(default=list)
    """What the rule asks for, each with what was found."""
    verdict: Mapped[str] = mapped_column(default="")
    error: Mapped[JsonObject | None]
    revision: Mapped[int | None]
    """The endpoint's revision that it made."""
    decided_by: Mapped[str | None]
    comment: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]
    created_at: Mapped[Created]
    changed_at: Mapped[Created]
    finished_at: Mapped[datetime | None]
