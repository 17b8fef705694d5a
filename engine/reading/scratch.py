"""Where readings put what they need on disk for a while.

A job that is killed cannot tidy up. So its files lie where `gc` finds them, and on the disk of the home: the system's
own folder for temporary files may be small, or in memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".spill-read-"
_PLACES: list[Path] = []


@contextmanager
def scratch_in(folder: Path) -> Iterator[None]:
    """Let all readings of this process use a folder, until the block ends."""
    _PLACES.append(folder)
    try:
        yield
    finally:
        _PLACES.remove(folder)


def scratch() -> Path | None:
    """The folder to use; None means the system's own."""
    return _PLACES[-1] if _PLACES else None
