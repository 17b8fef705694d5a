"""How many threads a fit is worth."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SMALL = 100_000
"""Numbers in a matrix that one thread is done with before several have agreed."""


def is_small(matrix: Any) -> bool:
    """Whether one thread is quickest: on a busy machine, threads that wait for each other cost most."""
    return int(matrix.shape[0] * matrix.shape[1]) <= SMALL


@contextmanager
def few_threads(matrix: Any) -> Iterator[None]:
    """One thread for a small matrix, as many as there are for a large one."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1 if is_small(matrix) else None):
        yield
