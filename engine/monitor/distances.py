"""How far two sets of counts are apart, and whether that may be chance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.monitor.reference import Counts, Numbers

LEAST_EXPECTED = 5.0
"""Bins of which fewer rows would be expected are put together: below, χ² is no χ² (Cochran, 1954)."""


class Tested(NamedTuple):
    """A test's statistic and its p-value."""

    statistic: float
    chance: float


def shares(counts: Sequence[int] | Counts) -> Numbers:
    """Counts as shares of all."""
    values = np.asarray(counts, dtype=np.float64)
    return np.asarray(values / max(float(values.sum()), 1.0), dtype=np.float64)


def jensen_shannon(left: Numbers, right: Numbers) -> float:
    """The Jensen–Shannon distance of two lists of shares, to the base 2: from 0, the same, to 1, nothing in common.

    Source: `scipy.spatial.distance.jensenshannon`; Endres and Schindelin (2003).
    """
    from scipy.spatial.distance import jensenshannon

    if not left.sum() or not right.sum():
        return 0.0
    return float(np.nan_to_num(jensenshannon(left, right, base=2)))


def kolmogorov_smirnov(below: tuple[Numbers, Numbers], rows: tuple[int, int]) -> Tested:
    """The greatest distance of two distribution functions, and how likely chance alone is to make it as great.

    Parameters
    ----------
    below
        The shares of both sides up to each place where the distance may be greatest.
    rows
        How many values there are on both sides.

    Source: `scipy.stats.ks_2samp` with ``method="asymp"``.
    """
    from scipy.stats import kstwo

    left, right = rows
    if not left or not right:
        return Tested(0.0, 1.0)
    distance = float(np.abs(below[0] - below[1]).max(initial=0.0))
    return Tested(distance, float(np.clip(kstwo.sf(distance, np.round(left * right / (left + right))), 0, 1)))


def chi_squared(left: Counts, right: Counts) -> Tested:
    """Whether both sides may have the same shares (Pearson's χ² of homogeneity, rare bins put together).

    Source: `scipy.stats.chi2_contingency` without Yates' correction.
    """
    from scipy.stats import chi2_contingency

    table = together(left, right)
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return Tested(0.0, 1.0)
    found = chi2_contingency(table, correction=False)
    return Tested(float(found.statistic), float(found.pvalue))


def together(left: Counts, right: Counts) -> Counts:
    """Both sides as a table of two lines, in which enough rows are expected in every bin."""
    table = np.array([left, right], dtype=np.int64)
    table = table[:, table.sum(axis=0) > 0]
    rows = table.sum(axis=1)
    least = rows.min() / max(rows.sum(), 1) * table.sum(axis=0)
    order = np.argsort(least, kind="stable")
    rare = int((least < LEAST_EXPECTED).sum())
    if not rare:
        return table
    # What is still too little together takes the next rarest bin in.
    while rare < len(order) and least[order[:rare]].sum() < LEAST_EXPECTED:
        rare += 1
    joined = table[:, order[:rare]].sum(axis=1, keepdims=True)
    return np.hstack([table[:, np.sort(order[rare:])], joined])


def proportions(left: tuple[int, int], right: tuple[int, int]) -> Tested:
    """Whether two shares may be the same; each side is how many of how many."""
    counts = [np.array([part, whole - part], dtype=np.int64) for part, whole in (left, right)]
    if int((counts[0] + counts[1]).min()) >= 2 * LEAST_EXPECTED:
        return chi_squared(*counts)
    from scipy.stats import fisher_exact

    return Tested(0.0, float(fisher_exact(np.array(counts)).pvalue))


def unseen(rows: int, new_rows: int, seen_once: int, reference_rows: int) -> float:
    """How likely so many rows of new categories are, where as many are to be expected as were seen once.

    Source: Good (1953): the share of what has not been seen is about that of what was seen once.
    """
    from scipy.stats import binom

    expected = min(1.0, (seen_once + 1) / (reference_rows + 1))
    return float(binom.sf(new_rows - 1, rows, expected)) if new_rows else 1.0
