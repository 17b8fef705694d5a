"""Who has a pipeline open."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, NodeId


class Presence(Base):
    """A person at a browser, heard of a moment ago."""

    __tablename__ = "presences"

    pipeline_id: Mapped[str] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"), primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)
    cid: Mapped[str]
    name: Mapped[str]
    colour: Mapped[int]
    node: Mapped[NodeId | None]
    since: Mapped[Created]
    seen_at: Mapped[datetime]
