"""What pieces of work cost: wall and CPU seconds, peak memory, bytes read and spilled."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

SAMPLE_SECONDS = 0.05


@dataclass
class Cost:
    """What one piece of work has cost so far.

    Parameters
    ----------
    begun, seconds
        Monotonic clock at the beginning; wall time.
    cpu_seconds, bytes_read
        Of all threads; shared equally between what goes on at the same time.
    memory_mb, bytes_spilled
        Peak of the whole process.
    """

    begun: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_mb: float = 0.0
    bytes_read: float = 0.0
    bytes_spilled: int = 0


class Meter:
    """Samples this process while anything is measured.

    Parameters
    ----------
    spilled
        Tells how many bytes lie on disk because memory was short.
    """

    def __init__(self, spilled: Callable[[], int] = lambda: 0) -> None:
        self._process = psutil.Process(os.getpid())
        self._spilled = spilled
        self._lock = threading.Lock()
        self._active: list[Cost] = []
        self._cpu, self._read = time.process_time(), self._bytes_read()
        self._wake, self._closed = threading.Event(), threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def measure(self) -> Iterator[Cost]:
        """Measure a block of work."""
        cost = Cost()
        self._sample()
        with self._lock:
            self._active.append(cost)
        self._wake.set()
        try:
            yield cost
        finally:
            self._sample()
            with self._lock:
                self._active.remove(cost)
            cost.seconds = time.monotonic() - cost.begun

    def close(self) -> None:
        """Stop sampling."""
        self._closed.set()
        self._wake.set()

    def _watch(self) -> None:
        while not self._closed.wait(SAMPLE_SECONDS):
            self._sample()
            if not self._active:
                self._wake.clear()
                self._wake.wait()

    def _sample(self) -> None:
        memory, spilled, read = self._process.memory_info().rss / 1e6, self._spilled(), self._bytes_read()
        with self._lock:
            cpu = time.process_time()
            used, self._cpu = cpu - self._cpu, cpu
            came, self._read = max(read - self._read, 0), max(read, self._read)
            for cost in self._active:
                cost.cpu_seconds += used / len(self._active)
                cost.bytes_read += came / len(self._active)
                cost.memory_mb = max(cost.memory_mb, memory)
                cost.bytes_spilled = max(cost.bytes_spilled, spilled)

    def _bytes_read(self) -> int:
        """By system calls, from the disk or its cache; 0 where the system does not tell."""
        counters = self._process.io_counters() if hasattr(self._process, "io_counters") else None
        return int(getattr(counters, "read_chars", 0))
