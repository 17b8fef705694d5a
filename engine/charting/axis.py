"""Where rows have their place: categories, single numbers, ranges of numbers, or steps of time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from engine.charting.columns import Column
from engine.charting.look import Look
from engine.charting.spec import Every
from engine.profile.source import identifier

Form = Literal["category", "number", "range", "date"]

MISSING, OTHER = "(missing)", "(other)"
MISSING_PLACE, OTHER_PLACE = -1, -2
FEW_NUMBERS = 30
"""Up to so many different numbers have a place of their own; more are put into ranges."""
USUAL_RANGES, MOST_RANGES = 20, 200
LONGEST_LABEL = 120

_SECONDS: dict[Every, float] = {
    "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_629_746, "quarter": 7_889_238, "year": 31_556_952,
}  # fmt: skip
STEPS: tuple[Every, ...] = ("hour", "day", "week", "month", "quarter", "year")
_FORMATS = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "week": "week of %Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True)
class Axis:
    """The places of one role.

    Parameters
    ----------
    sql
        Gives each row its place; NULL where it has none.
    low, width, ranges
        Of ranges: where the first one begins, how wide they are, how many there are.
    early, later
        The place in two steps, where that is quicker: what of a row is cheap to tell, and the place of each of the few
        values of that, which is called like the role.
    words
        Of categories: the ones that are kept, in their order; every other row is of `OTHER`.
    total
        Of categories: how many there are.
    """

    role: str
    column: Column
    form: Form
    sql: str
    low: float = 0.0
    width: float = 0.0
    ranges: int = 0
    step: Every = "auto"
    early: str = ""
    later: str = ""
    words: tuple[str, ...] = ()
    total: int = 0

    def keeping(self, words: Sequence[str], total: int) -> "Axis":
        """The same axis, with the categories that are kept."""
        return replace(self, words=tuple(words), total=total)

    def labels(self) -> list[str]:
        """The names of the kept categories, no two of them alike, none too long."""
        taken = {MISSING, OTHER} & set(self.words)
        found: list[str] = []
        for word in self.words:
            label = shortened(word)
            if label in taken or label in found:
                label = next(
                    f"{label} ({number})" for number in range(2, len(self.words) + 4)
                    if f"{label} ({number})" not in found
                )  # fmt: skip
            found.append(label)
        return found

    def label(self, place: Any, labels: Sequence[str]) -> str:
        """The name of a place."""
        if place is None or (place == MISSING_PLACE and self.form == "category"):
            return MISSING
        match self.form:
            case "category":
                return OTHER if place == OTHER_PLACE else labels[place]
            case "range":
                return f"{number_word(self.edge(place))} to {number_word(self.edge(place + 1))}"
            case "date":
                return moment_word(place, self.step)
            case _:
                return number_word(place)

    def edge(self, place: int) -> float:
        """Where a range begins."""
        return tidy(self.low + place * self.width)


def shortened(word: str) -> str:
    """A text that fits a picture.

    >>> shortened(""), shortened("a" * 200)[-3:]
    ('(blank)', 'aa…')
    """
    if not word.strip():
        return "(blank)"
    return word if len(word) <= LONGEST_LABEL else word[: LONGEST_LABEL - 1] + "…"


def number_word(value: float) -> str:
    """A number as an axis shows it; years stay as they are.

    >>> number_word(12.0), number_word(0.25), number_word(1234567.0), number_word(2026.0)
    ('12', '0.25', '1,234,567', '2026')
    """
    if value == int(value) and abs(value) < 1e15:
        return f"{value:.0f}" if abs(value) < 10_000 else f"{value:,.0f}"
    return f"{value:,.6g}"


def moment_word(moment: datetime, step: Every) -> str:
    """A step of time, named.

    >>> moment_word(datetime(2026, 4, 1), "quarter"), moment_word(datetime(2026, 4, 1), "month")
    ('2026 Q2', '2026-04')
    """
    if step == "quarter":
        return f"{moment.year} Q{(moment.month + 2) // 3}"
    return moment.strftime(_FORMATS.get(step, "%Y-%m-%d %H:%M"))


def tidy(value: float) -> float:
    """A number without the dust of binary fractions.

    >>> tidy(0.1 + 0.2)
    0.3
    """
    return float(f"{value:.12g}")


def axis_of(look: Look, role: str, name: str, most: int, *, bins: int | None = None) -> Axis:
    """The places of a column, at most so many where it is ordered; categories are chosen later."""
    column, facts = look.columns[name], look.facts[name]
    if column.kind == "numeric" and facts.low is not None:
        return _numbers(look, role, column, most, bins)
    if column.kind == "datetime" and facts.low is not None:
        return _moments(look, role, column, most)
    return _words(role, column)


def _words(role: str, column: Column) -> Axis:
    place = Axis(role, column, "category", column.word)
    if column.type == "VARCHAR":
        return place
    return replace(place, early=identifier(column.name), later=replace(column, name=role).word)


def _numbers(look: Look, role: str, column: Column, most: int, bins: int | None) -> Axis:
    facts = look.facts[column.name]
    # The number of different values is an estimate, so there is room for a few more.
    if bins is None and facts.distinct <= min(FEW_NUMBERS, most) * 1.1:
        return Axis(role, column, "number", column.number)
    if bins is not None:
        return ranges_of(role, column, facts.low, facts.high, bins)
    return nice_ranges(role, column, facts.low, facts.high, min(USUAL_RANGES, most))


def ranges_of(role: str, column: Column, low: float, high: float, count: int) -> Axis:
    """Ranges of equal width, from the least value to the greatest, which belongs to the last one."""
    width = (high - low) / count
    if not width or not math.isfinite(width):
        return Axis(role, column, "number", column.number)
    return _ranged(role, column, low, width, count)


def _ranged(role: str, column: Column, low: float, width: float, count: int) -> Axis:
    """Ranges from the least value of the column on, which reach as far as its greatest one."""
    early = f"TRY_CAST({_step(column, low, width)} AS INTEGER)"  # no finite number, no step
    later = f"CASE WHEN {role} IS NOT NULL THEN {_within(role, count)} END"
    place = place_of(column, low, width, count)
    return Axis(role, column, "range", place, low=low, width=width, ranges=count, early=early, later=later)


def place_of(column: Column, low: float, width: float, count: int) -> str:
    """The SQL of the range that a number lies in: the outermost ones hold what is beyond; a missing one has none."""
    return f"CASE WHEN {column.has_number} THEN {_within(_step(column, low, width), count)}::INTEGER END"


def _step(column: Column, low: float, width: float) -> str:
    return f"floor(({column.any_number} - {low!r}::DOUBLE) / {width!r}::DOUBLE)"


def _within(place: str, count: int) -> str:
    return f"least({count - 1}, greatest(0, {place}))"  # of what is missing, 0


def nice_ranges(role: str, column: Column, low: float, high: float, about: int) -> Axis:
    """Ranges that begin and end at round numbers: about so many, never more."""
    rough = (high - low) / max(about - 1, 1)
    if not rough or not math.isfinite(rough):
        return Axis(role, column, "number", column.number)
    size = 10.0 ** math.floor(math.log10(rough))
    width = next(size * step for step in (1, 2, 2.5, 5, 10, 20) if size * step >= rough * (1 - 1e-9))
    if column.type not in ("DOUBLE", "FLOAT") and not column.type.startswith("DECIMAL"):
        width = max(1.0, math.ceil(width))
    first = tidy(math.floor(low / width) * width)
    count = min(math.floor((high - first) / width + 1e-9) + 1, max(about + 1, 2))
    return _ranged(role, column, first, width, count)


def _moments(look: Look, role: str, column: Column, most: int) -> Axis:
    facts, asked = look.facts[column.name], look.spec.every
    steps = [step for step in STEPS if not (column.type == "DATE" and step == "hour")]
    possible = [step for step in steps if _places(facts.low, facts.high, step) <= most]
    if asked != "auto" and role in ("x", "y"):
        possible = [step for step in possible if STEPS.index(step) >= STEPS.index(asked)]
    if not possible:
        # Even years are too many: the ones that matter most are kept, as of any categories.
        return Axis(role, column, "category", f"strftime({column.moment}, '%Y')")
    step = possible[0]
    if asked != "auto" and role in ("x", "y") and step != asked:
        count = _places(facts.low, facts.high, asked)
        look.notes.append(
            f"By {asked} there would be {count:,.0f} places along {column.name}, so it is drawn by {step}."
        )
    place = Axis(role, column, "date", f"date_trunc('{step}', {column.moment})", step=step)
    if column.type != "DATE":
        return place
    later = f"date_trunc('{step}', {replace(column, name=role).moment})"
    return replace(place, early=identifier(column.name), later=later)


def _places(low: datetime, high: datetime, step: Every) -> float:
    return (high - low) / timedelta(seconds=1) // _SECONDS[step] + 2
