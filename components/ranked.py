"""The best of each row of a matrix that is mostly empty."""

from typing import Any

Lists = tuple[Any, Any, Any, Any]
"""Rows, columns, scores, ranks: ndarrays of one shape, row by row and the highest score first."""


def best(rows: Any, columns: Any, scores: Any, most: int) -> Lists:
    """The highest scores of each row; of equal ones, that in the first column comes first."""
    import numpy as np

    order = np.lexsort((columns, -scores, rows))
    rows, columns, scores = rows[order], columns[order], scores[order]
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    ranks = np.arange(len(rows)) - np.repeat(begins, np.diff(begins, append=len(rows))) + 1
    kept = ranks <= most
    return rows[kept], columns[kept], scores[kept], ranks[kept]
