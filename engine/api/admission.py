"""How many requests are answered at once, and how many may wait."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from engine.api.problems import TooMany


class Admission:
    """A few requests are answered at the same time, a bounded number waits, and more are refused at once.

    Parameters
    ----------
    at_once, waiting
        Numbers of requests.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._most = at_once + waiting
        self._inside = 0
        self._turn = anyio.Semaphore(at_once)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for one request, from its first byte to its answer.

        Raises
        ------
        TooMany
        """
        if self._inside >= self._most:
            raise TooMany("Too many requests at the same time.", hint="Send this one again in a second.")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait to be one of the few that are answered."""
        async with self._turn:
            yield
