"""What is done once in each stretch of time, by whichever process comes first."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base


class Slot(Base):
    __tablename__ = "slots"

    name: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[datetime]
    """The beginning of the last stretch that somebody took."""
