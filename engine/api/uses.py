"""How much was asked with each key today, over restarts and processes."""

import asyncio
import logging
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import anyio.to_thread

from engine.api.problems import TooMany
from engine.service.serving.keys import Opened, day_of
from engine.workspace import Workspace
from storage.errors import StorageError
from storage.schema import utc_now
from storage.unit_of_work import UnitOfWork

WRITE_SECONDS = 5.0
MOST_AT_ONCE = 1_000
PARTS = 100
"""A process takes a hundredth of a day's records at once, so that not every request must wait for the database."""

Place = tuple[str, str]
"""A key's id, and a day."""

log = logging.getLogger("canvasback.api")


class Uses:
    """Counts requests and records by key and day.

    Where a day is limited, records are taken from the database before they are answered; otherwise what was counted
    is written a little later.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._requests: Counter[Place] = Counter()
        self._records: Counter[Place] = Counter()
        self._taken: Counter[Place] = Counter()
        self._writing: asyncio.Task[None] | None = None

    async def take(self, key: Opened, records: int) -> None:
        """Count a request.

        Raises
        ------
        TooMany
            When these records are more than the key has left for today.
        """
        place, most = (key.key_id, day_of(utc_now())), key.settings.records_per_day
        if most is not None and not self._take(place, records):
            await anyio.to_thread.run_sync(self._fetch, place, records, most)
        with self._lock:
            self._requests[place] += 1
            self._records[place] += records if most is None else 0
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_soon())

    def give_back(self, key: Opened, records: int) -> None:
        """These records were refused after all."""
        place = (key.key_id, day_of(utc_now()))
        with self._lock:
            if key.settings.records_per_day is None:
                self._records[place] -= records
            else:
                self._taken[place] += records

    def stop(self) -> None:
        """Write what is counted, and give back what was taken and not used."""
        with self._lock:
            self._records.subtract(self._taken)
            self._taken.clear()
        self._write()

    def _take(self, place: Place, records: int) -> bool:
        with self._lock:
            if self._taken[place] < records:
                return False
            self._taken[place] -= records
            return True

    def _fetch(self, place: Place, records: int, most: int) -> None:
        """Take what is missing from the day in the database, and some more for the next requests."""
        more = min(most // PARTS, MOST_AT_ONCE)

        def write(uow: UnitOfWork) -> int | None:
            return next((n for n in (records + more, records) if uow.keys.take(*place, n, most)), None)

        taken = self._workspace.database.transact(write)
        if taken is None:
            raise _refusal(records, most)
        with self._lock:
            self._taken[place] += taken - records

    async def _write_soon(self) -> None:
        await anyio.sleep(WRITE_SECONDS)
        self._writing = None
        await anyio.to_thread.run_sync(self._write)

    def _write(self) -> None:
        with self._lock:
            requests, records = self._requests, self._records
            self._requests, self._records = Counter(), Counter()
        if not (requests or records):
            return

        def write(uow: UnitOfWork) -> None:
            for place in sorted({*requests, *records}):
                uow.keys.count(*place, requests=requests[place], records=records[place])

        try:
            self._workspace.database.transact(write, patience=2.0)
        except StorageError as error:
            log.warning("the use of keys could not be noted: %s", error.message)
            with self._lock:
                self._requests.update(requests)
                self._records.update(records)


def _refusal(records: int, most: int) -> TooMany:
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return TooMany(
        f"This key may send {most:,} {'record' if most == 1 else 'records'} in a day, and has fewer than "
        f"{records:,} left for today.",
        hint="The day ends at 00:00 UTC. Send fewer records, or have the endpoint's setting 'records_per_day' raised.",
        detail={"retry_after": int((midnight - now).total_seconds()) + 1},
    )
