"""Percentiles from counts per bucket."""

from collections.abc import Sequence
from itertools import accumulate


def percentile(counts: Sequence[int], bounds: Sequence[float], share: float) -> float | None:
    """The value that a share of the observations does not exceed, interpolated inside its bucket.

    Parameters
    ----------
    counts
        Observations per bucket, (n + 1,); the last bucket has no upper bound.
    bounds
        Upper bounds, (n,), ascending; the lower bound of the first bucket is 0.

    Returns
    -------
    float or None
        None without observations; the greatest bound for what lies beyond it, as Prometheus' `histogram_quantile`.

    Examples
    --------
    >>> percentile([10, 80, 10], [1, 2], 0.5), percentile([0, 0, 4], [1, 2], 0.95), percentile([], [1, 2], 0.5)
    (1.5, 2.0, None)
    """
    rank = share * sum(counts)
    if rank == 0:
        return None
    for number, reached in enumerate(accumulate(counts)):
        if reached >= rank and number < len(bounds):
            lower = bounds[number - 1] if number else 0.0
            inside = (rank - (reached - counts[number])) / counts[number]
            return float(lower + inside * (bounds[number] - lower))
    return float(bounds[-1])
