"""When something is done again and again: hourly to yearly at a time, or a cron expression, in a time zone.

The clocks of a zone are set forward and back. A time that they skip is taken as much later as they skip; of a time that
they show twice, the first one counts. Only what follows every hour that the clock shows (hourly, and a cron expression
whose hour begins with ``*``) knows both, and nothing in between.
"""

import logging
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from croniter import CroniterBadDateError, croniter  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from engine.errors import InvalidSetting

Every = Literal["hour", "6 hours", "12 hours", "day", "week", "month", "quarter", "year", "cron", "hand"]
EVERY: Mapping[Every, str] = {
    "hour": "hourly",
    "6 hours": "6-hourly",
    "12 hours": "12-hourly",
    "day": "daily",
    "week": "weekly",
    "month": "monthly",
    "quarter": "quarterly",
    "year": "yearly",
    "cron": "by cron",
    "hand": "by hand",
}
HOURS: Mapping[str, int] = {"hour": 1, "6 hours": 6, "12 hours": 12}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
FURTHEST = timedelta(days=366 * 28)
"""No expression waits longer: a 29 February that is a Monday."""
log = logging.getLogger("canvasback.scheduler")
BY_CHANCE = re.compile(r"(^|[\s,])[RH](\(|/|[\s,]|$)", re.IGNORECASE)


class Schedule(BaseModel):
    """When something is done again and again.

    Parameters
    ----------
    at
        Time of day; of what comes several times a day the first one, and of what comes hourly only the minutes count.
    weekday
        0 is Monday; for weekly.
    day
        Of the month, for monthly to yearly; in a shorter month its last day.
    month
        For yearly; for quarterly any month of the four.
    zone
        IANA name of the time zone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Every = "day"
    at: time = time(6)
    weekday: int = Field(default=0, ge=0, le=6)
    day: int = Field(default=1, ge=1, le=31)
    month: int = Field(default=1, ge=1, le=12)
    cron: str = Field(default="", max_length=100)
    zone: str = "UTC"

    @field_validator("at")
    @classmethod
    def _whole_minutes(cls, at: time) -> time:
        if at.tzinfo is not None or at.second or at.microsecond:
            raise ValueError("a time is hours and minutes, such as 06:30")
        return at

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone not in known_zones():
            raise ValueError(f"there is no time zone {zone[:60]!r}; write it like Europe/Vienna")
        return zone

    @model_validator(mode="after")
    def _comes(self) -> Self:
        if self.every == "cron":
            check_cron(self.cron)
        return self

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time later than a moment, in UTC; None when it is done by hand only.

        >>> str(Schedule(every="day", at="02:30", zone="Europe/Vienna").next_after(datetime(2026, 3, 29, tzinfo=UTC)))
        '2026-03-29 01:30:00+00:00'
        """
        if self.every == "hand":
            return None
        zone = ZoneInfo(self.zone)
        local = moment.astimezone(zone).replace(tzinfo=None)
        shift = _shift(zone, moment)
        found: list[datetime] = []
        # Around a change of the clock, the order of times on it is not their order.
        for shown in self._shown_from(local - shift):
            found += (one for one in self._moments(shown, zone) if one > moment)
            if found and shown > local + shift:
                return min(found)
        return min(found, default=None)

    def latest_until(self, moment: datetime) -> datetime | None:
        """The last time not later than a moment; None when there was none in 28 years."""
        back = timedelta(hours=1)
        while back < 2 * FURTHEST:
            found = self.next_after(moment - back)
            if found is None:
                return None
            if found <= moment:
                while (following := self.next_after(found)) is not None and following <= moment:
                    found = following
                return found
            back *= 2
        return None

    @property
    def words(self) -> str:
        """The schedule in words.

        >>> Schedule(every="quarter", day=31, month=2, zone="Asia/Tokyo").words
        'every quarter on day 31 (or the last) of February, May, August and November at 06:00, Asia/Tokyo'
        """
        if self.every == "hand":
            return "only when somebody asks"
        return f"{self._rhythm()}, {self.zone}"

    @property
    def short(self) -> str:
        """The rhythm in a word or two: ``daily``."""
        return EVERY[self.every]

    def _rhythm(self) -> str:
        day = f"day {self.day}" + (" (or the last)" if self.day > 28 else "")
        at = f"at {self.at:%H:%M}"
        match self.every:
            case "hour":
                return f"every hour at minute {self.at.minute:02d}"
            case "6 hours" | "12 hours":
                times = [f"{one:%H:%M}" for one in self._times()]
                return f"every day at {', '.join(times[:-1])} and {times[-1]}"
            case "day":
                return f"every day {at}"
            case "week":
                return f"every {WEEKDAYS[self.weekday]} {at}"
            case "month":
                return f"every month on {day} {at}"
            case "quarter":
                names = [MONTHS[(self.month - 1) % 3 + 3 * i] for i in range(4)]
                return f"every quarter on {day} of {', '.join(names[:-1])} and {names[-1]} {at}"
            case "year":
                return f"every year on {self.day} {MONTHS[self.month - 1]} {at}"
        return f"by the cron expression {self.cron}"

    def _shown_from(self, local: datetime) -> Iterator[datetime]:
        """The times that a clock shows when it is due, from `local` on, that one among them."""
        if self.every == "cron":
            yield from _cron_times(self.cron, local)
            return
        day, times = local.date(), self._times()
        while True:
            if self._is_day(day):
                yield from (shown for one in times if (shown := datetime.combine(day, one)) >= local)
            day += timedelta(days=1)

    def _times(self) -> list[time]:
        step = HOURS.get(self.every, 24)
        first = self.at.hour % step
        return [self.at.replace(hour=hour) for hour in range(first, 24, step)]

    def _is_day(self, day: date) -> bool:
        if self.every == "week":
            return day.weekday() == self.weekday
        if self.every not in ("month", "quarter", "year"):
            return True
        is_month = {
            "month": True,
            "quarter": (day.month - self.month) % 3 == 0,
            "year": day.month == self.month,
        }[self.every]
        return is_month and day.day == min(self.day, monthrange(day.year, day.month)[1])

    def _moments(self, shown: datetime, zone: ZoneInfo) -> list[datetime]:
        """When a clock of the zone shows a time: once, twice, or never."""
        first = shown.replace(tzinfo=zone).astimezone(UTC)
        if not self._follows_every_hour():
            return [first]
        second = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
        is_real = first.astimezone(zone).replace(tzinfo=None, fold=0) == shown
        return sorted({first, second}) if is_real else []

    def _follows_every_hour(self) -> bool:
        return self.every == "hour" or (self.every == "cron" and self.cron.split()[1].startswith("*"))


