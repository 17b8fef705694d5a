"""Publications: wishes to change what answers an endpoint, from being planned to how they ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import FINISHED, Job, JsonObject, utc_now
from storage.schema.publications import OPEN_PUBLICATIONS, Publication, PublicationStatus


class Publications(Repository):
    def add(self, endpoint: str, wish: JsonObject, status: PublicationStatus, **told: Any) -> Publication:
        """Note a wish; what is told may be note, asked_by, cause and at."""
        publication = Publication(endpoint=endpoint, wish=wish, status=status, **told)
        return self._insert(publication, Conflict("The publication exists already", "Try again."))

    def get(self, publication_id: str) -> Publication:
        """Return the publication with this id."""
        return self._get(Publication, publication_id, "publication")

    def list(self, endpoint: str, *, limit: int = 50) -> Sequence[Publication]:
        """Return the publications of an endpoint, newest first."""
        query = select(Publication).where(Publication.endpoint == endpoint)
        return self._session.scalars(query.order_by(Publication.id.desc()).limit(limit)).all()

    def of_job(self, job_id: str) -> Publication | None:
        """Return what a job is to publish or to check."""
        return self._session.scalars(select(Publication).where(Publication.job_id == job_id)).first()

    def waiting(self) -> Sequence[Publication]:
        """Return the publications of which something is still to come, the oldest first."""
        query = select(Publication).where(Publication.status.in_(OPEN_PUBLICATIONS))
        return self._session.scalars(query.order_by(Publication.id)).all()

    def due(self, now: datetime) -> Sequence[str]:
        """Return the ids of publications whose moment has come, the oldest first."""
        query = select(Publication.id).where(Publication.status == "planned", Publication.at <= now)
        return self._session.scalars(query.order_by(Publication.at, Publication.id)).all()

    def move(
        self, publication_id: str, before: PublicationStatus, after: PublicationStatus, **told: Any
    ) -> Publication:
        """Change where a publication stands; `Conflict` when it does not stand there any more."""
        if after not in OPEN_PUBLICATIONS:
            told["finished_at"] = utc_now()
        mine = update(Publication).where(Publication.id == publication_id, Publication.status == before)
        if not self._change(mine.values(status=after, **told)):
            now = self.get(publication_id).status
            raise Conflict(f"This publication is {now} by now, not {before}", "Look at what has become of it.")
        return self._session.get_one(Publication, publication_id, populate_existing=True)

    def cancel_planned(self, endpoint: str) -> int:
        """Let nothing happen to an endpoint any more that was planned; how much there was."""
        planned = update(Publication).where(Publication.endpoint == endpoint, Publication.status == "planned")
        return self._change(planned.values(status="cancelled", finished_at=utc_now()))

    def follow(self, jobs: Sequence[Job]) -> Sequence[Publication]:
        """Carry the fate of jobs that ended without success over to what they were to publish."""
        fate = {job.id: job for job in jobs if job.status in FINISHED and job.status != "succeeded"}
        open_ones = select(Publication).where(Publication.job_id.in_(fate), Publication.status == "working")
        found = self._session.scalars(open_ones).all()
        for one in found:
            job = fate[one.job_id or ""]
            one.status = "cancelled" if job.status == "cancelled" else "failed"
            one.error, one.finished_at = job.error, job.finished_at
        self._session.flush()
        return found
