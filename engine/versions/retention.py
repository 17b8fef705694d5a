"""Which versions of a dataset may go by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engine.versions.users import needing, users_of
from storage.repositories.datasets import VersionEntry
from storage.schema import Dataset, utc_now
from storage.unit_of_work import UnitOfWork


class Retention(BaseModel):
    """What is kept in any case; a version that neither rule keeps may go. Without a rule, all are kept.

    Parameters
    ----------
    newest
        So many versions, the newest first.
    days
        Versions that are not older.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    newest: Annotated[int, Field(ge=1, le=100_000)] | None = None
    days: Annotated[int, Field(ge=1, le=36_500)] | None = None

    @property
    def in_words(self) -> str:
        """The rules, for people."""
        rules = [f"the newest {self.newest:,}" if self.newest else "", f"{self.days:,} days" if self.days else ""]
        return " and ".join(rule for rule in rules if rule) or "all versions"


@dataclass(frozen=True)
class Fate:
    """What becomes of a version: it goes, unless there is a reason to keep it."""

    number: int
    kept_because: str

    @property
    def goes(self) -> bool:
        """Whether nothing keeps it."""
        return not self.kept_because


def fates(uow: UnitOfWork, dataset: Dataset, rules: Retention, now: datetime | None = None) -> list[Fate]:
    """What becomes of each version under these rules, the newest first."""
    moment = now or utc_now()
    users = users_of(uow, dataset)

    def reason(place: int, entry: VersionEntry) -> str:
        if rules.newest is None and rules.days is None:
            return "all versions are kept"
        if entry.number == dataset.latest:
            return "it is the latest"
        if entry.label:
            return f"it is labelled {entry.label}"
        if rules.newest is not None and place < rules.newest:
            return f"it is among the newest {rules.newest:,}"
        if rules.days is not None and entry.created_at > moment - timedelta(days=rules.days):
            return f"it is not {rules.days:,} days old"
        return ", ".join(f"{user} uses it" for user in needing(users, entry.number)[:3])

    return [Fate(entry.number, reason(place, entry)) for place, entry in enumerate(uow.datasets.entries(dataset.id))]


def let_go(uow: UnitOfWork, dataset: Dataset) -> list[str]:
    """Delete the versions that may go.

    Returns
    -------
    list of str
        The files that no version lists any more, to be removed after the commit.
    """
    if not dataset.retention:
        return []
    going = [fate.number for fate in fates(uow, dataset, Retention(**dataset.retention)) if fate.goes]
    if not going:
        return []
    files = uow.datasets.drop_versions(dataset.id, going)
    uow.audit.record("retention", "dataset versions deleted", f"dataset {dataset.name}", {"versions": going})
    return [*files]
