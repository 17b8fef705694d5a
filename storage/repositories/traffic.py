"""What endpoints did, minute by minute."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Literal

from sqlalchemy import select

from storage.repositories.base import Repository
from storage.schema import Endpoint, EndpointMinute

BUCKETS: tuple[float, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, math.inf)
"""The upper bounds of the latencies that are counted together, in milliseconds."""

Every = Literal["minute", "hour", "day"]


@dataclass(frozen=True)
class Counts:
    """What an endpoint did in some time.

    Parameters
    ----------
    refused, failed : requests that were answered with a status from 400 to 499, and from 500 on.
    seconds : what all requests together took.
    latencies : how many requests fell into each of `BUCKETS`.
    most_waiting : requests that waited at the same time, at most.
    """

    requests: int = 0
    records: int = 0
    refused: int = 0
    failed: int = 0
    seconds: float = 0.0
    latencies: tuple[int, ...] = (0,) * len(BUCKETS)
    most_waiting: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.requests + other.requests,
            self.records + other.records,
            self.refused + other.refused,
            self.failed + other.failed,
            self.seconds + other.seconds,
            tuple(map(int.__add__, self.latencies, other.latencies)),
            max(self.most_waiting, other.most_waiting),
        )

    def percentile(self, share: float) -> float | None:
        """The latency that a share of the requests did not exceed, in milliseconds.

        Even inside a bucket; the lower bound of the last one, which has no upper. None without requests.

        >>> Counts(latencies=(0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).percentile(0.5)
        3.5
        """
        total = sum(self.latencies)
        if not total:
            return None
        wanted = share * total
        upto = [*accumulate(self.latencies)]
        place = next(i for i, count in enumerate(upto) if count >= wanted and self.latencies[i])
        low, high = (0.0 if place == 0 else BUCKETS[place - 1]), BUCKETS[place]
        if math.isinf(high):
            return low
        return low + (high - low) * (wanted - (upto[place] - self.latencies[place])) / self.latencies[place]


class Traffic(Repository):
    def add(self, process: str, counts: Mapping[tuple[str, datetime], Counts]) -> None:
        """Add what one process counted, by endpoint and minute; endpoints that are gone are left out."""
        wanted = {endpoint_id for endpoint_id, _ in counts}
        there = set(self._session.scalars(select(Endpoint.id).where(Endpoint.id.in_(wanted))))
        for (endpoint_id, minute), found in counts.items():
            if endpoint_id in there:
                self._add(endpoint_id, minute, process, found)

    def of(
        self, endpoint_id: str, since: datetime, until: datetime | None = None, every: Every = "minute"
    ) -> Mapping[datetime, Counts]:
        """Return what an endpoint did by the minute, hour or day (UTC) that it begins with, all processes together.

        Times in which nothing was asked are not there.
        """
        begin = _BEGINS[every]
        found: dict[datetime, Counts] = {}
        for row in self._rows(endpoint_id, since, until):
            start = begin(row.minute)
            found[start] = found.get(start, Counts()) + _counts(row)
        return found

    def total(self, endpoint_id: str, since: datetime, until: datetime | None = None) -> Counts:
        """Return what an endpoint did from a moment on, until before another."""
        return sum(map(_counts, self._rows(endpoint_id, since, until)), Counts())

    def _rows(self, endpoint_id: str, since: datetime, until: datetime | None) -> Sequence[EndpointMinute]:
        wanted = [EndpointMinute.endpoint_id == endpoint_id, EndpointMinute.minute >= since]
        if until is not None:
            wanted.append(EndpointMinute.minute < until)
        return self._session.scalars(select(EndpointMinute).where(*wanted).order_by(EndpointMinute.minute)).all()

    def _add(self, endpoint_id: str, minute: datetime, process: str, more: Counts) -> None:
        row = self._session.get(EndpointMinute, (endpoint_id, minute, process))
        if row is None:
            row = EndpointMinute(endpoint_id=endpoint_id, minute=minute, process=process)
            self._session.add(row)
            found = more
        else:
            found = _counts(row) + more
        row.requests, row.records, row.seconds = found.requests, found.records, found.seconds
        row.refused, row.failed, row.most_waiting = found.refused, found.failed, found.most_waiting
        row.latencies = list(found.latencies)


_BEGINS: Mapping[Every, Callable[[datetime], datetime]] = {
    "minute": lambda moment: moment,
    "hour": lambda moment: moment.replace(minute=0),
    "day": lambda moment: moment.replace(hour=0, minute=0),
}


def _counts(row: EndpointMinute) -> Counts:
    return Counts(
        row.requests, row.records, row.refused, row.failed, row.seconds, tuple(row.latencies), row.most_waiting
    )
