"""Charts that suit columns: by what they hold, and by how many different values there are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from engine.charting.spec import ChartSpec

FEW, SOME = 6, 40
"""Different values that fit the parts of a pie, or the bars of a chart."""
MOST = 12

_LATITUDE = re.compile(r"(^|[^a-z])(lat|latitude|breite)([^a-z]|$)", re.IGNORECASE)
_LONGITUDE = re.compile(r"(^|[^a-z])(lon|lng|long|longitude|laenge|länge)([^a-z]|$)", re.IGNORECASE)
_NUMBERED = re.compile(r"(^|[^a-z])(id|key|no|nr|number)$", re.IGNORECASE)
_NAMING = re.compile(r"(^|[^a-z])(id|uuid|key)$", re.IGNORECASE)
_CALENDAR = re.compile(r"^(year|quarter|month|week|weekday|day|hour|minute|jahr|monat|tag|stunde)$", re.IGNORECASE)
_AGE = re.compile(r"(^|[^a-z])(age|alter|tenure|years)([^a-z]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Suggestion:
    """A chart that may tell something.

    Parameters
    ----------
    title
        What it would show.
    """

    title: str
    spec: ChartSpec


@dataclass(frozen=True)
class Drawable:
    """What must be known of a column to suggest something: taken from its profile."""

    name: str
    kind: str
    semantic: str
    distinct: int
    meaning: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is measured: what only names something in digits has no middle and no sum."""
        names = self.meaning == "postcode" or _NAMING.search(self.name)
        return self.kind == "numeric" and not names and self.semantic not in ("identifier", "constant", "empty")

    @property
    def is_numbering(self) -> bool:
        """Whether it rather names rows, or moments, than measures something, which is seldom worth a picture."""
        return bool(_NUMBERED.search(self.name) or _CALENDAR.search(self.name))

    @property
    def is_category(self) -> bool:
        """Whether its values name groups."""
        small = self.kind in ("text", "boolean") or self.semantic == "category" or self.meaning == "postcode"
        return small and self.distinct >= 2 and self.semantic not in ("identifier", "constant", "empty")

    @property
    def is_date(self) -> bool:
        """Whether it is a time."""
        return self.kind == "datetime" and self.semantic not in ("constant", "empty")


def drawables(profile: Mapping[str, Any]) -> list[Drawable]:
    """The columns of a profile."""
    return [
        Drawable(
            one["name"],
            one["kind"],
            str(one.get("semantic") or ""),
            int(one.get("distinct") or 0),
            str(one.get("meaning") or ""),
        )
        for one in profile.get("columns", ())
    ]


def suggest(columns: Sequence[Drawable], names: Sequence[str] = (), most: int = MOST) -> list[Suggestion]:
    """Charts for one or two columns; for the whole table where none is named.

    Parameters
    ----------
    names
        Columns that must be in it, at most two.
    """
    by_name = {column.name: column for column in columns}
    chosen = [by_name[name] for name in names if name in by_name][:2]
    if not chosen:
        found = list(_of_table(columns))
    elif len(chosen) == 1:
        found = [*_of_one(chosen[0]), *_with_partners(chosen[0], columns)]
    else:
        found = list(_of_pair(*chosen))
    once = {suggestion.spec: suggestion for suggestion in reversed(found)}
    return [one for one in dict.fromkeys(found) if once.get(one.spec) is one][:most]


def _of_one(one: Drawable) -> Iterator[Suggestion]:
    name = one.name
    if one.is_category:
        yield Suggestion(f"Rows by {name}", ChartSpec(kind="bar", x=name, other=one.distinct <= SOME))
        if one.distinct <= FEW:
            yield Suggestion(f"Shares of {name}", ChartSpec(kind="pie", x=name))
    if one.is_number and one.semantic != "category":
        yield Suggestion(f"How {name} is spread", ChartSpec(kind="histogram", x=name))
        yield Suggestion(f"Quartiles of {name}", ChartSpec(kind="box", y=name))
        yield Suggestion(f"Curve of {name}", ChartSpec(kind="density", x=name))
    if one.is_date:
        yield Suggestion(f"Rows over {name}", ChartSpec(kind="line", x=name))
        yield Suggestion(f"Rows by year of {name}", ChartSpec(kind="bar", x=name, every="year"))
    if one.kind == "text" and one.semantic == "text" and not one.is_category:
        yield Suggestion(f"Most frequent {name}", ChartSpec(kind="bar", x=name, other=False))


def _of_pair(one: Drawable, two: Drawable) -> Iterator[Suggestion]:
    place = _as_place(one, two)
    if place:
        yield Suggestion(f"Map of {place.y} and {place.x}", place)
    numbers = [each for each in (one, two) if each.is_number and each.semantic != "category"]
    groups = [each for each in (one, two) if each.is_category]
    dates = [each for each in (one, two) if each.is_date]
    if len(numbers) == 2:
        yield from _of_numbers(*numbers)
    elif len(groups) == 2:
        yield from _of_groups(*sorted(groups, key=lambda each: -each.distinct))
    elif len(dates) == 2:
        yield from _of_dates(*dates)
    elif numbers and groups:
        yield from _number_of_groups(numbers[0], groups[0])
    elif dates and numbers:
        yield from _number_over_time(numbers[0], dates[0])
    elif dates and groups:
        yield from _groups_over_time(groups[0], dates[0])


def _of_numbers(one: Drawable, two: Drawable) -> Iterator[Suggestion]:
    yield Suggestion(f"{two.name} against {one.name}", ChartSpec(kind="scatter", x=one.name, y=two.name))
    yield Suggestion(f"Rows by {one.name} and {two.name}", ChartSpec(kind="heatmap", x=one.name, y=two.name))
    yield Suggestion(
        f"Mean {two.name} along {one.name}", ChartSpec(kind="line", x=one.name, y=two.name, aggregate="mean")
    )


