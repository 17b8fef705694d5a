"""What was asked of each endpoint, counted by the minute, refusals and failures too."""

import logging
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.background import Background
from storage.database import Database
from storage.errors import StorageError
from storage.ids import new_id
from storage.repositories.traffic import BUCKETS, Counts

WRITE_SECONDS = 5.0
ENDPOINT = "canvasback.endpoint"
GONE_AWAY = 499
"""What is counted where a caller went away before the answer; nobody is told."""
MOST_MINUTES = 10_000
"""So many are held while the database cannot be written; the oldest go."""

log = logging.getLogger("canvasback.api")

Minute = tuple[str, int]
"""An endpoint, and minutes since 1970."""


@dataclass
class _Tally:
    """`Counts` on their way."""

    requests: int = 0
    records: int = 0
    refused: int = 0
    failed: int = 0
    seconds: float = 0.0
    latencies: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    most_waiting: int = 0

    def counts(self) -> Counts:
        return Counts(**{**vars(self), "latencies": tuple(self.latencies)})


class Minutes:
    """Counts in memory, and adds them to the database every few seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._process = new_id()
        self._tallies: dict[Minute, _Tally] = {}
        self._late: dict[Minute, Counts] = {}
        self._lock = threading.Lock()
        self._writer = Background("minutes of endpoints", WRITE_SECONDS, self.write)

    def start(self) -> None:
        """Begin to write."""
        self._writer.start()

    def stop(self) -> None:
        """Write what is left."""
        self._writer.stop()

    def answered(self, endpoint_id: str, records: int, waiting: int) -> None:
        """Note that records were answered, and how many requests waited then."""
        with self._lock:
            tally = self._now(endpoint_id)
            tally.records += records
            tally.most_waiting = max(tally.most_waiting, waiting)

    def request(self, endpoint_id: str, status: int, seconds: float) -> None:
        """Note the end of a request."""
        with self._lock:
            tally = self._now(endpoint_id)
            tally.requests += 1
            tally.seconds += seconds
            tally.refused += 400 <= status < 500
            tally.failed += status >= 500
            tally.latencies[bisect_left(BUCKETS, seconds * 1_000)] += 1

    def write(self) -> None:
        """Add what was counted; what cannot be written waits for the next time."""
        with self._lock:
            tallies, self._tallies = self._tallies, {}
        counts = {key: tally.counts() for key, tally in tallies.items()}
        for (endpoint_id, minute), found in self._late.items():
            counts[endpoint_id, minute] = found + counts.get((endpoint_id, minute), Counts())
        self._late = {}
        if not counts:
            return
        moments = {(id, datetime.fromtimestamp(minute * 60, UTC)): found for (id, minute), found in counts.items()}
        try:
            self._database.transact(lambda uow: uow.traffic.add(self._process, moments))
        except StorageError as error:
            log.warning("the traffic of endpoints could not be written yet: %s", error.message)
            newest = sorted(counts, key=itemgetter(1))[-MOST_MINUTES:]
            self._late = {key: counts[key] for key in newest}

    def _now(self, endpoint_id: str) -> "_Tally":
        key = endpoint_id, int(time.time() // 60)
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = _Tally()
        return tally


class Counted:
    """Counts every request to an endpoint when its answer has gone out, whatever the answer was.

    An endpoint is known by the part ``{name}`` of a route, or by what `counted_for` noted.

    Parameters
    ----------
    id_of
        The id of an endpoint by its name; None for one that is not there.
    """

    def __init__(self, app: ASGIApp, minutes: Minutes, id_of: Callable[[str], str | None]) -> None:
        self._app = app
        self._minutes = minutes
        self._id_of = id_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            status = GONE_AWAY
        finally:
            name = scope.get(ENDPOINT) or scope.get("path_params", {}).get("name")
            endpoint_id = self._id_of(name) if name else None
            if endpoint_id is not None:
                self._minutes.request(endpoint_id, status, time.perf_counter() - began)


def counted_for(scope: MutableMapping[str, Any], endpoint: str) -> None:
    """Note which endpoint a request is for, where its path does not tell."""
    scope[ENDPOINT] = endpoint
