"""How databases and stores of others are reached."""

from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, Identity, JsonObject


class Connection(Base):
    __tablename__ = "connections"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    settings: Mapped[JsonObject]
    secret: Mapped[str | None]
    writes: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Created]
