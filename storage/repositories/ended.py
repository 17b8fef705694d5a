"""How runs and syncs ended, and how old data are: what alerts are about."""

from datetime import datetime

from sqlalchemy import func, select

from storage.repositories.base import Repository
from storage.schema import Dataset, DatasetVersion, Run, Sync, SyncRun

BADLY = ("failed", "crashed")
"""Who cancels knows why."""


class Ended(Repository):
    def failed_runs(self, pipeline_id: str, since: datetime, until: datetime) -> int:
        """Return how many runs of a pipeline failed or crashed from one moment to before another."""
        ended = (Run.pipeline_id == pipeline_id, Run.finished_at >= since, Run.finished_at < until)
        return self._session.scalar(select(func.count(Run.id)).where(*ended, Run.status.in_(BADLY))) or 0

    def last_run(self, pipeline_id: str) -> datetime | None:
        """Return when a run of a pipeline last succeeded."""
        well = (Run.pipeline_id == pipeline_id, Run.status == "succeeded")
        return self._session.scalar(select(func.max(Run.finished_at)).where(*well))

    def failed_syncs(self, dataset_id: str, since: datetime, until: datetime) -> int | None:
        """Return how many tries to sync a dataset failed or crashed; None where it is not synced."""
        sync_id = self._sync_of(dataset_id)
        if sync_id is None:
            return None
        ended = (SyncRun.sync_id == sync_id, SyncRun.finished_at >= since, SyncRun.finished_at < until)
        return self._session.scalar(select(func.count(SyncRun.id)).where(*ended, SyncRun.status.in_(BADLY))) or 0

    def last_sync(self, dataset_id: str) -> datetime | None:
        """Return when a dataset was last synced well, with or without a new version."""
        well = (SyncRun.sync_id == self._sync_of(dataset_id), SyncRun.status == "succeeded")
        return self._session.scalar(select(func.max(SyncRun.finished_at)).where(*well))

    def last_version(self, dataset_id: str) -> datetime | None:
        """Return when the latest version of a dataset was made."""
        query = (
            select(DatasetVersion.created_at)
            .join(Dataset, Dataset.id == DatasetVersion.dataset_id)
            .where(Dataset.id == dataset_id, DatasetVersion.number == Dataset.latest)
        )
        return self._session.scalar(query)

    def _sync_of(self, dataset_id: str) -> str | None:
        return self._session.scalar(select(Sync.id).where(Sync.dataset_id == dataset_id))
