"""What a measured command says on its last line; plain Python, because rivals run it in environments of their own."""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

CHUNK_ROWS = 100_000
READY = "ready"
"""Said before the work begins, to a harness that has set the variable of this name."""


def measured(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What a call gives, and the seconds it took, once the harness has let it begin."""
    if READY in os.environ:
        print(READY, flush=True)
        sys.stdin.readline()
    return timed(work, *arguments)


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What a call gives, and the seconds it took."""
    started = time.perf_counter()
    made = work(*arguments)
    return made, time.perf_counter() - started


def tell(**figures: Any) -> None:
    """Print what a command found: the ``seconds`` of its work, and what it made, so that it can be compared."""
    print(json.dumps(figures), flush=True)


def matrix_facts(matrix: Any) -> dict[str, Any]:
    """What two equal matrices share.

    Parameters
    ----------
    matrix : array of shape (n_rows, n_columns)
    """
    chunks = range(0, len(matrix), CHUNK_ROWS)
    total = sum(float(abs(matrix[start : start + CHUNK_ROWS]).sum(dtype="float64")) for start in chunks)
    return {"rows": matrix.shape[0], "columns": matrix.shape[1], "checksum": total}
