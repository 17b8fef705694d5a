"""Statistics of all columns in two passes over the table: the figures, and then what depends on them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.profile.profiled import ColumnProfile, Count, Histogram, Kind, Quantiles, Semantic
from engine.profile.source import Source, identifier

BINS = 20
TOP = 10
_COLUMNS_PER_PASS = 16  # DuckDB plans in time quadratic in the number of aggregates
_EXACT_DISTINCT_ROWS = 200_000
_WIDE = 200
_CATEGORIES = 50
_COUNTED_VALUES = 1_000
_OUTLIER_RANGES = 3.0
_MAX_TEXT_CHARS = 200
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_NUMERIC = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "UTINYINT",
    "USMALLINT",
)
_NAMES = {"BIGINT": "int64", "DOUBLE": "float64", "VARCHAR": "string", "TIMESTAMP": "timestamp", "DATE": "date"}


@dataclass
class Figures:
    """What the passes found about one column."""

    name: str
    sql_type: str
    rows: int = 0
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        if self.sql_type.startswith((*_NUMERIC, "UINTEGER", "UBIGINT")):
            return "numeric"
        if self.sql_type.startswith(("DATE", "TIMESTAMP")):
            return "datetime"
        return "boolean" if self.sql_type == "BOOLEAN" else "text" if self.sql_type == "VARCHAR" else "other"

    @property
    def filled(self) -> int:
        return int(self.values["filled"])

    @property
    def distinct(self) -> int:
        return min(int(self.values["distinct"]), self.filled)


def measure(source: Source, rows: int) -> list[ColumnProfile]:
    """Profile every column of the source."""
    figures = [Figures(name, kind, rows) for name, kind in source.columns.items()]
    for some in _in_groups(figures):
        _collect(source, some, _first_pass)
        _collect(source, some, _second_pass)
    for one in figures:
        one.values["top"] = _top(source, one)
    return [_profile(one) for one in figures]


def _collect(source: Source, figures: Sequence[Figures], wanted: Any) -> None:
    aggregates = [(one, key, sql) for one in figures for key, sql in wanted(one).items()]
    if not aggregates:
        return
    relation = source.narrowed([one.name for one in figures])
    row = source.one(f"SELECT {', '.join(sql for _, _, sql in aggregates)} FROM {relation}")  # noqa: S608
    for (one, key, _), value in zip(aggregates, row, strict=True):
        one.values[key] = value


def _first_pass(one: Figures) -> dict[str, str]:
    column = identifier(one.name)
    exact = one.rows <= _EXACT_DISTINCT_ROWS
    shared = {
        "filled": f"count({column})",
        "distinct": f"count(DISTINCT {column})" if exact else f"approx_count_distinct({column})",
    }
    if one.kind == "numeric":
        return shared | _of_numbers(_finite(one))
    if one.kind == "text":
        return shared | _of_texts(column)
    if one.kind in ("datetime", "boolean"):
        return shared | {"min": f"min({column})", "max": f"max({column})"}
    return shared


def _of_numbers(column: str) -> dict[str, str]:
    quantiles = ", ".join(map(str, _QUANTILES))
    return {
        "min": f"min({column})",
        "max": f"max({column})",
        "mean": f"avg({column})",
        "std": f"stddev_samp({column})",
        "quantiles": f"approx_quantile({column}, [{quantiles}])",
        "zeros": f"count(*) FILTER ({column} = 0)",
        "negative": f"count(*) FILTER ({column} < 0)",
    }


def _of_texts(column: str) -> dict[str, str]:
    # A number and a blank begin with a character before ':' or '!': most texts need no closer look.
    number = f"CASE WHEN {column} < ':' THEN try_cast({column} AS DOUBLE) END"
    return {
        "min": f"left(min({column}), {_MAX_TEXT_CHARS})",
        "max": f"left(max({column}), {_MAX_TEXT_CHARS})",
        "min_length": f"min(length({column}))",
        "max_length": f"max(length({column}))",
        "mean_length": f"avg(length({column}))",
        "blank": f"count(*) FILTER (CASE WHEN {column} < '!' THEN trim({column}) = '' END)",
        "numeric_texts": f"count(*) FILTER (isfinite({number}))",
    }


def _second_pass(one: Figures) -> dict[str, str]:
    column = identifier(one.name)
    again = {"distinct": f"count(DISTINCT {column})"} if _is_recounted(one) else {}
    low, high = one.values.get("min"), one.values.get("max")
    if one.kind == "datetime" and low is not None and high is not None:
        return again | {"histogram": _bins(f"epoch({column})", _seconds(low), _seconds(high))}
    if one.kind != "numeric" or low is None or high is None:
        return again
    number = _finite(one)
    return again | {
        "histogram": _bins(number, low, high),
        "outliers": f"count(*) FILTER ({_is_far(number, one.values['quantiles'])})",
        "cubes": _cubes(f"(({number} - {one.values['mean']!r}) / {one.values['std'] or 1.0!r})"),
    }


def _finite(one: Figures) -> str:
    column = identifier(one.name)
    return f"CASE WHEN isfinite({column}) THEN {column}::DOUBLE END" if _is_float(one) else f"{column}::DOUBLE"


def _is_float(one: Figures) -> bool:
    return one.sql_type in ("DOUBLE", "FLOAT")


def _is_whole(one: Figures) -> bool:
    return one.kind == "numeric" and not _is_float(one) and not one.sql_type.startswith("DECIMAL")


def _cubes(number: str) -> str:
    return f"avg({number} * {number} * {number})"


def _might_be_unique(one: Figures) -> bool:
    return one.distinct > 0.8 * one.filled


def _is_recounted(one: Figures) -> bool:
    """An estimate is not good enough for identifiers and for categories; both are counted exactly."""
    few = one.values["distinct"] <= 2 * _COUNTED_VALUES
    return one.rows > _EXACT_DISTINCT_ROWS and one.kind != "other" and (few or _might_be_unique(one))


def _bins(column: str, low: float, high: float) -> str:
    """Count values in bins of equal width, as ``{bin: count}``."""
    width = (high - low) / BINS
    if not width or not math.isfinite(width):
        return f"map([0], [count({column})])"
    index = f"least({BINS - 1}, greatest(0, floor(({column} - {low!r}) / {width!r})))::TINYINT"
    return f"histogram({index}) FILTER ({column} IS NOT NULL)"


def _is_far(number: str, quantiles: Sequence[float]) -> str:
    _, lower, _, upper, _ = quantiles
    reach = _OUTLIER_RANGES * (upper - lower)
    return f"{number} NOT BETWEEN {lower - reach!r} AND {upper + reach!r}" if reach else "false"


def _top(source: Source, one: Figures) -> tuple[Count, ...]:
    """Return the most frequent values, where counting them is worth it."""
    few = one.distinct <= (_COUNTED_VALUES if one.kind == "text" else _CATEGORIES)
    repeats = one.kind == "text" and one.distinct <= one.filled / 2 and len(source.columns) <= _WIDE
    if one.kind == "other" or not one.filled or not (few or repeats):
        return ()
    return most_frequent(source, one.name, TOP)


def most_frequent(source: Source, name: str, limit: int) -> tuple[Count, ...]:
    """Count a column's most frequent values."""
    column = identifier(name)
    query = (
        f"SELECT {column}, count(*) FROM {source.relation} WHERE {column} IS NOT NULL "  # noqa: S608
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {limit:d}"
    )
    found = source.connection.execute(query).fetchall()
    return tuple(Count(value=plain(value), count=count) for value, count in found)


