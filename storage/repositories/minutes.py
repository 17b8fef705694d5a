"""Minutes: what endpoints did in a stretch of time, added up over all processes of the API."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import delete, func, select

from storage.repositories.base import Repository
from storage.repositories.traffic import BUCKETS
from storage.schema import EndpointMinute, EndpointTotal

BOUNDS_MS = BUCKETS[:-1]
"""The upper bounds of the buckets of `EndpointMinute.latencies`; one more bucket has none."""


@dataclass(frozen=True)
class Traffic:
    """What an endpoint did.

    Parameters
    ----------
    latencies : requests per bucket of `BOUNDS_MS`; empty where nobody asked for them.
    """

    requests: int = 0
    records: int = 0
    refused: int = 0
    failed: int = 0
    seconds: float = 0.0
    most_waiting: int = 0
    latencies: Sequence[int] = field(default_factory=tuple)


class Minutes(Repository):
    def traffic(self, endpoint_id: str, since: datetime, until: datetime) -> Traffic:
        """Return what an endpoint did from one moment to before another, without latencies."""
        query = select(*_SUMS).where(*_within(endpoint_id, since, until))
        return _traffic(self._session.execute(query).one())

    def latencies(self, endpoint_id: str, since: datetime, until: datetime) -> Sequence[int]:
        """Return the requests per bucket of `BOUNDS_MS`."""
        query = select(EndpointMinute.latencies).where(*_within(endpoint_id, since, until))
        return added(self._session.scalars(query))

    def last_request(self, endpoint_id: str) -> datetime | None:
        """Return the last minute in which anybody asked."""
        asked = (EndpointMinute.endpoint_id == endpoint_id, EndpointMinute.requests > 0)
        return self._session.scalar(select(func.max(EndpointMinute.minute)).where(*asked))

    def totals(self) -> dict[str, Traffic]:
        """Return what each endpoint has done altogether, by its id; these numbers only grow."""
        found = {total.endpoint_id: _from_total(total) for total in self._session.scalars(select(EndpointTotal))}
        for endpoint_id in self._session.scalars(select(EndpointMinute.endpoint_id).distinct()).all():
            found[endpoint_id] = self._since_total(endpoint_id, None)
        return found

    def settle(self, until: datetime) -> None:
        """Add the minutes before a moment to the totals, so that they may be forgotten and are not added up again."""
        for endpoint_id in self._session.scalars(select(EndpointMinute.endpoint_id).distinct()).all():
            total = self._session.get(EndpointTotal, endpoint_id, with_for_update=True)
            if total is not None and total.until >= until:
                continue
            sums = self._since_total(endpoint_id, until)
            row = total or EndpointTotal(endpoint_id=endpoint_id)
            for name in ("requests", "records", "refused", "failed", "seconds"):
                setattr(row, name, getattr(sums, name))
            row.until, row.latencies = until, list(sums.latencies)
            self._session.add(row)
        self._session.flush()

    def forget(self, before: datetime) -> int:
        """Delete the minutes before a moment that the totals hold; returns how many."""
        settled = select(EndpointTotal.endpoint_id).where(EndpointTotal.until >= before)
        old = (EndpointMinute.minute < before, EndpointMinute.endpoint_id.in_(settled))
        return self._change(delete(EndpointMinute).where(*old))

    def _since_total(self, endpoint_id: str, until: datetime | None) -> Traffic:
        """The total of an endpoint with the minutes since then, up to before a moment."""
        total = self._session.get(EndpointTotal, endpoint_id)
        which: list[Any] = [EndpointMinute.endpoint_id == endpoint_id]
        which += [EndpointMinute.minute >= total.until] if total else []
        which += [EndpointMinute.minute < until] if until else []
        more = _traffic(self._session.execute(select(*_SUMS).where(*which)).one())
        latencies = added(self._session.scalars(select(EndpointMinute.latencies).where(*which)))
        before = _from_total(total) if total else Traffic()
        return Traffic(
            before.requests + more.requests,
            before.records + more.records,
            before.refused + more.refused,
            before.failed + more.failed,
            before.seconds + more.seconds,
            more.most_waiting,
            added([before.latencies, latencies]),
        )


def added(counts: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """Counts per bucket, added up.

    >>> added([[1, 0, 2], [0, 3]])
    (1, 3, 2)
    """
    total: tuple[int, ...] = ()
    for one in counts:
        total = tuple(left + right for left, right in zip_longest(total, one, fillvalue=0))
    return total


_SUMS = (
    *(
        func.coalesce(func.sum(getattr(EndpointMinute, name)), 0)
        for name in ("requests", "records", "refused", "failed", "seconds")
    ),
    func.coalesce(func.max(EndpointMinute.most_waiting), 0),
)


def _within(endpoint_id: str, since: datetime, until: datetime) -> tuple[Any, ...]:
    return (
        EndpointMinute.endpoint_id == endpoint_id,
        EndpointMinute.minute >= since,
        EndpointMinute.minute < until,
    )


def _traffic(row: Any) -> Traffic:
    requests, records, refused, failed, seconds, waiting = row
    return Traffic(int(requests), int(records), int(refused), int(failed), float(seconds), int(waiting))


def _from_total(row: EndpointTotal) -> Traffic:
    known = Traffic(row.requests, row.records, row.refused, row.failed, row.seconds)
    return replace(known, latencies=tuple(row.latencies))
