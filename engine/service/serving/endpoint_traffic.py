"""How much an endpoint was asked, how quickly it answered, and how often it did not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories import Counts

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
        found = uow.traffic.minutes(uow.endpoints.by_name(endpoint).id, since, until)
    step = next((it for it in STEPS if (until - since) / it <= MOST_STEPS), STEPS[-1])
    grouped: dict[datetime, list[Counts]] = {}
    for minute, counts in found.items():
        grouped.setdefault(_floor(minute, step), []).append(counts)
    return TrafficView(
        whole=_together(since, found.values()),
        steps=[_together(at, minutes) for at, minutes in sorted(grouped.items())],
        minutes=int(step.total_seconds() // 60),
    )


def _together(at: datetime, minutes: Iterable[Counts]) -> TrafficStep:
    found = sum(minutes, Counts())
    p50, p95, p99 = (found.percentile(share) for share in PERCENTILES)
    return TrafficStep(
        at=at,
        requests=found.requests,
        records=found.records,
        refused=found.refused,
        failed=found.failed,
        p50=p50,
        p95=p95,
        p99=p99,
        waiting=found.most_waiting,
    )


def _floor(moment: datetime, step: timedelta) -> datetime:
    seconds = step.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
