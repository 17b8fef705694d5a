"""How much keys were used."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt


class KeyUse(Base):
    """What was asked with one key on one day (UTC)."""

    __tablename__ = "key_uses"

    key_id: Mapped[str] = mapped_column(ForeignKey("endpoint_keys.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    """``2026-11-22``"""
    requests: Mapped[BigInt] = mapped_column(default=0)
    records: Mapped[BigInt] = mapped_column(default=0)
