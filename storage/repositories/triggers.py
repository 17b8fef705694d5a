"""Triggers: which pipelines start when a dataset gets a new latest version."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, delete, select, update

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import Dataset, DatasetVersion, Pipeline, Run, Trigger, utc_now


class TriggerEntry(NamedTuple):
    """A trigger with what it connects, and the run that it last started."""

    trigger: Trigger
    dataset: str
    latest: int | None
    pipeline: str
    run_number: int | None
    run_status: str | None


class Triggers(Repository):
    def add(self, dataset_id: str, pipeline_id: str) -> Trigger:
        """Let a pipeline start at each new latest version from now on; `Conflict` when it does already."""
        latest = self._get(Dataset, dataset_id, "dataset").latest or 0
        trigger = Trigger(dataset_id=dataset_id, pipeline_id=pipeline_id, seen=latest)
        return self._insert(trigger, Conflict("The pipeline is started already", "Nothing is to be done."))

    def list(self, dataset_id: str) -> Sequence[TriggerEntry]:
        """Return the triggers of a dataset, by the name of the pipeline."""
        query = self._entries().where(Trigger.dataset_id == dataset_id).order_by(Pipeline.name)
        return [TriggerEntry(*row) for row in self._session.execute(query)]

    def due(self) -> Sequence[TriggerEntry]:
        """Return the triggers whose dataset has another latest version than they have seen."""
        query = self._entries().where(Dataset.latest.is_not(None), Dataset.latest != Trigger.seen)
        return [TriggerEntry(*row) for row in self._session.execute(query.order_by(Trigger.id))]

    def claim(self, trigger_id: str, seen: int, latest: int) -> None:
        """Take note of a version before anybody else does, or raise `Conflict`."""
        mine = update(Trigger).where(Trigger.id == trigger_id, Trigger.seen == seen)
        if not self._change(mine.values(seen=latest, fired_at=utc_now(), run_id=None, error=None)):
            raise Conflict("Somebody else has started it", "Nothing is to be done.")

    def get(self, trigger_id: str) -> Trigger:
        """Return the trigger with this id."""
        return self._get(Trigger, trigger_id, "trigger")

    def remove(self, dataset_id: str, pipeline_id: str) -> bool:
        """Let a pipeline start no more; whether it did."""
        mine = delete(Trigger).where(Trigger.dataset_id == dataset_id, Trigger.pipeline_id == pipeline_id)
        return self._change(mine) > 0

    def made_by(self, version: DatasetVersion, generations: int = 20) -> frozenset[str]:
        """Return the pipelines that a version came out of, and those before it, as far as their runs are known."""
        found: set[str] = set()
        young = [version]
        for _ in range(generations):
            runs = [run_id for one in young if (run_id := one.source.get("run_id"))]
            read = {read for one in young for read in one.source.get("dataset_versions", ())}
            found |= set(self._session.scalars(select(Run.pipeline_id).where(Run.id.in_(runs))))
            young = [*self._session.scalars(select(DatasetVersion).where(DatasetVersion.id.in_(read)))]
            if not young:
                break
        return frozenset(found)

    def _entries(self) -> Select[Trigger, str, int | None, str, int | None, str | None]:
        return (
            select(Trigger, Dataset.name, Dataset.latest, Pipeline.name, Run.number, Run.status)
            .join(Dataset, Dataset.id == Trigger.dataset_id)
            .join(Pipeline, Pipeline.id == Trigger.pipeline_id)
            .outerjoin(Run, Run.id == Trigger.run_id)
            .where(Pipeline.deleted_at.is_(None))
        )
