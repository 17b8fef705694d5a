"""Stopping what is asked of databases: left alone, some go on for hours after nobody waits for the answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Stop = Callable[[], None]

_ASKED: dict[Stop, int] = {}
"""How to stop what is asked just now, and the thread that began it."""


@contextmanager
def stoppable(stop: Stop) -> Iterator[None]:
    """Let others stop what is asked within the block."""
    _ASKED[stop] = threading.get_ident()
    try:
        yield
    finally:
        del _ASKED[stop]


def stop_asking(thread: int | None = None) -> None:
    """End what databases are asked by this process, or by one thread of it; whoever waits is told that it ended.

    Parameters
    ----------
    thread
        The `threading.get_ident` of the thread that began to ask.
    """
    for stop, asker in [*_ASKED.items()]:
        if thread in (None, asker):
            stop()
