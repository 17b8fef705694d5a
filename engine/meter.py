"""What a piece of work costs: wall and CPU seconds, peak memory."""

import os
import threading
import time
from types import TracebackType
from typing import Self

import psutil

SAMPLE_SECONDS = 0.05


class Meter:
    """Measures this process while a block runs.

    Attributes
    ----------
    seconds, cpu_seconds
        Wall time (monotonic) and CPU time of all threads.
    memory_mb
        Peak resident memory, sampled.
    """

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = self.memory_mb = 0.0
        self._process = psutil.Process(os.getpid())
        self._done = threading.Event()

    def __enter__(self) -> Self:
        self._start, self._cpu_start = time.monotonic(), time.process_time()
        self._sample()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._sample()
        self.seconds = time.monotonic() - self._start
        self.cpu_seconds = time.process_time() - self._cpu_start

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        self.memory_mb = max(self.memory_mb, self._process.memory_info().rss / 1e6)
