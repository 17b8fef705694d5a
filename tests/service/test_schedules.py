"""A schedule comes when a clock on the wall of its zone would say so, on the days when clocks change too."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.errors import InvalidSetting
from engine.service.schedules import Schedule, read_schedule, stored_schedule, zones

VIENNA, NEW_YORK, LORD_HOWE, APIA, KOLKATA = (
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kolkata",
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slots(start: str, until: str, **schedule: Any) -> list[str]:
    """Every slot after a moment and until another, in UTC."""
    rhythm, at, end = read_schedule(schedule), moment(start), moment(until)
    found = []
    while (at := rhythm.next_after(at) or end) < end:
        found.append(f"{at:%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("schedule", "start", "until", "expected"),
    [
        ({"every": "hour", "at": "00:40"}, "2026-05-01 10:40", "2026-05-01 13:00", ["05-01 11:40", "05-01 12:40"]),
        (
            {"every": "6 hours", "at": "08:30", "zone": KOLKATA},
            "2026-05-01 00:00",
            "2026-05-02 00:00",
            ["05-01 03:00", "05-01 09:00", "05-01 15:00", "05-01 21:00"],
        ),
        ({"every": "12 hours", "at": "18:00"}, "2026-05-01 07:00", "2026-05-02 07:00", ["05-01 18:00", "05-02 06:00"]),
        ({"every": "day", "at": "06:00", "zone": NEW_YORK}, "2026-07-01 10:00", "2026-07-02 12:00", ["07-02 10:00"]),
        ({"every": "week", "weekday": 6}, "2026-11-21 07:00", "2026-12-01 00:00", ["11-22 06:00", "11-29 06:00"]),
        (
            {"every": "month", "day": 31},
            "2024-01-31 06:00",
            "2024-05-01 00:00",
            ["02-29 06:00", "03-31 06:00", "04-30 06:00"],
        ),
        (
            {"every": "quarter", "day": 1, "month": 11},
            "2026-01-01 00:00",
            "2026-12-31 00:00",
            ["02-01 06:00", "05-01 06:00", "08-01 06:00", "11-01 06:00"],
        ),
        ({"every": "year", "day": 29, "month": 2}, "2027-03-01 00:00", "2029-01-01 00:00", ["02-29 06:00"]),
        ({"every": "cron", "cron": "30 6 * * 1-5"}, "2026-11-20 07:00", "2026-11-24 00:00", ["11-23 06:30"]),
        # The clocks skip 02:00 to 03:00: half past two is as much later.
        (
            {"every": "day", "at": "02:30", "zone": VIENNA},
            "2026-03-28 00:00",
            "2026-03-31 00:00",
            ["03-28 01:30", "03-29 01:30", "03-30 00:30"],
        ),
        # They show 02:30 twice: the first one counts.
        (
            {"every": "day", "at": "02:30", "zone": VIENNA},
            "2026-10-24 12:00",
            "2026-10-27 00:00",
            ["10-25 00:30", "10-26 01:30"],
        ),
        ({"every": "cron", "cron": "*/30 1 * * *", "zone": NEW_YORK}, "2026-11-01 04:50", "2026-11-02 00:00",
         ["11-01 05:00", "11-01 05:30"]),
        ({"every": "cron", "cron": "0 */2 * * *", "zone": VIENNA}, "2026-10-24 22:00", "2026-10-25 04:00",
         ["10-25 00:00", "10-25 01:00", "10-25 03:00"]),
        # Half an hour is skipped there: 02:15 never is.
        (
            {"every": "hour", "at": "00:15", "zone": LORD_HOWE},
            "2026-10-03 14:00",
            "2026-10-03 18:00",
            ["10-03 14:45", "10-03 16:15", "10-03 17:15"],
        ),
        # There was no 30 December 2011 on Samoa.
        (
            {"every": "day", "at": "06:00", "zone": APIA},
            "2011-12-29 00:00",
            "2012-01-01 00:00",
            ["12-29 16:00", "12-30 16:00", "12-31 16:00"],
        ),
    ],
)  # fmt: skip
def test_slots_are_where_a_clock_of_the_zone_shows_them(
    schedule: dict[str, Any], start: str, until: str, expected: list[str]
) -> None:
    assert slots(start, until, **schedule) == expected


@pytest.mark.parametrize("zone", [VIENNA, NEW_YORK, "UTC", "America/Sao_Paulo", "Africa/Casablanca"])
def test_hourly_is_every_hour_of_a_year_without_a_gap(zone: str) -> None:
    rhythm, at = Schedule(every="hour", zone=zone), moment("2026-01-01 00:00")
    found = [at := rhythm.next_after(at) or at for _ in range(24 * 365)]
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(hours=1)}


@pytest.mark.parametrize("zone", [VIENNA, NEW_YORK, LORD_HOWE, "Asia/Tehran", "America/St_Johns"])
def test_daily_is_once_on_every_day_of_a_year_at_that_time_of_day(zone: str) -> None:
    rhythm, at = read_schedule({"every": "day", "at": "02:15", "zone": zone}), moment("2026-01-01 12:00")
    found = [(at := rhythm.next_after(at) or at).astimezone(ZoneInfo(zone)) for _ in range(365)]
    assert len({one.date() for one in found}) == 365
    assert sum(f"{one:%H:%M}" != "02:15" for one in found) <= 1


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        ({"every": "day"}, "2026-05-05 06:00", "2026-05-05 06:00"),
        ({"every": "day"}, "2026-05-05 05:59", "2026-05-04 06:00"),
        ({"every": "year", "day": 29, "month": 2}, "2026-05-05 00:00", "2026-02-28 06:00"),
        ({"every": "cron", "cron": "*/5 * * * *"}, "2026-05-05 10:04", "2026-05-05 10:00"),
        ({"every": "cron", "cron": "0 0 29 2 *"}, "2027-05-05 10:04", "2024-02-29 00:00"),
    ],
)
def test_the_last_slot_until_a_moment(schedule: dict[str, Any], now: str, expected: str) -> None:
    assert read_schedule(schedule).latest_until(moment(now)) == moment(expected)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"every": "cron", "cron": "0 0 30 2 *"}, "never comes true"),
        ({"every": "cron", "cron": "61 * * * *"}, "five fields"),
        ({"every": "cron", "cron": "@daily"}, "five fields"),
        ({"every": "cron", "cron": "R * * * *"}, "five fields"),
        ({"every": "cron", "cron": "* * * * * *"}, "five fields"),
        ({"zone": "Mars/Olympus"}, "Europe/Vienna"),
        ({"zone": "../../etc/passwd"}, "Europe/Vienna"),
        ({"at": "25:00"}, "at:"),
        ({"at": "06:00:30"}, "hours and minutes"),
        ({"every": "week", "weekday": 7}, "weekday"),
        ({"every": "fortnight"}, "every"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidSetting, match=told):
        read_schedule(wrong)


def test_a_schedule_says_itself_in_words_and_survives_being_kept() -> None:
    rhythm = Schedule(every="week", weekday=2, zone=VIENNA)
    assert rhythm.words == "every Wednesday at 06:00, Europe/Vienna"
    assert stored_schedule(rhythm.model_dump(mode="json")) == rhythm


def test_a_schedule_whose_zone_was_abolished_rests() -> None:
    assert stored_schedule({"every": "day", "zone": "Europe/Atlantis"}).next_after(moment("2026-01-01 00:00")) is None


def test_the_zones_to_choose_from_are_places() -> None:
    assert {"UTC", VIENNA, "America/Argentina/Buenos_Aires"} <= set(zones())
