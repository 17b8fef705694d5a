"""What libraries warn of while something learns; each thread hears its own, because models learn side by side.

`warnings.catch_warnings` works on the whole process: of two that overlap, one gets what the other one caused.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_hearing: dict[int, list[str]] = {}
_entering = threading.Lock()
_before = warnings.catch_warnings()


@contextmanager
def hearing() -> Iterator[list[str]]:
    """Collects the first lines of what is warned of in this thread, each once; what is for programmers is left out."""
    global _before  # noqa: PLW0603  the process has one set of filters
    heard: list[str] = []
    with _entering:
        if not _hearing:
            _before = warnings.catch_warnings()
            _before.__enter__()
            warnings.simplefilter("always")
            warnings.showwarning = _hear
        outer = _hearing.get(threading.get_ident())
        _hearing[threading.get_ident()] = heard
    try:
        yield heard
    finally:
        with _entering:
            del _hearing[threading.get_ident()]
            if outer is not None:
                _hearing[threading.get_ident()] = outer
            if not _hearing:
                _before.__exit__(None, None, None)


def first_line(told: Warning | Exception | str) -> str:
    """The first line of what is told, as it stands in a sentence."""
    return (str(told).strip().splitlines() or [type(told).__name__])[0].rstrip(".:")


def _hear(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    heard = _hearing.get(threading.get_ident())
    line = first_line(message)
    if heard is not None and not issubclass(category, DeprecationWarning | FutureWarning) and line not in heard:
        heard.append(line)
