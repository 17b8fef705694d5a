"""Who follows a search: hears of every trial, remembers them for an attempt after a crash, and may end it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from components.base import Trial


@dataclass(frozen=True)
class Outlook:
    """What a search sets out to do.

    Parameters
    ----------
    seconds, trials
        Its budget; None where there is none of this kind.
    """

    metric: str
    folds: int
    seconds: float | None = None
    trials: int | None = None


@dataclass(frozen=True)
class Done:
    """A trial that came to its end.

    Parameters
    ----------
    scores
        One for each part that was held out.
    spent
        How many seconds of its time the search had used by then.
    answers : ndarray of shape (n_held_rows,) or (n_held_rows, n_classes), or None
        What was said of the rows that were held out, part after part.
    """

    trial: Trial
    scores: tuple[float, ...]
    spent: float
    answers: Any = None


class Follower(Protocol):
    """Who follows a search."""

    def begins(self, outlook: Outlook) -> None:
        """Hear what is to be done."""
        ...

    def recalls(self, key: str) -> Done | None:
        """What came of this trial in an attempt that was cut short."""
        ...

    def hears(self, key: str, done: Done) -> None:
        """Hear of a trial that has ended."""
        ...

    def hears_all(self, trials: Sequence[Trial]) -> None:
        """Hear of all trials so far, those that were given up included."""
        ...

    def is_stopping(self) -> bool:
        """Whether no other fit may begin: what was found so far is kept."""
        ...


_FOLLOWING: ContextVar[Follower | None] = ContextVar("following", default=None)


@contextmanager
def followed_by(follower: Follower | None) -> Iterator[None]:
    """Let searches tell this one of their trials."""
    token = _FOLLOWING.set(follower)
    try:
        yield
    finally:
        _FOLLOWING.reset(token)


def follower() -> Follower | None:
    """Who follows the search at hand; None where nobody does."""
    return _FOLLOWING.get()
