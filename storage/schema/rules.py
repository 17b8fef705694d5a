"""What versions of a dataset are expected to be like, and what was found."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.schema.base import Base, Created, Identity, JsonList, JsonObject


class Rule(Base):
    """What every version of a dataset is expected to be like."""

    __tablename__ = "rules"

    id: Mapped[Identity]
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    rule: Mapped[JsonObject]
    severity: Mapped[str]
    created_at: Mapped[Created]


class RuleCheck(Base):
    """What the rules found in a version."""

    __tablename__ = "rule_checks"

    id: Mapped[Identity]
    version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), index=True)
    passed: Mapped[bool]
    results: Mapped[JsonList]
    failing: Mapped[JsonObject] = mapped_column(default=dict)
    """By rule, the ids of rows that break it: apart from the results, because a history needs only those."""
    created_at: Mapped[Created]
