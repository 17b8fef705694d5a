"""Memory for matrices, shared by the models that train at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """So much memory, given out piece by piece.

    Parameters
    ----------
    memory_mb
        All there is.
    """

    def __init__(self, memory_mb: float) -> None:
        self.memory_mb = memory_mb
        self._free = memory_mb
        self._changed = threading.Condition()

    @contextmanager
    def take(self, memory_mb: float) -> Iterator[None]:
        """Wait until there is so much, and hold it; no more than all is ever asked of it."""
        wanted = min(memory_mb, self.memory_mb)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= wanted)
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()
