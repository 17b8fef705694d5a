"""Who did what."""

from sqlalchemy.orm import Mapped, mapped_column

from storage.column_types import SerialInteger
from storage.schema.base import Base, Created, JsonObject


class Audit(Base):
    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(SerialInteger, primary_key=True, autoincrement=True)
    at: Mapped[Created]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str] = mapped_column(index=True)
    detail: Mapped[JsonObject]
