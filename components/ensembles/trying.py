"""Fit a model on some rows, and ask it about others."""

import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from components.ensembles.metrics import Judge
from components.errors import ComponentError
from components.models.threads import few_threads, is_small

Fit = Callable[..., Any]
"""Learns from a matrix and a target, and by name how much each row counts."""
Cut = tuple[Any, Any]
"""The rows to learn from and those to be scored on."""
LONGEST_NOTE = 200
NOTHING: Mapping[str, Any] = {}


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


def try_out(judge: Judge, fit: Fit, matrix: Any, target: Any, cut: Cut, beside: Mapping[str, Any] = NOTHING) -> Tried:
    """Learn from some rows and be scored on others; a function of its own, so that a worker elsewhere can do it."""
    known, held = cut
    begun = time.monotonic()
    try:
        with many_hands(matrix), warnings.catch_warnings():  # what is kept warns later
            warnings.simplefilter("ignore")
            counted = {name: values[known] for name, values in beside.items()}
            estimator = fit(matrix[known], target[known], **counted)
            fitted = time.monotonic()
            said = judge.said(estimator, matrix[held])
            answered = time.monotonic()
            score = judge.of(said, target[held], by=estimator)
    except (ValueError, ComponentError) as error:
        return Tried(note=(str(error).strip().splitlines() or [type(error).__name__])[0][:LONGEST_NOTE])
    return Tried(score, fitted - begun, answered - fitted, len(held), said=said, size=size_of(estimator))


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
