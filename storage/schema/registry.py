"""What people decide about model versions: the names they give them, and the history of it."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, Identity

Stage = Literal["none", "staging", "production", "archived"]
"""How far a version has come, in MLflow's words."""
STAGES: tuple[Stage, ...] = ("none", "staging", "production", "archived")
Verdict = Literal["approved", "rejected"]
EventKind = Literal["stage", "sign_off", "alias", "retired", "bin", "approvals"]


class ModelAlias(Base):
    """A name that stands for one version of a model."""

    __tablename__ = "model_aliases"

    model_id: Mapped[str] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"), index=True)
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class ModelEvent(Base):
    """One decision about a version: who took it, when and why.

    An empty `before` or `after` means that there was, or is, nothing.
    """

    __tablename__ = "model_events"

    id: Mapped[Identity]
    version_id: Mapped[str] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    before: Mapped[str] = mapped_column(default="")
    after: Mapped[str] = mapped_column(default="")
    by: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]
