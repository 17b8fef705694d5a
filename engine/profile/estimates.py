"""Figures of columns of numbers or times that are too long to be sorted in memory: DuckDB's aggregates, two passes."""

import math
from collections.abc import Sequence
from typing import Any

from engine.profile.kinds import is_whole, kind_of
from engine.profile.ordered import BINS, far_bounds, whole_bins
from engine.profile.plain import plain
from engine.profile.profiled import Histogram, Quantiles
from engine.profile.source import Source, identifier

_DAY = 86_400
_SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_NAMES = ("p01", "p05", "p25", "p50", "p75", "p95", "p99")


def estimated(source: Source, relation: str, name: str, sql_type: str) -> dict[str, Any]:
    """Describe a column; different values and quantiles are estimates, all else is exact.

    Source: HyperLogLog, about 2 %; t-digest.
    """
    if kind_of(sql_type) == "datetime":
        return _of_times(source, relation, name, is_date=sql_type == "DATE")
    value = _finite(name, sql_type)
    column = f"(SELECT {value} AS value FROM {relation} WHERE {value} IS NOT NULL)"  # noqa: S608
    distinct, low, high, mean, std, shares, zeros, negative = source.one(
        "SELECT approx_count_distinct(value), min(value), max(value), avg(value), stddev_samp(value), "  # noqa: S608
        f"approx_quantile(value, {list(_SHARES)}), count(*) FILTER (value = 0), count(*) FILTER (value < 0) "
        f"FROM {column}"
    )
    endless = {"infinite": _infinite(source, relation, name)} if _is_float(sql_type) else {}
    if low is None:
        return {"distinct": 0, **endless}
    quantiles = Quantiles(**dict(zip(_NAMES, shares, strict=True)))
    below, above = far_bounds(quantiles)
    off = f"((value - {mean!r}) / {std or 1.0!r})"
    far = f"count(*) FILTER (value NOT BETWEEN {below!r} AND {above!r})" if below < above else "0"
    cubes, fourths, outliers = source.one(
        f"SELECT avg({off} ^ 3), avg({off} ^ 4), {far} FROM {column}"  # noqa: S608
    )
    bound = int if is_whole(sql_type) else float
    return {
        **endless,
        "distinct": distinct,
        "distinct_approximate": True,
        "min": bound(low),
        "max": bound(high),
        "mean": mean,
        "std": std,
        "skewness": cubes if std else None,  # so many rows need no adjustment
        "kurtosis": fourths - 3 if std else None,
        "quantiles": quantiles,
        "zeros": zeros,
        "negative": negative,
        "outliers": outliers,
        "histogram": _histogram(source, column, _edges(low, high, 1 if is_whole(sql_type) else None)),
    }


def _of_times(source: Source, relation: str, name: str, *, is_date: bool) -> dict[str, Any]:
    value = identifier(name)
    column = f"(SELECT epoch({value}) AS value FROM {relation} WHERE {value} IS NOT NULL)"  # noqa: S608
    distinct, first, last, low, high = source.one(
        f"SELECT approx_count_distinct({value}), min({value}), max({value}), epoch(min({value})), "  # noqa: S608
        f"epoch(max({value})) FROM {relation}"
    )
    if first is None:
        return {"distinct": 0}
    return {
        "distinct": distinct,
        "distinct_approximate": True,
        "min": plain(first),
        "max": plain(last),
        "histogram": _histogram(source, column, _edges(low, high, _DAY if is_date else None)),
    }


def _edges(low: float, high: float, unit: int | None = None) -> list[float]:
    """Of bins of equal width; where values are multiples of a unit, halfway between two of them."""
    width = (high - low) / BINS
    if not width or not math.isfinite(width):
        return [low, high]
    if unit:
        return [(first - 0.5) * unit for first in whole_bins(int(low // unit), int(high // unit))]
    return [*(low + width * i for i in range(BINS)), high]


def _histogram(source: Source, column: str, edges: Sequence[float]) -> Histogram:
    bins = len(edges) - 1
    if bins == 1:
        return Histogram(edges=tuple(edges), counts=(source.one(f"SELECT count(*) FROM {column}")[0],))  # noqa: S608
    low, width = edges[0], edges[1] - edges[0]
    place = f"least({bins - 1}, greatest(0, floor((value - {low!r}) / {width!r})))::TINYINT"
    counts = dict(
        source.connection.execute(f"SELECT {place}, count(*) FROM {column} GROUP BY 1").fetchall()  # noqa: S608
    )
    return Histogram(edges=tuple(edges), counts=tuple(counts.get(i, 0) for i in range(bins)))


def _finite(name: str, sql_type: str) -> str:
    column = identifier(name)
    return f"CASE WHEN isfinite({column}) THEN {column}::DOUBLE END" if _is_float(sql_type) else f"{column}::DOUBLE"


def _is_float(sql_type: str) -> bool:
    return sql_type in ("DOUBLE", "FLOAT")


def _infinite(source: Source, relation: str, name: str) -> int:
    counted = source.one(f"SELECT count(*) FILTER (isinf({identifier(name)})) FROM {relation}")  # noqa: S608
    return int(counted[0])
