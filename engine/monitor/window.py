"""A stretch of time that is looked at."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from engine.errors import CanvasbackError, DataError


@dataclass(frozen=True)
class Window:
    """From a moment up to, but without, a later one; both in UTC.

    Examples
    --------
    >>> day = datetime(2026, 11, 21, tzinfo=UTC)
    >>> Window(day, day + timedelta(hours=1)).words()
    '21 Nov 2026, 00:00 to 01:00 UTC'
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise DataError("A window needs times with their zone.", hint="Write them as 2026-11-21T03:00Z.")
        if self.start >= self.end:
            raise DataError("A window ends after it begins.", hint="Choose a later end.", field="to")

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Both ends."""
        return self.start, self.end

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the log that may hold a row of it."""
        last = self.end.astimezone(UTC) - timedelta(microseconds=1)
        # What was asked just before midnight may have been written just after it.
        return self.start.astimezone(UTC).date(), (last + timedelta(days=1)).date()

    @property
    def naive(self) -> tuple[datetime, datetime]:
        """Both ends as the log writes moments: UTC, without a zone."""
        start, end = (moment.astimezone(UTC).replace(tzinfo=None) for moment in self.span)
        return start, end

    @property
    def name(self) -> str:
        """What it is called where it is kept."""
        return "/".join(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in self.span)

    def before(self) -> "Window":
        """The window of the same length just before."""
        return Window(self.start - (self.end - self.start), self.start)

    def words(self) -> str:
        """For people."""
        start, end = (moment.astimezone(UTC) for moment in self.span)
        last = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%d %b %Y, %H:%M}"
        return f"{start:%d %b %Y, %H:%M} to {last} UTC"


def read_window(name: str) -> Window:
    """A window from its name.

    Raises
    ------
    ValueError
    """
    start, end = (datetime.fromisoformat(part) for part in name.split("/"))
    return Window(start, end)


def recent_window(length: timedelta, now: datetime | None = None) -> Window:
    """The last so many hours or days, up to the end of the minute."""
    end = (now or datetime.now(UTC)).astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    return Window(end - length, end)


def chosen_window(start: str, end: str) -> Window:
    """A window that somebody wrote down: days or moments, in UTC unless they name a zone; a day is meant as a whole.

    Raises
    ------
    CanvasbackError
        Naming what cannot be read.
    """
    return Window(moment(start, "from"), moment(end, "to", is_end=True))


def moment(text: str, field: str, *, is_end: bool = False) -> datetime:
    """A moment that somebody wrote down, in UTC unless it names a zone; a day is its begin, or its end.

    Raises
    ------
    CanvasbackError
        Naming what cannot be read.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CanvasbackError(
            f"{text[:40]!r} is no moment.", hint="Write 2026-11-21 or 2026-11-21T03:00.", field=field
        ) from None
    if is_end and len(text.strip()) == len("2026-11-21"):
        found += timedelta(days=1)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
