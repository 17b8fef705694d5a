"""Clusters by numbers that stay: the largest is 0."""

from typing import Any


def numbering(labels: Any, matrix: Any, clusters: int = 0) -> Any:
    """A new number for each cluster: by size, then by the mean of its rows, column by column.

    Parameters
    ----------
    labels : ndarray of shape (n_rows,), int
        From 0; negative for no cluster.
    matrix : ndarray of shape (n_rows, n_columns)
    clusters
        How many there are, at least; those without rows come last.

    Returns
    -------
    ndarray of shape (n_clusters,), int64
        The new number at the place of the old one.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    known = np.flatnonzero(labels >= 0)
    of = np.asarray(labels)[known]
    sizes = np.bincount(of, minlength=clusters)
    members = csr_matrix((np.ones(len(known)), (of, known)), shape=(len(sizes), len(matrix)))
    means = (members @ matrix) / np.maximum(sizes, 1)[:, None]
    numbers = np.empty(len(sizes), dtype=np.int64)
    numbers[np.lexsort((*means.T[::-1], -sizes))] = np.arange(len(sizes))
    return numbers


def renumbered(labels: Any, numbers: Any) -> Any:
    """The labels under their new numbers; -1 for no cluster."""
    import numpy as np

    labels = np.asarray(labels)
    return np.where(labels >= 0, numbers[np.maximum(labels, 0)] if len(numbers) else -1, -1)
