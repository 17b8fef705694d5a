"""Fit a model on some rows, and ask it about others."""

import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from components.ensembles.candidate import numbers_at
from components.ensembles.metrics import Judge
from components.errors import ComponentError
from components.models.threads import few_threads, is_small

Fit = Callable[..., Any]
"""Learns from a matrix and a target, and by name how much each row counts."""
LONGEST_NOTE = 200
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Part:
    """Rows to learn from, and rows that are held out to be scored on.

    Parameters
    ----------
    known, held : ndarray of shape (n_known,), ndarray of shape (n_held,)
        Where they are in the matrix.
    beside
        What a fit takes beside matrix and target, row by row: how much each counts.
    numbers
        Where the numbers are among the columns; None where that is as in the matrix of all rows.
    """

    matrix: Any
    target: Any
    known: Any
    held: Any
    beside: Mapping[str, Any] = field(default_factory=dict)
    numbers: tuple[int, ...] | None = None

    @property
    def truth(self) -> Any:
        """The answers of the rows that are held out."""
        return self.target[self.held]


@dataclass(frozen=True)
class Tried:
    """How a fit did on one part that was held out; a note says why it did not.

    Parameters
    ----------
    said
        What it said of the rows that were held out; None where nobody wants to know.
    size
        Bytes of the fitted model; None where it cannot be told.
    """

    score: float = 0.0
    seconds: float = 0.0
    answer_seconds: float = 0.0
    answers: int = 0
    note: str = ""
    said: Any = None
    size: int | None = None


def try_out(judge: Judge, fit: Fit, part: Part) -> Tried:
    """Learn from some rows and be scored on others; a function of its own, so that a worker elsewhere can do it."""
    matrix, target, known = part.matrix, part.target, part.known
    scaled = nullcontext() if part.numbers is None else numbers_at(part.numbers)
    begun = time.monotonic()
    try:
        learned_from = matrix[known]
        # Of a large matrix, a few rows may be all that is learned from. What is kept warns later.
        with many_hands(matrix), few_threads(learned_from), scaled, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            counted = {name: values[known] for name, values in part.beside.items()}
            estimator = fit(learned_from, target[known], **counted)
            fitted = time.monotonic()
            said = judge.said(estimator, matrix[part.held])
            answered = time.monotonic()
            score = judge.of(said, part.truth, by=estimator)
    except (ValueError, ComponentError) as error:
        return Tried(note=(str(error).strip().splitlines() or [type(error).__name__])[0][:LONGEST_NOTE])
    return Tried(score, fitted - begun, answered - fitted, len(part.held), said=said, size=size_of(estimator))


@contextmanager
def many_hands(matrix: Any) -> Iterator[None]:
    """One thread for a small matrix; for a large one all cores, for forests too."""
    from joblib import parallel_config  # type: ignore[import-untyped]

    cores = 1 if is_small(matrix) else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else -1
    with few_threads(matrix), parallel_config("threading", n_jobs=cores):
        yield


def size_of(estimator: Any) -> int:
    """About how many bytes a fitted model takes: what its arrays, texts and numbers do."""
    import numpy as np

    left, seen, size = [estimator], {}, 0
    while left:
        part = left.pop()
        if id(part) in seen or isinstance(part, type):
            continue
        seen[id(part)] = part  # kept, so that no other part gets its place in memory
        match part:
            case np.ndarray():
                size += part.nbytes
                left += part.ravel().tolist() if part.dtype == object else []
            case str() | bytes() | bytearray():
                size += len(part)
            case dict():
                left += [*part, *part.values()]
            case list() | tuple() | set() | frozenset():
                left += part
            case None | bool() | int() | float() | complex() | np.generic():
                size += 8
            case _ if not callable(part):
                left.append(_state_of(part))
    return size


def _state_of(part: Any) -> Any:
    try:
        return part.__getstate__()
    except TypeError:  # compiled, and without anything that was learned
        return None


def said_in_parts(parts: Sequence[Tried]) -> Any:
    """What was said of all rows that were held out, part after part."""
    import numpy as np

    return np.concatenate([part.said for part in parts]).astype(np.float32)
