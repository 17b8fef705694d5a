"""Requests for the same model version that arrive together are answered together."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from engine.api.answering import Asked, Batch, Share, Told, Turn
from engine.api.deployed import Answerer, Live

GATHER_SECONDS = 0.005
"""So long a request waits for others at most, while others keep coming."""
MOST_RECORDS = 1_000
"""A batch with so many records takes no further request."""


class Batching:
    """While one batch is computed, the next gathers; where nothing else is about, nobody waits.

    Parameters
    ----------
    threads
        Batches that are computed at the same time; those of one version follow each other.
    done
        Told of each batch when its answers have gone out, in the event loop: it must not wait, nor raise.
    """

    def __init__(self, threads: int, done: Callable[[Batch], None]) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="scorer")
        self._done = done
        self._queues: dict[tuple[int, str], _Queue] = {}

    def ask(self, live: Live, by: Answerer, asked: Asked) -> Awaitable[Told]:
        """Answer a request together with those that come at the same time."""
        key = (id(live), by.part.version_id)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = _Queue(live, by)
            # Kept by the queue, because the loop itself forgets tasks that nobody holds.
            queue.task = asyncio.create_task(self._work(key, queue))
        told: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        queue.waiting.append((asked, told))
        return told

    def stop(self) -> None:
        """Let what is computed end."""
        self._threads.shutdown()

    async def _work(self, key: tuple[int, str], queue: "_Queue") -> None:
        loop = asyncio.get_running_loop()
        while queue.waiting:
            await _gather(queue)
            turn, taken = Turn(queue.live, queue.by, len(queue.waiting)), queue.take()
            found = await loop.run_in_executor(self._threads, turn.answer, [asked for asked, _ in taken])
            for (_, told), one in zip(taken, found, strict=True):
                if not told.done():
                    told.set_result(one)
            # After the requests that wake up now: their answers go out first.
            loop.call_soon(self._tell, found)
        del self._queues[key]

    def _tell(self, found: Sequence[Told]) -> None:
        for batch in {id(one.batch): one.batch for one in found if isinstance(one, Share)}.values():
            self._done(batch)


@dataclass
class _Queue:
    live: Live
    by: Answerer
    waiting: list[tuple[Asked, "asyncio.Future[Told]"]] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None

    def take(self) -> list[tuple[Asked, "asyncio.Future[Told]"]]:
        """The next batch: who came first, as many as fit, at least one."""
        records = taken = 0
        for asked, _ in self.waiting:
            records += len(asked.records)
            if taken and records > MOST_RECORDS:
                break
            taken += 1
        batch, self.waiting = self.waiting[:taken], self.waiting[taken:]
        return batch


async def _gather(queue: _Queue) -> None:
    """Wait while every turn of the loop brings another request; one that is alone waits for a single turn."""
    until = time.perf_counter() + GATHER_SECONDS
    seen = 0
    while seen < len(queue.waiting) and time.perf_counter() < until:
        seen = len(queue.waiting)
        await asyncio.sleep(0)
