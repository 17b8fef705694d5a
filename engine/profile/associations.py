"""How columns of any kind go together, in a sample: Spearman, Cramér's V, and the correlation ratio."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.profile.profiled import Association, ColumnProfile

MOST_COLUMNS = 30
"""Of each kind; a matrix of more is not read by anybody."""
MOST_CATEGORIES = 50
LEAST_ROWS = 3

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Coded:
    """A column as small numbers.

    Parameters
    ----------
    codes : array of shape (n_rows,)
        The place of each value among the different ones, in their order; any where there is none.
    there : array of shape (n_rows,)
    values : array of shape (n_rows,)
        The numbers themselves; the codes for categories.
    """

    name: str
    codes: Codes
    there: Flags
    values: NDArray[np.float64]

    @cached_property
    def is_whole(self) -> bool:
        """Whether no value is missing."""
        return bool(self.there.all())

    @cached_property
    def ranks(self) -> NDArray[np.float64]:
        """Average ranks over all rows."""
        return ranks(self.codes)


def associate(sample: pa.Table, columns: Sequence[ColumnProfile]) -> tuple[Association, ...]:
    """Measure every pair of numbers, of categories, and of one with the other, over rows where both have values."""
    if sample.num_rows < LEAST_ROWS:
        return ()
    numbers = [numbers_of(sample, one.name) for one in columns if _is_number(one)][:MOST_COLUMNS]
    groups = [categories_of(sample, one.name) for one in columns if _is_category(one)][:MOST_COLUMNS]
    found = [
        *(("spearman", left, right, spearman(left, right)) for left, right in combinations(numbers, 2)),
        *(("cramers_v", left, right, cramers_v(left, right)) for left, right in combinations(groups, 2)),
        *(
            ("correlation_ratio", left, right, correlation_ratio(left, right))
            for left, right in product(groups, numbers)
        ),
    ]
    return tuple(
        Association(measure=measure, left=left.name, right=right.name, value=round(value, 6))
        for measure, left, right, value in found
        if value is not None
    )


def _is_number(column: ColumnProfile) -> bool:
    return column.kind == "numeric" and bool(column.std) and column.semantic != "identifier"


def _is_category(column: ColumnProfile) -> bool:
    return column.kind in ("text", "boolean") and 2 <= column.distinct <= MOST_CATEGORIES


def numbers_of(sample: pa.Table, name: str) -> Coded:
    """A column of numbers with its values in order."""
    column = sample.column(name).cast(pa.float64(), safe=False).combine_chunks()
    values = np.asarray(pc.fill_null(column, np.nan), dtype=np.float64)
    there = np.isfinite(values)
    codes = np.zeros(len(values), dtype=np.int64)
    codes[there] = np.unique(values[there], return_inverse=True)[1]
    return Coded(name, codes, there, np.where(there, values, 0.0))


def categories_of(sample: pa.Table, name: str) -> Coded:
    """A column of texts or flags as the places of its values."""
    column = sample.column(name).combine_chunks()
    coded = pc.dictionary_encode(column)
    there = np.asarray(column.is_valid())
    codes = np.asarray(pc.fill_null(coded.indices, 0), dtype=np.int64)
    return Coded(name, codes, there, codes.astype(np.float64))


def spearman(left: Coded, right: Coded) -> float | None:
    """Spearman's rank correlation; ties share the mean of their ranks."""
    if left.is_whole and right.is_whole:
        return _pearson(left.ranks, right.ranks)
    both = left.there & right.there
    return _pearson(ranks(left.codes[both]), ranks(right.codes[both])) if both.sum() >= LEAST_ROWS else None


def ranks(codes: Codes) -> NDArray[np.float64]:
    """Average ranks of values that are known by their place in order: counted, so nothing is sorted again."""
    counts = np.bincount(codes)
    ends = np.cumsum(counts)
    average = ends - (counts - 1) / 2
    return average[codes]


def _pearson(left: NDArray[np.float64], right: NDArray[np.float64]) -> float | None:
    left, right = left - left.mean(), right - right.mean()
    scale = float(np.sqrt((left @ left) * (right @ right)))
    return float(np.clip(left @ right / scale, -1, 1)) if scale else None


def cramers_v(left: Coded, right: Coded) -> float | None:
    """Cramér's V of two columns of categories, without a correction for bias."""
    both = left.there & right.there
    counts = _crossed(left.codes[both], right.codes[both])
    total = counts.sum()
    smaller = min(counts.shape) - 1
    if not smaller or total < LEAST_ROWS:
        return None
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    chi_squared = ((counts - expected) ** 2 / expected).sum()
    return float(min(1.0, np.sqrt(chi_squared / total / smaller)))


def _crossed(left: Codes, right: Codes) -> NDArray[np.float64]:
    """The contingency table, without rows and columns of nothing."""
    if not len(left):
        return np.zeros((0, 0))
    width = int(right.max()) + 1
    counts = np.bincount(left * width + right, minlength=(int(left.max()) + 1) * width).reshape(-1, width)
    return counts[counts.any(axis=1)][:, counts.any(axis=0)].astype(np.float64)


def correlation_ratio(groups: Coded, numbers: Coded) -> float | None:
    """Eta: the square root of the part of a number's variance that lies between groups. Source: Pearson (1905)."""
    both = groups.there & numbers.there
    codes, values = groups.codes[both], numbers.values[both]
    if len(values) < LEAST_ROWS:
        return None
    values = values - values.mean()
    sums, counts = np.bincount(codes, weights=values), np.bincount(codes)
    total = float(values @ values)
    if not total or (counts > 0).sum() < 2:
        return None
    between = float((sums[counts > 0] ** 2 / counts[counts > 0]).sum())
    return float(np.sqrt(min(1.0, between / total)))
