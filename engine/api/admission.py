"""How many requests may be inside at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engine.api.problems import TooMany


class Admission:
    """A bounded number of requests is inside, with a bounded number of bytes; more are refused at once.

    Parameters
    ----------
    requests
        From their first byte to their answer, at most.
    size
        Bytes of their bodies together, at most.
    """

    def __init__(self, requests: int, size: int) -> None:
        self._most_requests = requests
        self._most_bytes = size
        self._requests = self._bytes = 0

    @asynccontextmanager
    async def place(self, size: int = 0) -> AsyncIterator[None]:
        """A place for one request, taken at once or not at all.

        Parameters
        ----------
        size
            Bytes that it may bring.

        Raises
        ------
        TooMany
        """
        if self._requests >= self._most_requests or self._bytes + size > self._most_bytes:
            raise TooMany("Too many requests at the same time.", hint="Send this one again in a second.")
        self._requests += 1
        self._bytes += size
        try:
            yield
        finally:
            self._requests -= 1
            self._bytes -= size


def size_of(length: str | None, most: int) -> int:
    """How many bytes a request may bring, by its header Content-Length; the most where it does not say."""
    return min(int(length[:20]), most) if length and length.isascii() and length.isdigit() else most
