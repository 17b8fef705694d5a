"""The stage that makes numbers of columns, each kind in the way that suits it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.drafting.beginning import counted, named
from engine.drafting.known import Known
from engine.drafting.reading import Read
from engine.drafting.sketch import Sketch
from engine.drafting.uses import Uses

RARE, LEAST_FOR_RARE = 0.01, 10
"""Below which share of the rows a category is rare, and from how many categories on that matters."""
MOST_WORDS = 100
DAYS_OF_YEAR, DAYS_OF_WEEK = 366, 7

Encoder = Literal["encode_target", "encode_frequency"]
_ENCODERS: dict[Encoder, tuple[str, str]] = {
    "encode_target": ("Mean of the target", "{} too many values for a column each: each becomes the mean of its rows."),
    "encode_frequency": ("How frequent", "{} too many values for a column each: each becomes how frequent it is."),
}


@dataclass(frozen=True)
class Dates:
    """Dates, and which of their parts are of use."""

    columns: tuple[str, ...]
    parts: tuple[str, ...]


def dates_of(known: Known, uses: Uses, *, with_year: bool) -> Dates:
    """Which parts of the dates become features; no date whose parts have columns of their names already."""
    able = uses.of("date")
    parts = [part for part, is_of_use in _PARTS.items() if any(is_of_use(one) for one in able)]
    parts = [part for part in parts if with_year or part != "year"]
    free = [one.name for one in able if known.makes_new(*(f"{one.name}_{part}" for part in parts))]
    return Dates(tuple(free), tuple(parts)) if parts else Dates((), ())


def _days(one: Read) -> float | None:
    """How many days lie between the first and the last date, where that is told."""
    try:
        first, last = (date.fromisoformat(str(value)[:10]) for value in (one.column.min, one.column.max))
    except ValueError:
        return None
    return float((last - first).days)


def _has_hours(one: Read) -> bool:
    step = one.column.freshness.step_days if one.column.freshness else None
    return one.column.type.startswith("timestamp") and step is not None and step % 1 != 0


_PARTS: dict[str, Callable[[Read], bool]] = {
    "year": lambda one: (days := _days(one)) is None or days > 2 * DAYS_OF_YEAR,
    "month": lambda one: (days := _days(one)) is None or days > DAYS_OF_YEAR / 6,
    "dayofweek": lambda one: (days := _days(one)) is None or days >= 2 * DAYS_OF_WEEK,
    "hour": _has_hours,
}
"""Which parts of a date are of use: those that vary, and come again."""


def prepare(sketch: Sketch, uses: Uses, dates: Dates, helpers: Sequence[str], encoder: Encoder, last: str) -> str:
    """Draw what makes features of columns.

    Parameters
    ----------
    helpers
        Columns that had a task before and are no features.

    Returns
    -------
    str
        The last node.
    """
    if dates.columns:
        why = (
            f"{named(dates.columns, 'is a date', 'are dates')}, and models take numbers: season, weekday and the like."
        )
        params = {"columns": [*dates.columns], "parts": [*dates.parts]}
        last = sketch.step("date_parts", params, "Parts of dates", why, last)
    spent = [*dict.fromkeys([*uses.names("date"), *helpers])]
    if spent:
        why = f"{named(spent, 'has', 'have')} done its task; as it is, it would be learned by heart."
        if len(spent) > 1:
            why = f"{named(spent, 'has', 'have')} done their task; as they are, they would be learned by heart."
        last = sketch.step("drop_columns", {"columns": spent}, f"Without {counted(spent)}", why, last)
    return encode(sketch, uses, encoder, last)


def encode(sketch: Sketch, uses: Uses, encoder: Encoder, last: str) -> str:
    """Draw what makes numbers of texts; the last node."""
    rare = [one.name for one in uses.of("category") if one.column.distinct > LEAST_FOR_RARE]
    if rare:
        why = f"{named(rare, 'has', 'have')} values that hardly any row has: they get one common name."
        last = sketch.step("group_rare", {"columns": rare, "min_share": RARE}, "Group rare values", why, last)
    few = uses.names("category")
    if few:
        why = f"{named(few, 'is a text', 'are texts')} of few values: each value becomes a column of zeros and ones."
        last = sketch.step("encode_one_hot", {"columns": few}, "A column for each value", why, last)
    many = uses.names("many")
    if many:
        title, why = _ENCODERS[encoder]
        last = sketch.step(encoder, {"columns": many}, title, why.format(named(many, "has", "have")), last)
    for name in uses.names("words"):
        why = f"{name} holds sentences: how much each is about the {MOST_WORDS} most frequent words."
        last = sketch.step("tfidf", {"column": name, "max_features": MOST_WORDS}, "Words by weight", why, last)
    return last
