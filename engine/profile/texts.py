"""Figures of one column of texts or flags: of few different values each is looked at once, with its count."""

from typing import Any

from engine.profile.plain import MOST_CHARS, plain
from engine.profile.profiled import Count, Pattern
from engine.profile.source import Source, identifier

TOP = 10
SHAPES = 8
_SHAPED_CHARS = 40
FEW = 50_000
"""Different values up to which they are counted one by one."""
_CAPITALS, _SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"

# A number and a blank begin with a character before ':' or '!': most texts need no closer look.
_FIGURES = {
    "min": f"left(min(value), {MOST_CHARS})",
    "max": f"left(max(value), {MOST_CHARS})",
    "min_length": "min(length(value))",
    "max_length": "max(length(value))",
    "mean_length": "sum(length(value) * n) / sum(n)",
    "blank": "coalesce(sum(n) FILTER (CASE WHEN value < '!' THEN trim(value) = '' END), 0)::BIGINT",
    "numeric_texts": "coalesce(sum(n) FILTER (isfinite(CASE WHEN value < ':' THEN try_cast(value AS DOUBLE) END)), 0)"
    "::BIGINT",
    "padded": "coalesce(sum(n) FILTER (length(value) <> length(trim(value))), 0)::BIGINT",
}


def figures_of_few(source: Source, relation: str, name: str, *, is_text: bool) -> dict[str, Any]:
    """Describe a column with few different values, exactly."""
    column = identifier(name)
    own = {**_FIGURES, "same": "count(DISTINCT lower(trim(value)))"} if is_text else {}
    own |= {"distinct": "count(*)"} if is_text else {"distinct": "count(*)", "min": "min(value)", "max": "max(value)"}
    top = f"SELECT list({{'value': value, 'n': n}}) FROM (FROM counted ORDER BY n DESC, value LIMIT {TOP})"  # noqa: S608
    shapes = _shapes("counted") if is_text else "NULL"
    found = source.one(
        f"WITH counted AS MATERIALIZED (SELECT {column} AS value, count(*) AS n FROM {relation} "  # noqa: S608
        f"WHERE {column} IS NOT NULL GROUP BY 1) "
        f"SELECT {', '.join(own.values())}, ({top}), ({shapes}), sum(n) FROM counted"
    )
    *figures, most, shaped, filled = found
    told = dict(zip(own, figures, strict=True))
    same = told.pop("same", None)
    if is_text:
        told["differs_by_case"] = told["distinct"] - same
        told |= {"patterns": _patterns(shaped), "patterns_from": int(filled or 0)}
    told["filled"] = int(filled or 0)
    told["top"] = tuple(Count(value=plain(one["value"]), count=one["n"]) for one in most or ())
    return told


def figures_of_many(source: Source, relation: str, name: str) -> dict[str, Any]:
    """Describe a column of many different texts; their shapes are told by `shapes_of` a sample."""
    column = identifier(name)
    found = source.one(
        f"SELECT {', '.join(_FIGURES.values())} "  # noqa: S608
        f"FROM (SELECT {column} AS value, 1 AS n FROM {relation} WHERE {column} IS NOT NULL)"
    )
    return dict(zip(_FIGURES, found, strict=True))


def shapes_of(source: Source, relation: str, name: str) -> tuple[tuple[Pattern, ...], int]:
    """Return the shapes of a column's texts in a sample, and how many texts these are."""
    column = identifier(name)
    shaped, filled = source.one(
        f"WITH counted AS (SELECT {column} AS value, 1 AS n FROM {relation} WHERE {column} IS NOT NULL) "  # noqa: S608
        f"SELECT ({_shapes('counted')}), (SELECT count(*) FROM counted)"
    )
    return _patterns(shaped), int(filled)


def most_frequent(source: Source, relation: str, name: str, limit: int) -> tuple[Count, ...]:
    """Count a column's most frequent values."""
    column = identifier(name)
    query = (
        f"SELECT {column}, count(*) FROM {relation} WHERE {column} IS NOT NULL "  # noqa: S608
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {limit:d}"
    )
    found = source.connection.execute(query).fetchall()
    return tuple(Count(value=plain(value), count=count) for value, count in found)


def _shapes(counted: str) -> str:
    letters = (
        f"translate(left(value, {_SHAPED_CHARS}), '{_CAPITALS}{_SMALL}0123456789', '{'A' * 26}{'a' * 26}{'9' * 10}')"
    )
    shape = f"regexp_replace({letters}, 'aa+', 'a…', 'g')"
    return (
        f"SELECT list({{'shape': shape, 'n': n}}) FROM (SELECT {shape} AS shape, sum(n)::BIGINT AS n FROM {counted} "  # noqa: S608
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {SHAPES})"
    )


def _patterns(shaped: Any) -> tuple[Pattern, ...]:
    return tuple(Pattern(shape=one["shape"], count=one["n"]) for one in shaped or ())