def _profile(one: Figures) -> ColumnProfile:
    values = one.values
    lower, quantiles = values.get("min"), values.get("quantiles")
    return ColumnProfile(
        name=one.name,
        type=_NAMES.get(one.sql_type, one.sql_type.lower()),
        kind=one.kind,
        semantic=_semantic(one),
        filled=one.filled,
        missing=one.rows - one.filled,
        distinct=one.distinct,
        distinct_approximate=one.rows > _EXACT_DISTINCT_ROWS and not _is_recounted(one),
        min=_bound(one, lower),
        max=_bound(one, values.get("max")),
        quantiles=Quantiles(**dict(zip(Quantiles.model_fields, quantiles, strict=True))) if quantiles else None,
        skewness=_skewness(one),
        histogram=_histogram(one),
        **{key: values.get(key) for key in _COPIED},
        top=values["top"],
    )


_COPIED = (
    *("mean", "std", "zeros", "negative", "outliers"),
    *("min_length", "max_length", "mean_length", "blank", "numeric_texts"),
)


def _semantic(one: Figures) -> Semantic:
    if not one.filled:
        return "empty"
    if one.distinct == 1:
        return "constant"
    whole = one.kind == "numeric" and one.sql_type not in ("DOUBLE", "FLOAT") and "DECIMAL" not in one.sql_type
    if (
        one.rows >= 20
        and one.distinct == one.rows
        and (whole or (one.kind == "text" and one.values["max_length"] <= 64))
    ):
        return "identifier"
    if one.kind == "datetime":
        return "date"
    if one.kind == "boolean" or (one.kind == "text" and one.distinct <= max(_CATEGORIES, 0.01 * one.filled)):
        return "category"
    if one.kind == "numeric":
        return "category" if whole and one.distinct <= 10 and one.filled >= 100 else "number"
    return "text" if one.kind == "text" else "other"


def _skewness(one: Figures) -> float | None:
    """Adjust the third standardized moment as pandas and Excel do (Joanes and Gill, 1998, G1)."""
    cubes, count = one.values.get("cubes"), one.filled
    if cubes is None or count < 3 or not one.values["std"]:
        return None
    return float(cubes) * count * count / ((count - 1) * (count - 2))


def _histogram(one: Figures) -> Histogram | None:
    found = one.values.get("histogram")
    if not found:
        return None
    low, high = (_seconds(one.values[key]) if one.kind == "datetime" else one.values[key] for key in ("min", "max"))
    width = (high - low) / BINS
    edges = (*(low + width * i for i in range(BINS)), high) if width else (low, high)
    return Histogram(edges=edges, counts=tuple(found.get(i, 0) for i in range(len(edges) - 1)))


def _bound(one: Figures, value: Any) -> Any:
    return int(value) if _is_whole(one) and value is not None else plain(value)


def plain(value: Any) -> Any:
    """Turn a value of DuckDB into one of JSON."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value[:_MAX_TEXT_CHARS]
    return value if value is None or isinstance(value, bool | int) else str(value)[:_MAX_TEXT_CHARS]


def _seconds(value: Any) -> float:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return (moment.replace(tzinfo=None) - datetime(1970, 1, 1)) / timedelta(seconds=1)


def _in_groups(figures: list[Figures]) -> Iterator[list[Figures]]:
    for start in range(0, len(figures), _COLUMNS_PER_PASS):
        yield figures[start : start + _COLUMNS_PER_PASS]
