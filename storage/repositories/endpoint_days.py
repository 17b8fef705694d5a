"""What endpoints did of late, in sums: for lists, where minutes would be too many."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from storage.repositories.base import Repository
from storage.schema import EndpointMinute


class Sums(NamedTuple):
    """Requests of an endpoint, and how many of them were refused (400 to 499) or failed (500 and more)."""

    requests: int = 0
    refused: int = 0
    failed: int = 0


class EndpointDays(Repository):
    def since(self, moment: datetime, endpoint_id: str | None = None) -> Mapping[str, Sums]:
        """Return what was asked since a moment: id of an endpoint → sums; endpoints without a request are not there."""
        query = (
            select(
                EndpointMinute.endpoint_id,
                func.sum(EndpointMinute.requests),
                func.sum(EndpointMinute.refused),
                func.sum(EndpointMinute.failed),
            )
            .where(EndpointMinute.minute >= moment)
            .group_by(EndpointMinute.endpoint_id)
        )
        if endpoint_id is not None:
            query = query.where(EndpointMinute.endpoint_id == endpoint_id)
        return {row[0]: Sums(*(int(value or 0) for value in row[1:])) for row in self._session.execute(query)}