def _of_groups(many: Drawable, few: Drawable) -> Iterator[Suggestion]:
    yield Suggestion(f"{many.name} by {few.name}", ChartSpec(kind="bar", x=many.name, color=few.name))
    yield Suggestion(f"{many.name}, made of {few.name}", ChartSpec(kind="stacked_bar", x=many.name, color=few.name))
    yield Suggestion(f"Pairs of {many.name} and {few.name}", ChartSpec(kind="heatmap", x=few.name, y=many.name))
    yield Suggestion(f"Table of {many.name} and {few.name}", ChartSpec(kind="pivot", x=few.name, y=many.name))


def _of_dates(one: Drawable, two: Drawable) -> Iterator[Suggestion]:
    yield Suggestion(f"{two.name} against {one.name}", ChartSpec(kind="scatter", x=one.name, y=two.name))
    yield Suggestion(f"Pairs of {one.name} and {two.name}", ChartSpec(kind="heatmap", x=one.name, y=two.name))


def _number_of_groups(number: Drawable, group: Drawable) -> Iterator[Suggestion]:
    value, name = number.name, group.name
    yield Suggestion(f"Median {value} by {name}", ChartSpec(kind="bar", x=name, y=value, aggregate="median"))
    yield Suggestion(f"{value} in each {name}", ChartSpec(kind="box", x=name, y=value))
    if group.distinct <= FEW:
        yield Suggestion(f"Curves of {value} by {name}", ChartSpec(kind="density", x=value, color=name))
        yield Suggestion(f"Shapes of {value} by {name}", ChartSpec(kind="violin", x=name, y=value))
    if group.distinct == 2:
        yield Suggestion(f"{value}, {name} left and right", ChartSpec(kind="pyramid", x=value, color=name))


def _number_over_time(number: Drawable, date: Drawable) -> Iterator[Suggestion]:
    value, moment = number.name, date.name
    yield Suggestion(f"Mean {value} over {moment}", ChartSpec(kind="line", x=moment, y=value, aggregate="mean"))
    yield Suggestion(f"Sum of {value} over {moment}", ChartSpec(kind="area", x=moment, y=value, aggregate="sum"))
    yield Suggestion(f"{value} of each year", ChartSpec(kind="box", x=moment, y=value, every="year"))


def _groups_over_time(group: Drawable, date: Drawable) -> Iterator[Suggestion]:
    name, moment = group.name, date.name
    yield Suggestion(f"Rows over {moment} by {name}", ChartSpec(kind="line", x=moment, color=name))
    yield Suggestion(f"{name} over {moment}, stacked", ChartSpec(kind="area", x=moment, color=name))
    yield Suggestion(f"{name} of each {moment}", ChartSpec(kind="heatmap", x=moment, y=name))


def _as_place(one: Drawable, two: Drawable) -> ChartSpec | None:
    for latitude, longitude in ((one, two), (two, one)):
        named = _LATITUDE.search(latitude.name) and _LONGITUDE.search(longitude.name)
        if named and latitude.kind == longitude.kind == "numeric":
            return ChartSpec(kind="map", x=longitude.name, y=latitude.name)
    return None


def _with_partners(one: Drawable, columns: Sequence[Drawable]) -> Iterator[Suggestion]:
    """The best chart with each of a few other columns, each of another sort."""
    sorts = [
        [each for each in columns if each.is_category and each.distinct <= SOME],
        [each for each in columns if each.is_number and each.semantic != "category"],
        [each for each in columns if each.is_date],
    ]
    for partners in sorts:
        for partner in [each for each in partners if each.name != one.name][:2]:
            yield from list(_of_pair(one, partner))[:2]


def _of_table(columns: Sequence[Drawable]) -> Iterator[Suggestion]:
    """A first look: where, when, how much, by what."""
    numbers = sorted(
        (each for each in columns if each.is_number and each.semantic != "category"), key=lambda it: it.is_numbering
    )
    groups = sorted(
        (each for each in columns if each.is_category and each.distinct <= SOME), key=lambda it: it.distinct
    )
    dates = [each for each in columns if each.is_date]
    for one, two in combinations([each for each in columns if each.kind == "numeric"][:40], 2):
        if place := _as_place(one, two):
            yield Suggestion(f"Map of {place.y} and {place.x}", place)
            break
    plain = [each for each in numbers if not (_LATITUDE.search(each.name) or _LONGITUDE.search(each.name))] or numbers
    if dates and plain:
        yield from list(_number_over_time(plain[0], dates[0]))[:1]
    if dates:
        yield from list(_of_one(dates[0]))[:1]
    if plain and groups:
        yield from list(_number_of_groups(plain[0], groups[-1]))[:2]
    if plain:
        yield from list(_of_one(plain[0]))[:1]
    if groups:
        yield from list(_of_one(groups[0]))[:2]
    if len(groups) > 1:
        yield from list(_of_groups(groups[-1], groups[0]))[:1]
    if len(plain) > 1:
        yield from list(_of_numbers(plain[0], plain[1]))[:1]
    if len(numbers) > 2:
        yield Suggestion("How closely numbers go together", ChartSpec(kind="correlation"))
    sides = [each.name for each in groups if each.distinct == 2]
    ages = [each.name for each in plain if _AGE.search(each.name)]
    if sides and ages:
        pyramid = ChartSpec(kind="pyramid", x=ages[0], color=sides[0])
        yield Suggestion(f"{ages[0]}, {sides[0]} left and right", pyramid)
