"""How much an endpoint was asked, how quickly it answered, and how often it did not."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.traffic import BUCKETS
from storage.schema import EndpointMinute

STEPS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6),
         timedelta(days=1))  # fmt: skip
MOST_STEPS = 200
PERCENTILES = (0.5, 0.95, 0.99)


class TrafficStep(View):
    """A stretch of time, added up over all processes.

    Parameters
    ----------
    refused, failed
        Requests that were answered with a status from 400 to 499, and from 500 on.
    p50, p95, p99
        Milliseconds within which so many of the requests were answered, read from counts in buckets; None without any.
    waiting
        The most requests that waited at once.
    """

    at: datetime
    requests: int = 0
    records: int = 0
    refused: int = 0
    failed: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    waiting: int = 0

    @property
    def error_share(self) -> float:
        """The share of the requests that got no answer."""
        return (self.refused + self.failed) / self.requests if self.requests else 0.0


class TrafficView(View):
    """The traffic of an endpoint.

    Parameters
    ----------
    whole
        All of it together.
    steps
        In their order, without those in which nothing was asked.
    minutes
        How long a step is.
    """

    whole: TrafficStep
    steps: list[TrafficStep]
    minutes: int


def traffic(workspace: Workspace, endpoint: str, since: datetime, until: datetime) -> TrafficView:
    """What an endpoint did in a window, in at most 200 steps.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        found = uow.watching.minutes(uow.endpoints.by_name(endpoint).id, since, until)
    step = next((it for it in STEPS if (until - since) / it <= MOST_STEPS), STEPS[-1])
    grouped: dict[datetime, list[EndpointMinute]] = {}
    for minute in found:
        grouped.setdefault(_floor(minute.minute, step), []).append(minute)
    return TrafficView(
        whole=_together(since, found),
        steps=[_together(at, minutes) for at, minutes in sorted(grouped.items())],
        minutes=int(step.total_seconds() // 60),
    )


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Within how many milliseconds a share of the requests was answered.

    Within a bucket requests are taken to lie evenly; of those beyond the last end only that end is known.

    Examples
    --------
    >>> percentile([0, 0, 10, 10], 0.5), percentile([0, 0, 10, 10], 0.75), percentile([], 0.5)
    (5.0, 7.5, None)
    """
    wanted, before = share * sum(counts), 0.0
    low = 0.0
    for count, high in zip(counts, BUCKETS, strict=False):
        if count and before + count >= wanted:
            return low if high == float("inf") else low + (high - low) * (wanted - before) / count
        before, low = before + count, float(high)
    return None


def _together(at: datetime, minutes: Iterable[EndpointMinute]) -> TrafficStep:
    every = list(minutes)
    counts = [0] * len(BUCKETS)
    for minute in every:
        for place, count in enumerate(minute.latencies[: len(BUCKETS)]):
            counts[place] += count
    p50, p95, p99 = (percentile(counts, share) for share in PERCENTILES)
    return TrafficStep(
        at=at,
        requests=sum(it.requests for it in every),
        records=sum(it.records for it in every),
        refused=sum(it.refused for it in every),
        failed=sum(it.failed for it in every),
        p50=p50,
        p95=p95,
        p99=p99,
        waiting=max((it.most_waiting for it in every), default=0),
    )


def _floor(moment: datetime, step: timedelta) -> datetime:
    seconds = step.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
