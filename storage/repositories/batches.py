"""Datasets that endpoints answer: what is to be done again, and how each time went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import (
    UNFINISHED,
    Batch,
    Dataset,
    DatasetVersion,
    Endpoint,
    Job,
    Model,
    ModelVersion,
    Run,
    RunInput,
    Scoring,
    utc_now,
)

GENERATIONS = 20
"""How far back it is asked whether a version came out of a batch."""


class BatchEntry(NamedTuple):
    """A batch with what it connects; `latest` is the version that would be answered now."""

    batch: Batch
    endpoint: str
    dataset: str
    latest: int | None


class ScoringEntry(NamedTuple):
    """One scoring, with its job as far as that is still known."""

    scoring: Scoring
    endpoint: str
    job: Job | None


class Scored(NamedTuple):
    """A dataset version that an endpoint has answered, and the one that came of it."""

    endpoint_id: str
    endpoint: str
    read_id: str | None
    read: str | None
    read_number: int | None
    made_id: str
    made: str
    made_number: int


class Batches(Repository):
    def add(self, **settings: Any) -> Batch:
        """Let an endpoint answer a dataset again and again; `Conflict` when it does so already."""
        clash = Conflict("This endpoint answers this dataset into that one already", "Change the batch that is there.")
        return self._insert(Batch(**settings), clash)

    def get(self, batch_id: str, *, lock: bool = False) -> Batch:
        """Return the batch with this id."""
        return self._get(Batch, batch_id, "batch", lock)

    def list(self, endpoint_id: str | None = None) -> Sequence[BatchEntry]:
        """Return the batches of an endpoint, or all, oldest first."""
        query = self._entries().order_by(Batch.created_at, Batch.id)
        if endpoint_id is not None:
            query = query.where(Batch.endpoint_id == endpoint_id)
        return [BatchEntry(*row) for row in self._session.execute(query)]

    def remove(self, batch_id: str) -> None:
        """Forget a batch; what it made stays."""
        self._change(update(Scoring).where(Scoring.batch_id == batch_id).values(batch_id=None))
        self._change(delete(Batch).where(Batch.id == batch_id))

    def due(self, now: datetime) -> Sequence[BatchEntry]:
        """Return the batches that something is to be done about now: a slot, or a new version."""
        query = self._entries().where(*_is_due(now)).order_by(Batch.id)
        return [BatchEntry(*row) for row in self._session.execute(query)]

    def claim(self, batch_id: str, now: datetime) -> BatchEntry | None:
        """Hold a batch that is due until the unit of work ends; None when someone else was faster."""
        query = self._entries().where(Batch.id == batch_id, *_is_due(now))
        row = self._session.execute(query.with_for_update(of=Batch, skip_locked=True)).first()
        return BatchEntry(*row) if row is not None else None

    def begin(self, job: Job, **told: Any) -> Scoring:
        """Write down that a scoring begins; `Conflict` when this slot of a batch was begun already."""
        clash = Conflict("This slot was answered already", "Nothing is to be done.")
        return self._insert(Scoring(job_id=job.id, **told), clash)

    def has_slot(self, batch_id: str, slot: datetime) -> bool:
        """Whether a slot was begun at all."""
        found = exists().where(Scoring.batch_id == batch_id, Scoring.slot == slot)
        return bool(self._session.scalar(select(found)))

    def scoring(self, scoring_id: str) -> Scoring:
        """Return the scoring with this id."""
        return self._get(Scoring, scoring_id, "scoring")

    def scorings(
        self, endpoint_id: str | None = None, batch_id: str | None = None, *, limit: int = 50
    ) -> Sequence[ScoringEntry]:
        """Return how the scorings of an endpoint or a batch went, the newest first."""
        query = (
            select(Scoring, Endpoint.name, Job)
            .join(Endpoint, Endpoint.id == Scoring.endpoint_id)
            .outerjoin(Job, Job.id == Scoring.job_id)
            .order_by(Scoring.id.desc())
            .limit(limit)
        )
        if endpoint_id is not None:
            query = query.where(Scoring.endpoint_id == endpoint_id)
        if batch_id is not None:
            query = query.where(Scoring.batch_id == batch_id)
        return [ScoringEntry(*row) for row in self._session.execute(query)]

    def scored(
        self, dataset: str | None = None, model: str | None = None, endpoint: str | None = None, limit: int = 200
    ) -> Sequence[Scored]:
        """Return what was read and made by endpoints, of the things that are named, the newest first."""
        read, of_read = aliased(DatasetVersion), aliased(Dataset)
        made, of_made = aliased(DatasetVersion), aliased(Dataset)
        query = (
            select(
                *(Endpoint.id, Endpoint.name),
                *(read.id, of_read.name, read.number),
                *(made.id, of_made.name, made.number),
            )
            .select_from(Scoring)
            .join(Endpoint, Endpoint.id == Scoring.endpoint_id)
            .join(made, made.id == Scoring.made_version_id)
            .join(of_made, of_made.id == made.dataset_id)
            .outerjoin(read, read.id == Scoring.source_version_id)
            .outerjoin(of_read, of_read.id == read.dataset_id)
            .order_by(Scoring.id.desc())
            .limit(limit)
        )
        if dataset is not None:
            query = query.where(or_(of_read.name == dataset, of_made.name == dataset))
        if model is not None:
            versions = select(ModelVersion.id).join(Model, Model.id == ModelVersion.model_id)
            query = query.where(Scoring.model_version_id.in_(versions.where(Model.name == model)))
        if endpoint is not None:
            query = query.where(Endpoint.name == endpoint)
        return [Scored._make(row) for row in self._session.execute(query)]

    def finish(self, scoring_id: str, made: DatasetVersion, **told: Any) -> Scoring:
        """End a scoring that went well, in one unit of work with its version."""
        scoring = self.scoring(scoring_id)
        scoring.made_version_id, scoring.version_number, scoring.finished_at = made.id, made.number, utc_now()
        for name, value in told.items():
            setattr(scoring, name, value)
        self._session.flush()
        return scoring

    def unfinished(self, batch_id: str) -> Sequence[str]:
        """Return the ids of the jobs of a batch that are queued or at work."""
        query = select(Job.id).join(Scoring, Scoring.job_id == Job.id)
        return self._session.scalars(query.where(Scoring.batch_id == batch_id, Job.status.in_(UNFINISHED))).all()

    def came_out_of(self, version_id: str, batch: Batch) -> bool:
        """Whether a dataset version was made from what this batch writes, by whatever ways as far as they are known."""
        target = self._session.scalar(select(Dataset.id).where(Dataset.name == batch.into))
        young = [self._get(DatasetVersion, version_id, "dataset version")]
        for _ in range(GENERATIONS):
            if target is not None and any(one.dataset_id == target for one in young):
                return True
            read = {read for one in young for read in one.source.get("dataset_versions", ())}
            runs = [run_id for one in young if (run_id := one.source.get("run_id"))]
            inputs = select(RunInput.dataset_version_id).join(Run, Run.id == RunInput.run_id).where(Run.id.in_(runs))
            read |= set(self._session.scalars(inputs))
            young = [*self._session.scalars(select(DatasetVersion).where(DatasetVersion.id.in_(read)))]
            if not young:
                break
        return False

    def _entries(self) -> Select[Batch, str, str, int | None]:
        return (
            select(Batch, Endpoint.name, Dataset.name, Dataset.latest)
            .join(Endpoint, Endpoint.id == Batch.endpoint_id)
            .join(Dataset, Dataset.id == Batch.dataset_id)
            .execution_options(populate_existing=True)
        )


def _is_due(now: datetime) -> Sequence[Any]:
    at_work = exists().where(and_(Scoring.batch_id == Batch.id, Scoring.job_id == Job.id, Job.status.in_(UNFINISHED)))
    is_new = and_(Batch.schedule.is_(None), Dataset.latest.is_not(None), Dataset.latest != Batch.seen)
    return (Batch.paused.is_(False), Endpoint.status == "live", or_(Batch.next_at <= now, is_new), ~at_work)
