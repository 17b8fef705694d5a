"""What turned out to be true for predictions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from storage.ids import first_id
from storage.repositories.base import Repository
from storage.schema import Outcome, utc_now

AT_ONCE = 500
"""Ids in one query: databases bound the number of parameters."""
A_WHILE = timedelta(minutes=5)
"""An answer is made a little after its id's request came, so more is read; the join by id is exact."""


class Outcomes(Repository):
    def of(self, endpoint_id: str, ids: Collection[str]) -> dict[str, Outcome]:
        """Return what is known of these predictions, by their ids."""
        wanted = sorted(ids)
        found: dict[str, Outcome] = {}
        for begin in range(0, len(wanted), AT_ONCE):
            some = wanted[begin : begin + AT_ONCE]
            query = select(Outcome).where(Outcome.endpoint_id == endpoint_id, Outcome.prediction_id.in_(some))
            found |= {row.prediction_id: row for row in self._session.scalars(query)}
        return found

    def made_within(self, endpoint_id: str, since: datetime, until: datetime) -> Mapping[str, Any]:
        """Return the true values for the predictions made in a window (and some around it), by their ids."""
        query = select(Outcome.prediction_id, Outcome.truth).where(
            Outcome.endpoint_id == endpoint_id,
            Outcome.prediction_id >= first_id(since - A_WHILE),
            Outcome.prediction_id < first_id(until + A_WHILE),
        )
        return {id: truth.get("value") for id, truth in self._session.execute(query)}

    def told_since(self, endpoint_id: str, since: datetime, limit: int = 100_000) -> Sequence[str]:
        """Return the ids of the predictions whose truth came since a moment."""
        query = select(Outcome.prediction_id).where(Outcome.endpoint_id == endpoint_id, Outcome.at >= since)
        return [*self._session.scalars(query.limit(limit))]

    def keep(self, endpoint_id: str, values: Mapping[str, Any], at: datetime | None = None) -> None:
        """Note what is true of predictions; what was noted of them before is replaced.

        Parameters
        ----------
        values
            Id of a prediction → the true value.
        """
        moment = at or utc_now()
        known = self.of(endpoint_id, values)
        for id, value in values.items():
            if id in known:
                known[id].truth, known[id].at = {"value": value}, moment
            else:
                row = Outcome(endpoint_id=endpoint_id, prediction_id=id, truth={"value": value}, at=moment)
                self._session.add(row)
        self._session.flush()

    def count(self, endpoint_id: str) -> int:
        """Return of how many predictions of an endpoint the truth is known."""
        query = select(func.count()).select_from(Outcome).where(Outcome.endpoint_id == endpoint_id)
        return self._session.scalar(query) or 0
