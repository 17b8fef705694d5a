"""What was found when endpoints were watched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import defer

from storage.errors import Conflict
from storage.repositories.base import Repository
from storage.schema import Deployment, DriftPoint, Endpoint, EndpointWatch

TRAINING = "training"


class Watching(Repository):
    def keep(
        self, endpoint_id: str, version_id: str, span: tuple[datetime, datetime], against: str = TRAINING, **found: Any
    ) -> DriftPoint:
        """Keep what was found in a window, in the place of what was found there before.

        Parameters
        ----------
        found : ``rows, psi, …``, as `DriftPoint` has them.
        """
        point = self.find(endpoint_id, version_id, span, against)
        if point is None:
            begins, ends = span
            which = {"endpoint_id": endpoint_id, "model_version_id": version_id, "against": against}
            point = DriftPoint(**which, begins_at=begins, ends_at=ends, **found)
            return self._insert(point, Conflict("This window is being measured", "Look again."))
        for name, value in found.items():
            # A point over time stays one when somebody asks for the same window by hand.
            if name != "made_by" or point.made_by != "schedule":
                setattr(point, name, value)
        self._session.flush()
        return point

    def find(
        self, endpoint_id: str, version_id: str, span: tuple[datetime, datetime], against: str = TRAINING
    ) -> DriftPoint | None:
        """Return what was found in exactly this window, if it was looked at."""
        query = select(DriftPoint).where(
            DriftPoint.endpoint_id == endpoint_id,
            DriftPoint.model_version_id == version_id,
            DriftPoint.begins_at == span[0],
            DriftPoint.ends_at == span[1],
            DriftPoint.against == against,
        )
        return self._session.scalars(query).first()

    def get(self, point_id: str) -> DriftPoint:
        """Return the point with this id."""
        return self._get(DriftPoint, point_id, "measured window")

    def points(
        self, endpoint_id: str, *, since: datetime | None = None, version_id: str | None = None, limit: int = 2_000
    ) -> Sequence[DriftPoint]:
        """Return the newest points over time, the oldest first, without their reports."""
        query = (
            select(DriftPoint)
            .where(DriftPoint.endpoint_id == endpoint_id, DriftPoint.made_by == "schedule")
            .order_by(DriftPoint.ends_at.desc(), DriftPoint.id.desc())
            .limit(limit)
            .options(defer(DriftPoint.report))
        )
        if since is not None:
            query = query.where(DriftPoint.ends_at >= since)
        if version_id is not None:
            query = query.where(DriftPoint.model_version_id == version_id)
        return [*self._session.scalars(query)][::-1]

    def measured(self, endpoint_id: str, since: datetime) -> Sequence[DriftPoint]:
        """Return what was compared with the training rows since a moment, by itself or by hand, the oldest first."""
        query = select(DriftPoint).where(
            DriftPoint.endpoint_id == endpoint_id, DriftPoint.against == TRAINING, DriftPoint.ends_at >= since
        )
        ordered = query.order_by(DriftPoint.ends_at, DriftPoint.created_at).options(defer(DriftPoint.report))
        return self._session.scalars(ordered).all()

    def latest(self, endpoint_id: str, version_ids: Sequence[str] = ()) -> DriftPoint | None:
        """Return the last window that was compared with the training rows, the first of some versions preferred."""
        query = (
            select(DriftPoint)
            .where(DriftPoint.endpoint_id == endpoint_id, DriftPoint.against == TRAINING)
            .order_by(DriftPoint.ends_at.desc(), DriftPoint.created_at.desc())
            .limit(1)
        )
        for version_id in version_ids:
            found = self._session.scalars(query.where(DriftPoint.model_version_id == version_id)).first()
            if found is not None:
                return found
        return self._session.scalars(query).first()

    def slim(self, endpoint_id: str, most: int) -> int:
        """Take the reports from all points over time but the newest; how many had one."""
        newest = (
            select(DriftPoint.id)
            .where(DriftPoint.endpoint_id == endpoint_id)
            .order_by(DriftPoint.ends_at.desc(), DriftPoint.id.desc())
            .limit(most)
            .subquery()
        )
        older = update(DriftPoint).where(
            DriftPoint.endpoint_id == endpoint_id,
            DriftPoint.report.is_not(None),
            DriftPoint.id.not_in(select(newest.c.id)),
        )
        return self._change(older.values(report=None).execution_options(synchronize_session=False))

    def forget(self, before: datetime) -> int:
        """Delete the points of windows that ended before a moment; how many there were."""
        return self._change(delete(DriftPoint).where(DriftPoint.ends_at < before))

    def due(self, slot: datetime) -> Sequence[str]:
        """Return the ids of the endpoints that answer and have not been watched up to a moment."""
        query = (
            select(Endpoint.id)
            .outerjoin(EndpointWatch, EndpointWatch.endpoint_id == Endpoint.id)
            .where(
                Endpoint.status == "live",
                Endpoint.created_at < slot,
                or_(EndpointWatch.until.is_(None), EndpointWatch.until < slot),
                select(Deployment.id).where(Deployment.endpoint_id == Endpoint.id, Deployment.active).exists(),
            )
            .order_by(Endpoint.id)
        )
        return [*self._session.scalars(query)]

    def claim(self, endpoint_id: str, slot: datetime) -> EndpointWatch:
        """Watch an endpoint up to a moment before anybody else does, or raise `Conflict`."""
        clash = Conflict("Somebody else watches it", "Nothing is to be done.")
        later = update(EndpointWatch).where(EndpointWatch.endpoint_id == endpoint_id, EndpointWatch.until < slot)
        if self._change(later.values(until=slot)):
            return self.watch(endpoint_id) or EndpointWatch()
        if self.watch(endpoint_id) is not None:
            raise clash
        return self._insert(EndpointWatch(endpoint_id=endpoint_id, until=slot), clash)

    def watch(self, endpoint_id: str) -> EndpointWatch | None:
        """Return up to when an endpoint has been watched; None before the first time."""
        return self._session.get(EndpointWatch, endpoint_id, populate_existing=True)
