"""Resident memory of processes while they run."""

import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

SAMPLE_SECONDS = 0.02
FAMILY_SAMPLES = 12
"""After how many samples children are looked for again: that costs more than a sample."""


class Watch:
    """Samples the memory of a process and what it started, 50 times a second, until it is left.

    ``peak_mb`` is that of all together, ``largest_mb`` that of the largest alone.

    Parameters
    ----------
    named
        Count only processes with this word in their command line.
    """

    def __init__(self, pid: int, named: str = "") -> None:
        self.peak_mb = self.largest_mb = 0.0
        self._root = pid
        self._named = named
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        family: list[psutil.Process] = []
        number = 0
        while not self._stop.wait(SAMPLE_SECONDS):
            if number % FAMILY_SAMPLES == 0:
                family = self._family()
            number += 1
            resident = [_resident(process) / 1e6 for process in family]
            self.peak_mb = max(self.peak_mb, sum(resident))
            self.largest_mb = max(self.largest_mb, *resident, 0.0)

    def _family(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            root = psutil.Process(self._root)
            return [process for process in (root, *root.children(recursive=True)) if self._named in _command(process)]
        return []


def _command(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0
