"""What only whole rows tell: duplicates, and correlations of numeric columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.profile.profiled import ColumnProfile, Correlation
from engine.profile.source import Source, identifier

_CORRELATED_COLUMNS = 30
_BATCH_ROWS = 65_536


def count_duplicates(source: Source) -> int:
    """Count rows that equal an earlier one, by a 64-bit hash of the row."""
    if not source.columns:
        return 0
    row = ", ".join(map(identifier, source.columns))
    total, different = source.one(f"SELECT count(*), count(DISTINCT hash({row})) FROM {source.relation}")  # noqa: S608
    return int(total) - int(different)


def correlate(source: Source, columns: Sequence[ColumnProfile]) -> tuple[Correlation, ...]:
    """Compute Pearson's correlation of each pair of the first numeric columns, over rows where both have values."""
    able = [one for one in columns if one.kind == "numeric" and one.std and one.semantic != "identifier"]
    able = able[:_CORRELATED_COLUMNS]
    if len(able) < 2:
        return ()
    values = _pearson(_moments(source, able))
    return tuple(
        Correlation(left=able[i].name, right=able[j].name, value=round(float(values[i, j]), 6))
        for i in range(len(able))
        for j in range(i + 1, len(able))
        if np.isfinite(values[i, j])
    )


Matrix = NDArray[np.float64]


def _moments(source: Source, columns: Sequence[ColumnProfile]) -> Matrix:
    """Sum products, values, squares and counts over the rows where both columns of a pair have values."""
    chosen = ", ".join(f"{identifier(one.name)}::DOUBLE" for one in columns)
    mean, std = np.array([one.mean for one in columns]), np.array([one.std for one in columns])
    width = len(columns)
    sums = np.zeros((4, width, width))
    query = source.connection.execute(f"SELECT {chosen} FROM {source.relation}")  # noqa: S608
    for batch in query.to_arrow_reader(_BATCH_ROWS):
        raw = np.column_stack([column.to_numpy(zero_copy_only=False) for column in batch.columns])
        there = np.isfinite(raw).astype(np.float64)
        values = np.where(there > 0, (raw - mean) / std, 0.0)
        sums += np.stack([values.T @ values, values.T @ there, (values**2).T @ there, there.T @ there])
    return sums


def _pearson(moments: Matrix) -> Matrix:
    products, values, squares, counts = moments
    with np.errstate(all="ignore"):
        covariance = products - values * values.T / counts
        variance = squares - values**2 / counts
        scale = np.sqrt(variance * variance.T)
        return np.where(scale > 1e-9 * counts, np.clip(covariance / scale, -1.0, 1.0), np.nan)
