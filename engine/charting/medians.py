"""Exact medians of many rows by place, in one pass: each word is turned into the number of its place on the way.

Files hold texts as dictionaries, and functions of such a column are worked out once for each word of a dictionary, not
for each row; a join, or a `CASE`, would take as long as the medians themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.charting.axis import MISSING_PLACE, OTHER_PLACE, Axis
from engine.charting.groups import TOTAL, Grouped, Rows, keep
from engine.charting.look import Look

_MARK = "="
"""Before each word, so that a missing one is a text too."""


def can_place(look: Look, axes: Sequence[Axis]) -> bool:
    """Whether medians are taken at places: where all values fit, and categories are not chosen by their medians."""
    chooses = any(axis.form == "category" for axis in axes)
    is_ranked = chooses and look.spec.keep in ("highest", "lowest")
    return look.is_vast and not look.estimates_quantiles and not is_ranked


def medians_at_places(
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
    kept = keep(look, axes, Rows(rows, look.values, "count(*)", "count(*)"), most)
    for axis in kept:
        marked = [_MARK, *(f"{_MARK}{word}" for word in axis.words)]
        look.source.connection.execute(f"SET VARIABLE words_{axis.role} = ?::VARCHAR[]", [marked])
    places: list[tuple[Any, ...]] = []
    figures: list[float | None] = []
    counts: list[int] = []
    for roles in sets or [[axis.role for axis in axes]]:
        chosen = [axis for axis in kept if axis.role in roles]
        named = "".join(f"{_place(axis)} AS {axis.role}, " for axis in chosen)
        by = f"SELECT {named}v FROM {rows} r"  # noqa: S608
        names = "".join(f"{axis.role}, " for axis in chosen)
        for *found, figure, count in look.all(f"SELECT {names}median(v)::DOUBLE, count(*) FROM ({by}) GROUP BY ALL"):  # noqa: S608
            given = {axis.role: _known(axis, place) for axis, place in zip(chosen, found, strict=True)}
            places.append(tuple(given.get(axis.role, TOTAL) for axis in kept))
            figures.append(figure)
            counts.append(int(count))
    return Grouped(kept, places, figures, counts, is_exact=True)


def _place(axis: Axis) -> str:
    """The SQL of a place, or of a word where all are kept; NULL for what is no kept category.

    Places begin with 1: to count from another number took a third of the time of the medians.
    """
    if axis.form != "category" or _is_whole(axis):
        return f"r.{axis.role}"
    return f"list_position(getvariable('words_{axis.role}'), concat('{_MARK}', r.{axis.role}))"


def _is_whole(axis: Axis) -> bool:
    """Whether every word is kept: then rows are grouped by words, which are the quickest to tell."""
    return axis.form == "category" and axis.total == len(axis.words)


def _known(axis: Axis, place: Any) -> Any:
    if _is_whole(axis):
        return MISSING_PLACE if place is None else axis.words.index(place)
    if axis.form != "category":
        return place
    return OTHER_PLACE if place is None else place - 1 + MISSING_PLACE
