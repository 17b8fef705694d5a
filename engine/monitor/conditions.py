"""When a rule holds: its condition, and by how much a value must come back before it holds no more.

Everything here is a pure function of values that were measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Literal

Condition = Literal["above", "below", "rises", "falls", "absent"]
CONDITIONS: tuple[Condition, ...] = ("above", "below", "rises", "falls", "absent")
EASE = 0.05
"""An open alert closes only once the value is better than the limit by this share of it: no flapping around it."""
NOT_KNOWN_FOR = timedelta(days=1)
"""After so long without a value, an alert closes: nobody can say that it still holds."""


@dataclass(frozen=True)
class Reading:
    """What was measured.

    Parameters
    ----------
    value
        In the unit of the measure; for `absent` the hours since it last happened.
    at
        Up to when it tells.
    before
        The values of the windows before, for `rises` and `falls`; None where one is not known.
    detail
        What it is about more closely, such as the field that drifts most.
    """

    value: float
    at: datetime
    before: Sequence[float | None] = ()
    detail: str = ""


@dataclass(frozen=True)
class NotKnown:
    """Nothing could be measured, and why."""

    reason: str


@dataclass(frozen=True)
class Standing:
    """How a rule stands between two looks.

    Parameters
    ----------
    held, calm
        How many readings in a row have met the condition, and how many have not by a margin.
    at
        Up to when the last reading told.
    is_open
        Whether an alert is open.
    held_at
        When the condition was last met.
    """

    held: int = 0
    calm: int = 0
    at: datetime | None = None
    is_open: bool = False
    held_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """What a look comes to."""

    standing: Standing
    opens: bool = False
    closes: str = ""
    """Why the alert closes; empty where none does."""


def measured_against(condition: Condition, reading: Reading) -> float | NotKnown:
    """The number that is compared with the limit: the value itself, or its change in percent.

    >>> noon = datetime(2026, 11, 22, 12)
    >>> measured_against("rises", Reading(150.0, noon, before=(100.0, None, 100.0)))
    50.0
    >>> measured_against("falls", Reading(150.0, noon, before=(100.0,)))
    -50.0
    """
    if condition not in ("rises", "falls"):
        return reading.value
    known = [value for value in reading.before if value is not None]
    if not known:
        return NotKnown("Nothing is known of the windows before.")
    usual = fmean(known)
    if usual == 0:
        return NotKnown("It was 0 in the windows before: no change from that can be told in percent.")
    change = 100 * (reading.value - usual) / abs(usual)
    return change if condition == "rises" else -change


def holds(condition: Condition, number: float, limit: float) -> bool:
    """Whether a number is beyond the limit.

    >>> holds("above", 0.3, 0.25), holds("below", 0.3, 0.25), holds("absent", 24.0, 24.0)
    (True, False, True)
    """
    if condition == "absent":
        return number >= limit
    return number < limit if condition == "below" else number > limit


def is_calm(condition: Condition, number: float, limit: float) -> bool:
    """Whether a number is on the good side of the limit by a margin; what is there again is there.

    >>> is_calm("above", 0.249, 0.25), is_calm("above", 0.2, 0.25), is_calm("below", 0.26, 0.25)
    (False, True, False)
    """
    if condition == "absent":
        return number < limit
    margin = EASE * abs(limit)
    if condition == "below":
        return number >= limit + margin
    # A count that may not be above 0 has no margin below it.
    return number <= limit - margin


def judge(
    standing: Standing, number: float | NotKnown, at: datetime, condition: Condition, limit: float, looks: int
) -> Verdict:
    """What one more reading comes to.

    Parameters
    ----------
    at
        Up to when the reading tells; one that was judged before counts no second time.
    looks
        How many readings in a row it takes to open, and to close.
    """
    if isinstance(number, NotKnown):
        return _unknown(standing, at)
    if standing.at is not None and at <= standing.at:
        return Verdict(standing)
    is_met, is_over = holds(condition, number, limit), is_calm(condition, number, limit)
    held = standing.held + 1 if is_met else 0
    calm = standing.calm + 1 if is_over else 0
    opens = not standing.is_open and held >= looks
    closes = standing.is_open and calm >= looks
    after = Standing(held, calm, at, (standing.is_open or opens) and not closes, at if is_met else standing.held_at)
    return Verdict(after, opens, "It holds no more." if closes else "")


def _unknown(standing: Standing, now: datetime) -> Verdict:
    if standing.is_open and standing.held_at is not None and now - standing.held_at > NOT_KNOWN_FOR:
        return Verdict(Standing(at=standing.at), closes="Nothing has been known for a day.")
    return Verdict(standing)
