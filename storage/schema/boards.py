"""Charts, and the boards that show them."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, Identity, JsonObject


class Chart(Base):
    """A chart of a dataset, as it is to be drawn."""

    __tablename__ = "charts"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    id: Mapped[Identity]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    spec: Mapped[JsonObject]
    version: Mapped[int | None]
    """The version it is drawn from; the latest one where it is None."""
    drawn_on: Mapped[int]
    """The version it was last made for: what its columns were like."""
    created_at: Mapped[Created]
    updated_at: Mapped[Created]


class Board(Base):
    """Charts on one page, for people who look; who has the link may."""

    __tablename__ = "boards"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    share: Mapped[str | None] = mapped_column(unique=True)
    """Half of what opens it by link, the other half takes the secret of the home; None where it is not shared."""
    created_at: Mapped[Created]


class BoardCard(Base):
    """One card of a board: a chart, or a text."""

    __tablename__ = "board_cards"

    id: Mapped[Identity]
    board_id: Mapped[str] = mapped_column(ForeignKey("boards.id", ondelete="CASCADE"), index=True)
    chart_id: Mapped[str | None] = mapped_column(ForeignKey("charts.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    width: Mapped[int]
    """In sixths of the page."""
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
