"""Ids that tell their age."""

import secrets
import time
from datetime import UTC, datetime

ID_DIGITS, TIME_DIGITS = 24, 11
"""Of the hex digits of an id, the first tell the time; the others are drawn."""


def new_id() -> str:
    """Return 24 hex characters, the first 11 of them the time in milliseconds: sorted by id is sorted by age."""
    return f"{time.time_ns() // 1_000_000:011x}{secrets.token_hex(7)[:13]}"


def new_ids(count: int) -> list[str]:
    """Return so many of them, made in the same millisecond; much quicker than one by one."""
    now, drawn = f"{time.time_ns() // 1_000_000:011x}", secrets.token_hex(7 * count)
    return [now + drawn[at : at + 13] for at in range(0, 14 * count, 14)]


def time_of(id: str) -> datetime:
    """Return when an id of `new_id` was made.

    Raises
    ------
    ValueError
        When it is none.
    """
    if len(id) != 24:
        raise ValueError("an id has 24 characters")
    return datetime.fromtimestamp(int(id[:11], 16) / 1_000, UTC)


def first_id(moment: datetime) -> str:
    """Return the smallest id that could have been made at a moment.

    >>> first_id(datetime(2026, 11, 22, tzinfo=UTC)) < new_id()
    True
    """
    return f"{max(0, int(moment.timestamp() * 1_000)):0{TIME_DIGITS}x}"
