"""When something happened the last so many times, known to all processes of a machine."""

import fcntl
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.disk import writing

HEAD, MOMENT = struct.Struct("<qq"), struct.Struct("<d")


class Moments:
    """A folder with a small file for each thing that happens: a ring of the moments at which it did.

    The head of a file says how many moments it holds, and the place of the oldest, where the next is written. Whoever
    reads or writes one holds its lock for some microseconds; the system lets go of it when a process dies. The files
    are not worth a sync: what they say is old after a minute.

    Parameters
    ----------
    clock : seconds since 1970, the same for all processes.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def add(self, name: str, most: int, span: float) -> float:
        """Note that it happens now, unless it has happened `most` times within the last `span` seconds.

        Returns
        -------
        float
            0, or in how many seconds it may happen again.

        Raises
        ------
        DiskFull, WriteFailed
        """
        with writing(self._folder / name), self._held(name) as file:
            place = self._place(file, most)
            now = self._clock()
            wait = self._at(file, place) + span - now
            # A moment that has not come yet is from before the clock was set back: it says nothing.
            if 0 < wait <= span:
                return wait
            os.pwrite(file, MOMENT.pack(now), HEAD.size + MOMENT.size * place)
            os.pwrite(file, HEAD.pack(most, (place + 1) % most), 0)
        return 0.0

    def forget(self, seconds: float) -> int:
        """Delete the files of what has not happened for so long; how many there were.

        Raises
        ------
        WriteFailed
        """
        gone = 0
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            with writing(path), self._held(path.name) as file:
                if os.fstat(file).st_mtime < time.time() - seconds:
                    path.unlink()
                    gone += 1
        return gone

    @contextmanager
    def _held(self, name: str) -> Iterator[int]:
        """The file, locked against all others."""
        while True:
            file = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file).st_nlink:  # not deleted while this process waited for it
                    yield file
                    return
            finally:
                os.close(file)

    def _place(self, file: int, most: int) -> int:
        """The place of the oldest moment, in a ring of so many."""
        head = os.pread(file, HEAD.size, 0)
        size, place = HEAD.unpack(head) if len(head) == HEAD.size else (most, 0)
        if size == most:
            return int(place)
        kept = sorted(filter(None, (self._at(file, each) for each in range(size))))[-most:]
        os.ftruncate(file, 0)
        os.pwrite(file, HEAD.pack(most, len(kept) % most) + b"".join(map(MOMENT.pack, kept)), 0)
        return len(kept) % most

    @staticmethod
    def _at(file: int, place: int) -> float:
        found = os.pread(file, MOMENT.size, HEAD.size + MOMENT.size * place)
        return float(MOMENT.unpack(found)[0]) if len(found) == MOMENT.size else 0.0
