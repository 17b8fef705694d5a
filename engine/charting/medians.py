"""Exact medians by place in one pass: first of the words that the table has, then of what several words make together.

To give each row its place first would take longer than the medians themselves; and most places are one word.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.charting.axis import Axis
from engine.charting.groups import TOTAL, Grouped, Rows, beside, keep
from engine.charting.look import Look

MOST_WORDS = 20_000
"""Places of the table itself, before some of them are put together."""


def can_word(look: Look, axes: Sequence[Axis]) -> bool:
    """Whether medians are taken word by word: where all values fit, and categories are not chosen by their medians."""
    words = 1
    for axis in axes:
        if axis.form == "category":
            words *= look.facts[axis.column.name].distinct + 1
    is_ranked = words > 1 and look.spec.keep in ("highest", "lowest")
    return look.is_vast and not look.estimates_quantiles and not is_ranked and words <= MOST_WORDS


def medians_of_words(
    look: Look, axes: Sequence[Axis], number: str, most: Mapping[str, int], sets: Sequence[Sequence[str]] = ()
) -> Grouped:
    """The median at each place.

    Parameters
    ----------
    number
        The SQL of the values.
    most
        How many categories are kept, by role.
    sets
        Of a pivot table: the roles of the cells and of each total.
    """
    rows = look.some(**{axis.role: axis.sql for axis in axes}, v=number)
    every = [list(roles) for roles in sets] or [[axis.role for axis in axes]]
    _take(look, rows, every[0])
    kept = keep(look, axes, Rows("worded", [], "sum(n)", "sum(n)"), most)
    places: list[tuple[Any, ...]] = []
    figures: list[float | None] = []
    counts: list[int] = []
    for at, roles in enumerate(every):
        if at:
            _take(look, rows, roles)
        for *place, figure, count in _placed(look, rows, [axis for axis in kept if axis.role in roles]):
            given = dict(zip(roles, place, strict=True))
            places.append(tuple(given.get(axis.role, TOTAL) for axis in kept))
            figures.append(figure)
            counts.append(int(count))
    return Grouped(kept, places, figures, counts, is_exact=True)


def _take(look: Look, rows: str, roles: Sequence[str]) -> None:
    """The median of each word, or combination of words, that the table has."""
    names = "".join(f"{role}, " for role in roles)
    look.source.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE worded AS SELECT {names}median(v)::DOUBLE AS m, count(*) AS n "  # noqa: S608
        f"FROM {rows} GROUP BY ALL",
        look.values or None,
    )


def _placed(look: Look, rows: str, axes: Sequence[Axis]) -> list[tuple[Any, ...]]:
    """Place, median and number of rows: places of several words are looked at again."""
    if not axes:
        return look.source.connection.execute("SELECT m, n FROM worded").fetchall()
    there, names = beside(axes, "worded"), ", ".join(f"place_{axis.role}" for axis in axes)
    found = look.source.connection.execute(
        f"SELECT {names}, count(*), any_value(m), sum(n) FROM {there} GROUP BY {names}"  # noqa: S608
    ).fetchall()
    width = len(axes)
    if not any(row[width] > 1 for row in found):
        return [(*row[:width], *row[width + 1 :]) for row in found]
    look.source.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE several AS SELECT * FROM {there} "  # noqa: S608
        f"QUALIFY count(*) OVER (PARTITION BY {names}) > 1"
    )
    same = " AND ".join(f"r.{axis.role} IS NOT DISTINCT FROM s.{axis.role}" for axis in axes)
    again = look.source.connection.execute(
        f"SELECT {names}, median(r.v)::DOUBLE FROM {rows} r JOIN several s ON {same} GROUP BY {names}",  # noqa: S608
        look.values or None,
    ).fetchall()
    merged = {row[:width]: row[width] for row in again}
    return [(*row[:width], merged.get(row[:width], row[width + 1]), row[width + 2]) for row in found]
