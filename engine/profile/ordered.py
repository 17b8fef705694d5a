"""Figures of one column of numbers or times, from its values in order: exact, and quicker than counting them.

Once values are sorted, different values, quantiles, histogram, far values and gaps are places in an array.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.profile.profiled import Count, Histogram, Quantiles

BINS = 20
TOP = 10
FAR = 3.0
"""Interquartile ranges from the quartiles, beyond which a value is far from the rest."""
FEW = 50
_SHARES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
_COUNTED_SHARE = 0.01
_CHUNK = 1 << 18

Values = NDArray[Any]
Numbers = NDArray[np.float64]


def figures_of_numbers(values: Values) -> dict[str, Any]:
    """Describe sorted numbers that are all there and finite.

    Parameters
    ----------
    values : array of shape (n_filled,), ascending

    Returns
    -------
    dict
        Fields of a `ColumnProfile`.
    """
    if not len(values):
        return {"distinct": 0}
    quantiles = quantiles_of(values)
    below, above = far_bounds(quantiles)
    starts = changes(values)
    return {
        "distinct": len(starts),
        "min": values[0].item(),
        "max": values[-1].item(),
        **moments(values),
        "quantiles": quantiles,
        "histogram": whole_histogram(values) if values.dtype.kind in "iu" else histogram_of(values),
        "zeros": _between(values, 0, 0),
        "negative": int(np.searchsorted(values, 0)),
        "outliers": len(values) - _between(values, below, above) if below < above else 0,
        "top": most_frequent(values, starts),
    }


def changes(values: Values) -> NDArray[np.intp]:
    """Where in sorted values a new one begins."""
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))


def most_frequent(values: Values, starts: NDArray[np.intp]) -> tuple[Count, ...]:
    """Return the most frequent values, where there are few or where one stands out."""
    counts = np.diff(starts, append=len(values))
    if len(starts) > FEW and counts.max() < _COUNTED_SHARE * len(values):
        return ()
    first = np.argsort(-counts, kind="stable")[:TOP]
    return tuple(Count(value=values[starts[place]].item(), count=int(counts[place])) for place in first)


def quantiles_of(values: Values) -> Quantiles:
    """Interpolate between neighbours, as NumPy and pandas do."""
    places = np.array([*_SHARES.values()]) * (len(values) - 1)
    lower = np.floor(places).astype(int)
    upper = np.minimum(lower + 1, len(values) - 1)
    low, high = values[lower].astype(float), values[upper].astype(float)
    found = low + (high - low) * (places - lower)
    return Quantiles(**dict(zip(_SHARES, map(float, found), strict=True)))


def far_bounds(quantiles: Quantiles) -> tuple[float, float]:
    """The bounds beyond which a value is far from the rest; equal where half of the values are the same."""
    reach = FAR * (quantiles.p75 - quantiles.p25)
    return quantiles.p25 - reach, quantiles.p75 + reach


def moments(values: Values) -> dict[str, float | None]:
    """Mean, sample standard deviation, and skewness and kurtosis adjusted as pandas does.

    Source: Joanes and Gill (1998), G1 and G2.
    """
    count, mean = len(values), float(np.mean(values, dtype=np.float64))
    squares = cubes = fourths = 0.0
    for start in range(0, count, _CHUNK):
        off: Numbers = values[start : start + _CHUNK] - mean
        square = off * off
        squares += float(square.sum())
        cubes += float(square @ off)
        fourths += float(square @ square)
    std = math.sqrt(squares / (count - 1)) if count > 1 else None
    found: dict[str, float | None] = {"mean": mean, "std": std, "skewness": None, "kurtosis": None}
    if not std or not math.isfinite(fourths) or std < 1e-14 * abs(mean):
        return found
    variance = squares / count
    if count > 2:
        skew = cubes / count / variance**1.5
        found["skewness"] = float(skew * math.sqrt(count * (count - 1)) / (count - 2))
    if count > 3:
        excess = fourths / count / variance**2 - 3
        found["kurtosis"] = float((count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * excess + 6))
    return found


def whole_bins(low: int, high: int) -> list[int]:
    """The first whole number of each bin, and the first one after the last bin.

    Each bin has as many different whole numbers: else some bars would be higher, or empty, by their width alone.
    """
    width = -(-(high - low + 1) // BINS)
    return [*range(low, high + 1, width), low + width * -(-(high - low + 1) // width)]


def whole_histogram(values: Values, unit: int = 1, scale: float = 1.0) -> Histogram:
    """Count sorted whole numbers, in bins whose edges lie halfway between two of them.

    Parameters
    ----------
    unit
        All values are multiples of it.
    scale
        What the edges are told in, of the values' own unit.
    """
    low, high = int(values[0]) // unit, int(values[-1]) // unit
    if low == high:
        return Histogram(edges=(low * unit * scale, high * unit * scale), counts=(len(values),))
    bins = whole_bins(low, high)
    # Compared as whole numbers: otherwise each value becomes a float first.
    places = np.searchsorted(values, np.array([unit * first for first in bins[1:-1]], dtype=values.dtype))
    counts = np.diff(np.concatenate([[0], places, [len(values)]]))
    return Histogram(edges=tuple((first - 0.5) * unit * scale for first in bins), counts=tuple(counts.tolist()))


def histogram_of(values: Values, scale: float = 1.0) -> Histogram:
    """Count sorted values in bins of equal width.

    Parameters
    ----------
    scale
        What the edges are told in, of the values' own unit.
    """
    low, high = float(values[0]), float(values[-1])
    width = (high - low) / BINS
    if not width or not math.isfinite(width):
        return Histogram(edges=(low * scale, high * scale), counts=(len(values),))
    inner = low + width * np.arange(1, BINS)
    # Whole numbers are compared with whole edges: otherwise each of them becomes a float first.
    edges = np.ceil(inner).astype(values.dtype) if values.dtype.kind in "iu" else inner
    places = np.searchsorted(values, edges)
    counts = np.diff(np.concatenate([[0], places, [len(values)]]))
    return Histogram(edges=(low * scale, *(inner * scale).tolist(), high * scale), counts=tuple(counts.tolist()))


def _between(values: Values, low: float, high: float) -> int:
    if values.dtype.kind in "iu":
        bounds = np.iinfo(values.dtype)
        low, high = max(math.ceil(low), bounds.min), min(math.floor(high), bounds.max)
    return int(np.searchsorted(values, high, side="right") - np.searchsorted(values, low))
