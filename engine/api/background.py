"""Work that is done again and again beside the answering, and once more at the end."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("canvasback.api")

STOP_SECONDS = 5.0


class Background:
    """A thread that does some work every few seconds, when it is woken, and when it is stopped.

    Parameters
    ----------
    work
        Whatever it raises is logged, and it is done again the next time.
    """

    def __init__(self, name: str, seconds: float, work: Callable[[], object]) -> None:
        self._name = name
        self._seconds = seconds
        self._work = work
        self._woken = threading.Event()
        self._is_ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Do the work now."""
        self._woken.set()

    def stop(self) -> None:
        """Do the work for the last time."""
        self._is_ended = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        is_last = False
        while not is_last:
            self._woken.wait(self._seconds)
            self._woken.clear()
            is_last = self._is_ended
            try:
                self._work()
            except Exception:
                log.exception("%s", self._name)
