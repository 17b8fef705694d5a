"""What endpoints did: counted by the minute, added up for good before minutes are forgotten.

Nobody else reads or writes these tables.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, zip_longest
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select

from storage.repositories.base import Repository
from storage.schema import Endpoint, EndpointMinute, EndpointTotal

BUCKETS: tuple[float, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, math.inf)
"""The upper bounds of the latencies that are counted together, in milliseconds."""

NONE: tuple[int, ...] = (0,) * len(BUCKETS)


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
    latencies: tuple[int, ...] = NONE
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
        # Locked, so that nobody settles meanwhile: a minute that comes so late belongs to the total, too.
        locked = select(EndpointTotal).where(EndpointTotal.endpoint_id.in_(there)).order_by(EndpointTotal.endpoint_id)
        totals = {row.endpoint_id: row for row in self._session.scalars(locked.with_for_update())}
        for (endpoint_id, minute), found in counts.items():
            if endpoint_id not in there:
                continue
            key = {"endpoint_id": endpoint_id, "minute": minute, "process": process}
            row = self._session.get(EndpointMinute, key)
            self._put(row or EndpointMinute(**key), (_counts(row) if row else Counts()) + found)
            total = totals.get(endpoint_id)
            if total is not None and minute < total.until:
                self._put(total, _counts(total) + found)

    def minutes(self, endpoint_id: str, since: datetime, until: datetime | None = None) -> Mapping[datetime, Counts]:
        """Return what an endpoint did in each minute, all processes together; without those in which nobody asked.

        Parameters
        ----------
        until : without this moment itself.
        """
        query = select(EndpointMinute.minute, *(getattr(EndpointMinute, name) for name in _ALL))
        found: dict[datetime, Counts] = {}
        for row in self._session.execute(query.where(*_of(endpoint_id, since, until)).order_by(EndpointMinute.minute)):
            found[row.minute] = found.get(row.minute, Counts()) + _counts(row)
        return found

    def total(self, endpoint_id: str, since: datetime, until: datetime | None = None) -> Counts:
        """Return what an endpoint did from a moment on, until before another."""
        return self._added(*_of(endpoint_id, since, until)).get(endpoint_id, Counts())

    def of_late(self, since: datetime, endpoint_id: str | None = None) -> Mapping[str, Counts]:
        """Return what endpoints did since a moment, by their ids, without latencies: for lists.

        Those that nobody asked are not there.
        """
        return self._sums(*_of(endpoint_id, since, None))

    def last_request(self, endpoint_id: str) -> datetime | None:
        """Return the last minute in which anybody asked."""
        asked = (EndpointMinute.endpoint_id == endpoint_id, EndpointMinute.requests > 0)
        return self._session.scalar(select(func.max(EndpointMinute.minute)).where(*asked))

    def totals(self) -> dict[str, Counts]:
        """Return what each endpoint has done altogether, by its id; these numbers only grow."""
        found = {total.endpoint_id: _counts(total) for total in self._session.scalars(select(EndpointTotal))}
        for endpoint_id, more in self._added(_UNSETTLED).items():
            found[endpoint_id] = found.get(endpoint_id, Counts()) + more
        return found

    def settle(self, until: datetime) -> None:
        """Add the minutes before a moment to the totals, so that they may be forgotten and are not added up again."""
        asked = select(EndpointMinute.endpoint_id).distinct().order_by(EndpointMinute.endpoint_id)
        for endpoint_id in self._session.scalars(asked).all():
            total = self._session.get(EndpointTotal, endpoint_id, with_for_update=True)
            if total is not None and total.until >= until:
                continue
            mine = (EndpointMinute.endpoint_id == endpoint_id, EndpointMinute.minute < until, _UNSETTLED)
            more = self._added(*mine).get(endpoint_id, Counts())
            row = total or EndpointTotal(endpoint_id=endpoint_id)
            row.until = until
            self._put(row, (_counts(total) if total else Counts()) + more)
        self._session.flush()

    def forget(self, before: datetime) -> int:
        """Delete the minutes before a moment that the totals hold; returns how many."""
        settled = select(EndpointTotal.endpoint_id).where(EndpointTotal.until >= before)
        old = (EndpointMinute.minute < before, EndpointMinute.endpoint_id.in_(settled))
        return self._change(delete(EndpointMinute).where(*old))

    def _added(self, *which: ColumnElement[bool]) -> dict[str, Counts]:
        """Minutes added up for each endpoint; latencies are lists, which databases cannot add."""
        query = select(EndpointMinute.endpoint_id, EndpointMinute.latencies).where(*which)
        lists: dict[str, list[list[int]]] = {}
        for endpoint_id, latencies in self._session.execute(query):
            lists.setdefault(endpoint_id, []).append(latencies)
        return {
            key: sums + Counts(latencies=tuple(map(sum, zip_longest(NONE, *lists.get(key, ()), fillvalue=0))))
            for key, sums in self._sums(*which).items()
        }

    def _sums(self, *which: ColumnElement[bool]) -> dict[str, Counts]:
        """The same without latencies."""
        query = select(EndpointMinute.endpoint_id, *_SUMS).where(*which).group_by(EndpointMinute.endpoint_id)
        return {
            row.endpoint_id: Counts(
                int(row.requests),
                int(row.records),
                int(row.refused),
                int(row.failed),
                float(row.seconds),
                most_waiting=int(row.most_waiting),
            )
            for row in self._session.execute(query)
        }

    def _put(self, row: EndpointMinute | EndpointTotal, found: Counts) -> None:
        for name in _SUMMED:
            setattr(row, name, getattr(found, name))
        row.latencies = list(found.latencies)
        if isinstance(row, EndpointMinute):
            row.most_waiting = found.most_waiting
        self._session.add(row)


_SUMMED = ("requests", "records", "refused", "failed", "seconds")
_ALL = (*_SUMMED, "latencies", "most_waiting")
_SUMS = (
    *(func.sum(getattr(EndpointMinute, name)).label(name) for name in _SUMMED),
    func.max(EndpointMinute.most_waiting).label("most_waiting"),
)
_UNSETTLED = ~exists().where(
    EndpointTotal.endpoint_id == EndpointMinute.endpoint_id, EndpointTotal.until > EndpointMinute.minute
)


def _of(endpoint_id: str | None, since: datetime, until: datetime | None) -> tuple[ColumnElement[bool], ...]:
    which = [EndpointMinute.minute >= since]
    which += [] if endpoint_id is None else [EndpointMinute.endpoint_id == endpoint_id]
    which += [] if until is None else [EndpointMinute.minute < until]
    return tuple(which)


def _counts(row: Any) -> Counts:
    """A line of either table."""
    return Counts(
        **{name: getattr(row, name) for name in _SUMMED},
        latencies=tuple(row.latencies),
        most_waiting=getattr(row, "most_waiting", 0),
    )
