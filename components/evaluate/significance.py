"""Whether a difference may be chance: a test for answers to the same rows, and a correction for asking often."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def mcnemar(first: Array, second: Array) -> tuple[int, int, float]:
    """Whether two models are right about equally many of the same rows.

    Parameters
    ----------
    first, second : ndarray of bool, shape (n_rows,)
        Where each of them is right.

    Returns
    -------
    tuple
        Rows that only the first is right about, rows that only the second is right about, and the p-value. Source:
        McNemar (1947), in its exact form: a sign test over the rows where one is right and the other is not.

    Examples
    --------
    >>> mcnemar(np.array([True, True, True, False]), np.array([False, False, False, False]))
    (3, 0, 0.25)
    """
    from scipy.stats import binomtest

    ahead, behind = int((first & ~second).sum()), int((second & ~first).sum())
    chance = float(binomtest(ahead, ahead + behind).pvalue) if ahead + behind else 1.0
    return ahead, behind, chance


def holm(chances: Sequence[float]) -> list[float]:
    """P-values, raised so that the chance of a single false finding among all is as small.

    Source: Holm, *A Simple Sequentially Rejective Multiple Test Procedure* (1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(chances, kind="stable")
    scaled = [min(1.0, float(chances[place]) * (len(chances) - nth)) for nth, place in enumerate(order)]
    raised = np.maximum.accumulate(scaled) if scaled else np.array([])
    corrected = np.empty(len(chances))
    corrected[order] = raised
    return [float(value) for value in corrected]