def check_cron(expression: str) -> None:
    """Refuse what is no cron expression of five fields, or what never comes.

    Raises
    ------
    ValueError
    """
    is_cron = len(expression.split()) == 5 and croniter.is_valid(expression)
    if not is_cron or BY_CHANCE.search(expression):
        raise ValueError(
            "a cron expression has five fields: minute, hour, day, month and weekday, such as 30 6 * * 1-5"
        )
    if next(_cron_times(expression, datetime(2000, 1, 1)), None) is None:
        raise ValueError("this cron expression never comes true: no month has such a day")


def read_schedule(document: Mapping[str, Any]) -> Schedule:
    """A schedule from its JSON document, or from what a person chose.

    Raises
    ------
    InvalidSetting
    """
    try:
        return Schedule.model_validate(dict(document))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "cron"
        own = first["msg"].removeprefix("Value error, ")
        message = own[0].upper() + own[1:] if own != first["msg"] else f"The schedule cannot be: {field}: {own}"
        raise InvalidSetting(f"{message}.", hint=f"Give another {field.replace('_', ' ')}.", field=field) from error


def stored_schedule(document: Mapping[str, Any]) -> Schedule:
    """A schedule as it was kept; by hand where it cannot be any more, such as in a time zone that was abolished."""
    try:
        return read_schedule(document)
    except InvalidSetting as error:
        log.error("a schedule cannot be read, so it rests: %s", error.message)
        return Schedule(every="hand")


def zones() -> list[str]:
    """Names of time zones that people know: places, and UTC."""
    return ["UTC", *sorted(name for name in known_zones() if "/" in name and not name.startswith("Etc/"))]


@cache
def known_zones() -> frozenset[str]:
    """All names of time zones; to find them takes a while."""
    return frozenset(available_timezones())


def _cron_times(expression: str, local: datetime) -> Iterator[datetime]:
    ahead: Callable[[type[datetime]], datetime] = croniter(expression, local - timedelta(microseconds=1)).get_next
    while True:
        try:
            yield ahead(datetime)
        except CroniterBadDateError:
            return


def _shift(zone: ZoneInfo, moment: datetime) -> timedelta:
    """By how much the clocks of a zone are changed within two days of a moment."""
    offsets = [(moment + timedelta(days=days)).astimezone(zone).utcoffset() or timedelta() for days in (-2, 0, 2)]
    return max(offsets) - min(offsets)
