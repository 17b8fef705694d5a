"""What endpoints have done altogether."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, JsonList


class EndpointTotal(Base):
    """All minutes of an endpoint before a moment, added up: a counter must not shrink when minutes are forgotten."""

    __tablename__ = "endpoint_totals"

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id", ondelete="CASCADE"), primary_key=True)
    until: Mapped[datetime]
    requests: Mapped[BigInt] = mapped_column(default=0)
    records: Mapped[BigInt] = mapped_column(default=0)
    refused: Mapped[BigInt] = mapped_column(default=0)
    failed: Mapped[BigInt] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    latencies: Mapped[JsonList] = mapped_column(default=list)
