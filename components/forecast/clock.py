"""Times as places on a regular grid: hours, working days, months, or whole numbers such as years."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.errors import UnfitData

Every = Literal["infer", "minute", "hour", "day", "business_day", "week", "month", "quarter", "year"]
Part = Literal["month", "weekday", "hour"]

SECOND = 1_000_000
MINUTE, HOUR, DAY, WEEK = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND, 7 * 86_400 * SECOND
TICKS = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": WEEK}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
SEASONS = {MINUTE: 60, HOUR: 24, DAY: 7, WEEK: 52}
SHORTEST_MONTH = 28
LEAST_FILLED = 0.01
"""Share of the grid that must be filled; below it, the times follow no step."""

Times = Any
"""ndarray of int64: microseconds since 1970 without a time zone, or whole numbers."""


class Clock(ABC):
    """A regular grid of times.

    Parameters
    ----------
    name
        The step in words.
    season
        How many steps the usual season has; 1 where there is none.
    parts
        What of a time can tell about a value.
    """

    name: str
    season: int
    parts: tuple[Part, ...] = ()

    @abstractmethod
    def places(self, times: Times) -> Any:
        """The place of each time, int64; -1 for what is between two places. No time is before the first place."""

    @abstractmethod
    def times(self, places: Any) -> Times:
        """The time at each place."""


@dataclass(frozen=True)
class Ticks(Clock):
    """Steps of equal length."""

    first: int
    step: int
    is_time: bool = True

    @property
    def name(self) -> str:  # type: ignore[override]
        return in_words(self.step) if self.is_time else f"{self.step:,}"

    @property
    def season(self) -> int:  # type: ignore[override]
        if not self.is_time:
            return 1
        return SEASONS.get(self.step) or (DAY // self.step if self.step < DAY and DAY % self.step == 0 else 1)

    @property
    def parts(self) -> tuple[Part, ...]:  # type: ignore[override]
        if not self.is_time or self.step > 4 * WEEK:
            return ()
        return ("month", *(("weekday",) if self.step % WEEK else ()), *(("hour",) if self.step % DAY else ()))

    def places(self, times: Times) -> Any:
        import numpy as np

        place, rest = np.divmod(times - self.first, self.step)
        return np.where(rest == 0, place, -1)

    def times(self, places: Any) -> Times:
        return self.first + places * self.step


@dataclass(frozen=True)
class Months(Clock):
    """The same day of each month, or the last one.

    Parameters
    ----------
    first
        Months from January 1970.
    rest
        Microseconds into the month; into the last day where the last days count.
    """

    first: int
    step: int
    rest: int
    at_end: bool

    @property
    def name(self) -> str:  # type: ignore[override]
        return {1: "1 month", 3: "1 quarter", 12: "1 year"}.get(self.step, f"{self.step} months")

    @property
    def season(self) -> int:  # type: ignore[override]
        return 12 // self.step if 12 % self.step == 0 else 1

    @property
    def parts(self) -> tuple[Part, ...]:  # type: ignore[override]
        return ("month",) if 12 % self.step or self.step < 12 else ()

    def places(self, times: Times) -> Any:
        import numpy as np

        months, rest = _in_month(times, at_end=self.at_end)
        place, between = np.divmod(months - self.first, self.step)
        return np.where((rest == self.rest) & (between == 0), place, -1)

    def times(self, places: Any) -> Times:
        months = self.first + places * self.step
        return (_start(months + 1) - DAY if self.at_end else _start(months)) + self.rest


@dataclass(frozen=True)
class WorkingDays(Clock):
    """Monday to Friday.

    Parameters
    ----------
    first
        Days from 1 January 1970.
    rest
        Microseconds into the day.
    """

    first: int
    rest: int
    name: str = "1 working day"
    season: int = 5
    parts: tuple[Part, ...] = ("month", "weekday")

    def places(self, times: Times) -> Any:
        import numpy as np

        days, rest = np.divmod(times, DAY)
        dates = days.astype("datetime64[D]")
        place = np.busday_count(np.datetime64(self.first, "D"), dates)
        return np.where(np.is_busday(dates) & (rest == self.rest), place, -1)

    def times(self, places: Any) -> Times:
        import numpy as np

        dates = np.busday_offset(np.datetime64(self.first, "D"), places)
        return dates.astype("int64") * DAY + self.rest


def clock_of(series: Sequence[Times], every: Every, column: str, *, is_time: bool) -> Clock:
    """The grid that some series of times, each sorted, share.

    Raises
    ------
    UnfitData
        When there is none.
    """
    import numpy as np

    times = np.unique(np.concatenate(series))
    differences = np.concatenate([np.diff(one) for one in series])
    differences = differences[differences > 0]
    if every != "infer":
        return _checked(_asked(times, every, column, is_time=is_time), times, column)
    if not len(differences):
        raise UnfitData(
            f"No series has two different times in column {column!r}, so the step between them is not known.",
            hint="Choose other groups, or say the step under “Every”.",
            field="every",
            column=column,
        )
    step = int(np.gcd.reduce(differences))
    found = (is_time and (_months(times, differences) or _working_days(times, step))) or Ticks(
        int(times[0]), step, is_time
    )
    cells = sum(int(found.places(one[-1:])[0] - found.places(one[:1])[0]) + 1 for one in series)
    if len(differences) + len(series) < LEAST_FILLED * cells:
        usual = Ticks(0, int(np.median(differences)), is_time).name
        raise UnfitData(
            f"The times in column {column!r} follow no regular step: the usual one is {usual}, but only steps of "
            f"{found.name} reach every time.",
            hint="Summarise by hour, day or month first (Date parts or a formula, then Group by).",
            field="time",
            column=column,
        )
    return found


def parts_of(times: Times, parts: Sequence[Part]) -> dict[Part, Any]:
    """Month 0 to 11, weekday 0 (Monday) to 6, hour 0 to 23."""
    import numpy as np

    days = np.floor_divide(times, DAY)
    found = {
        "month": np.mod(days.astype("datetime64[D]").astype("datetime64[M]").astype("int64"), 12),
        "weekday": np.mod(days + 3, 7),  # 1 January 1970 was a Thursday
        "hour": np.floor_divide(np.mod(times, DAY), HOUR),
    }
    return {part: found[part] for part in parts}


SIZES: dict[Part, int] = {"month": 12, "weekday": 7, "hour": 24}


def in_words(step: int) -> str:
    """A length of time, in its largest whole unit."""
    units = {"week": WEEK, "day": DAY, "hour": HOUR, "minute": MINUTE, "second": SECOND}
    for unit, size in units.items():
        if step % size == 0:
            return f"{step // size:,} {unit}{'' if step == size else 's'}"
    return f"{step / SECOND:g} seconds"


def _asked(times: Times, every: Every, column: str, *, is_time: bool) -> Clock:
    first = int(times[0])
    if not is_time:
        raise UnfitData(
            f"Column {column!r} holds whole numbers, which have no {every.replace('_', ' ')}.",
            hint="Leave “Every” at “infer”.",
            field="every",
            column=column,
        )
    if every in TICKS:
        return Ticks(first, TICKS[every])
    if every == "business_day":
        return WorkingDays(first // DAY, first % DAY)
    for at_end in (True, False):
        months, rest = _in_month(times, at_end=at_end)
        if _is_same(rest, at_end=at_end):
            break
    return Months(int(months[0]), MONTHS[every], int(rest[0]), at_end)


def _checked(clock: Clock, times: Times, column: str) -> Clock:
    import numpy as np

    between = times[clock.places(times) < 0]
    if len(between):
        first, other = (str(np.datetime64(int(time), "us").astype("datetime64[s]")) for time in (times[0], between[0]))
        raise UnfitData(
            f"Column {column!r} holds {other}, which is no whole number of steps ({clock.name}) after {first}.",
            hint="Choose another step, or summarise by it first (Date parts or a formula, then Group by).",
            field="every",
            column=column,
        )
    return clock


def _months(times: Times, differences: Any) -> Months | None:
    import numpy as np

    if differences.min() < SHORTEST_MONTH * DAY:
        return None
    for at_end in (True, False):
        months, rest = _in_month(times, at_end=at_end)
        if _is_same(rest, at_end=at_end):
            return Months(int(months[0]), int(np.gcd.reduce(np.diff(months))), int(rest[0]), at_end)
    return None


def _working_days(times: Times, step: int) -> WorkingDays | None:
    """Days without any weekend, where there has been one."""
    import numpy as np

    days, rest = np.divmod(times, DAY)
    weekend = ~np.is_busday(days.astype("datetime64[D]"))
    if step != DAY or weekend.any() or len(np.unique(np.floor_divide(days + 3, 7))) < 2:
        return None
    return WorkingDays(int(days[0]), int(rest[0]))


def _in_month(times: Times, *, at_end: bool) -> tuple[Any, Any]:
    """Months from January 1970, and microseconds into the month or (for days near its end) into its last day."""
    import numpy as np

    months = np.floor_divide(times, DAY).astype("datetime64[D]").astype("datetime64[M]").astype("int64")
    return months, times - (_start(months + 1) - DAY if at_end else _start(months))


def _is_same(rest: Times, *, at_end: bool) -> bool:
    """Whether some times are the same time of a month, which every month has."""
    return bool((rest == rest[0]).all() and 0 <= rest[0] < (DAY if at_end else SHORTEST_MONTH * DAY))


def _start(months: Any) -> Times:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype("int64") * DAY
