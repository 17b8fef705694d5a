"""A host that hangs is cut off: a timeout of a socket holds for each step only, not for all of them together."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

STEP_SECONDS = 5.0
ALL_SECONDS = 12.0


@contextmanager
def cut_off_after(seconds: float, current: Callable[[], socket.socket | None]) -> Iterator[None]:
    """End the conversation on a socket after so many seconds, whatever the other side does.

    Parameters
    ----------
    current
        The socket as it is then: TLS may have taken the place of the first one.

    Raises
    ------
    TimeoutError
        When it was cut off, even if what had come by then looked like an answer.
    """
    was_cut = threading.Event()

    def cut() -> None:
        was_cut.set()
        link = current()
        if link is not None:
            with suppress(OSError):  # it has ended by itself just now
                # The plain method also for TLS, whose own one would pull its state away from under a reader.
                socket.socket.shutdown(link, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if was_cut.is_set():
        raise TimeoutError(f"cut off after {seconds:.0f} seconds")
