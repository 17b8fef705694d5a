"""Datasets and their versions."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, BigInt, Created, Identity, JsonList, JsonObject


class Dataset(Base):
    __tablename__ = "datasets"

    id: Mapped[Identity]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    tags: Mapped[JsonList] = mapped_column(default=list)
    latest: Mapped[int | None]
    """The version that is meant where none is named: not always the newest one."""
    retention: Mapped[JsonObject | None]
    """Which versions may go by themselves; None keeps all."""
    key: Mapped[JsonList | None]
    """The columns that name a row; None where nothing but the whole row does."""
    share: Mapped[str | None] = mapped_column(unique=True, index=True)
    """Half of what opens its overview by link; None where it is not shared."""
    created_at: Mapped[Created]


class DatasetVersion(Base):
    __tablename__ = "dataset_versions"
    __table_args__ = (UniqueConstraint("dataset_id", "number"),)

    id: Mapped[Identity]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    number: Mapped[int]
    rows: Mapped[BigInt]
    bytes: Mapped[BigInt]
    sha256: Mapped[str]
    columns: Mapped[JsonList]
    files: Mapped[JsonList]
    source: Mapped[JsonObject]
    read_as: Mapped[JsonObject]
    findings: Mapped[JsonList]
    profile: Mapped[JsonObject | None]
    next_row: Mapped[BigInt]
    """The first row id that no row of this version or an earlier one has had."""
    label: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    held: Mapped[JsonObject | None]
    """Why it did not become the latest; None when it could."""
    rejected: Mapped[JsonObject | None]
    changes: Mapped[JsonObject | None]
    """How many rows were added, removed, changed and kept since its parent."""
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("dataset_versions.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[Created]
