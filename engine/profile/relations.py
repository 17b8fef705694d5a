"""What only whole rows tell: duplicates, keys, what is missing together, and correlations of numeric columns."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.profile.profiled import ColumnProfile, Correlation, Key, MissingPattern
from engine.profile.source import Source, identifier

_CORRELATED_COLUMNS = 30
_BATCH_ROWS = 65_536
_KEY_COLUMNS = 12
_PAIRS_CHECKED = 3
_MASKED_COLUMNS = 60
_PATTERNS = 12

Matrix = NDArray[np.float64]


def find_keys(source: Source, columns: Sequence[ColumnProfile], rows: int, sample: pa.Table) -> tuple[Key, ...]:
    """Find the columns that tell every row apart; where there is none, pairs of columns that do.

    Pairs are looked for in the sample first, and proved on all rows, by a 64-bit hash.
    """
    if rows < 2:
        return ()
    single = [one for one in columns if one.distinct == rows and not one.distinct_approximate and _tells_apart(one)]
    if single:
        return tuple(Key(columns=(one.name,)) for one in single)
    able = [one for one in columns if not one.missing and one.distinct > 1 and _tells_apart(one)]
    able = sorted(able, key=lambda one: -one.distinct)[:_KEY_COLUMNS]
    pairs = [(a.name, b.name) for a, b in combinations(able, 2) if a.distinct * b.distinct >= rows]
    hopeful = [pair for pair in pairs if _different(sample, pair) == sample.num_rows][:_PAIRS_CHECKED]
    return tuple(Key(columns=pair) for pair in hopeful if count_duplicates(source, pair) == 0)


def _tells_apart(column: ColumnProfile) -> bool:
    """Measured numbers differ by chance, not because they name something; as texts no less."""
    if column.holds_amounts:
        return False
    return column.kind in ("text", "datetime") or (
        column.kind == "numeric"
        and column.type.lstrip("u").startswith(("int", "bigint", "smallint", "tinyint", "hugeint"))
    )


def _different(sample: pa.Table, columns: Sequence[str]) -> int:
    return int(sample.group_by(list(columns)).aggregate([]).num_rows)


def count_duplicates(source: Source, columns: Sequence[str]) -> int:
    """Count rows that equal an earlier one in these columns, by a 64-bit hash of the row."""
    if not columns:
        return 0
    row = ", ".join(map(identifier, columns))
    total, different = source.one(f"SELECT count(*), count(DISTINCT hash({row})) FROM {source.relation}")  # noqa: S608
    return int(total) - int(different)


def missing_together(source: Source, columns: Sequence[ColumnProfile]) -> tuple[MissingPattern, ...]:
    """Count the combinations of columns that are missing in a row, the most frequent first."""
    some = sorted((one for one in columns if one.missing and one.filled), key=lambda one: -one.missing)
    some = some[:_MASKED_COLUMNS]
    if not some:
        return ()
    if len(some) == 1:
        return (MissingPattern(columns=(some[0].name,), count=some[0].missing),)
    bits = " | ".join(f"(({identifier(one.name)} IS NULL)::BIGINT << {place})" for place, one in enumerate(some))
    found = source.connection.execute(
        f"SELECT mask, count(*) FROM (SELECT {bits} AS mask FROM {source.narrowed([one.name for one in some])}) "  # noqa: S608
        f"WHERE mask > 0 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_PATTERNS}"
    ).fetchall()
    return tuple(
        MissingPattern(columns=tuple(one.name for place, one in enumerate(some) if mask >> place & 1), count=count)
        for mask, count in found
    )


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


def _moments(source: Source, columns: Sequence[ColumnProfile]) -> Matrix:
    """Sum products, values, squares and counts over the rows where both columns of a pair have values."""
    chosen = ", ".join(f"{identifier(one.name)}::DOUBLE" for one in columns)
    mean, std = np.array([one.mean for one in columns]), np.array([one.std for one in columns])
    width = len(columns)
    sums = np.zeros((4, width, width))
    query = source.connection.execute(f"SELECT {chosen} FROM {source.narrowed([one.name for one in columns])}")  # noqa: S608
    for batch in query.to_arrow_reader(_BATCH_ROWS):
        # A column of Arrow lies in one piece, and so it does in a matrix of one row for each column.
        raw = np.stack([column.to_numpy(zero_copy_only=False) for column in batch.columns])
        values = (raw - mean[:, None]) / std[:, None]
        there = np.isfinite(values)
        if there.all():
            sums[0] += values @ values.T
            sums[1] += values.sum(axis=1)[:, None]
            sums[2] += (values**2).sum(axis=1)[:, None]
            sums[3] += values.shape[1]
            continue
        values[~there] = 0.0
        known = there.astype(np.float64)
        sums[0] += values @ values.T
        sums[1] += values @ known.T
        sums[2] += (values**2) @ known.T
        sums[3] += known @ known.T
    return sums


def _pearson(moments: Matrix) -> Matrix:
    products, values, squares, counts = moments
    with np.errstate(all="ignore"):
        covariance = products - values * values.T / counts
        variance = squares - values**2 / counts
        scale = np.sqrt(variance * variance.T)
        return np.where(scale > 1e-9 * counts, np.clip(covariance / scale, -1.0, 1.0), np.nan)
