"""Fits that do not wait for each other, where there are workers to share them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

Task = Callable[[], Any]


class Workers(Protocol):
    """Who can do several things at once."""

    def workers(self) -> int:
        """How many tasks they do at the same time."""
        ...

    def do(self, tasks: Sequence[Task]) -> list[Any]:
        """Do all tasks, and give what they return, in their order."""
        ...


_HELPING: ContextVar[Workers | None] = ContextVar("helping", default=None)


@contextmanager
def helped_by(workers: Workers | None) -> Iterator[None]:
    """Let searches share their fits among these workers."""
    token = _HELPING.set(workers)
    try:
        yield
    finally:
        _HELPING.reset(token)


def helping() -> Workers | None:
    """Who helps with the fits at hand; None where they are done one after the other."""
    return _HELPING.get()
