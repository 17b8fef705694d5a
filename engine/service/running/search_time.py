"""How long a search that goes on has taken, and will take."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def spent_seconds(told: Mapping[str, Any]) -> float:
    """The time of a search so far: what it told, and what has gone by since."""
    since = (datetime.now(UTC) - datetime.fromisoformat(told["told_at"])).total_seconds()
    return float(told["spent"] + max(since, 0.0))


def remaining_seconds(told: Mapping[str, Any]) -> float | None:
    """The time until its budget is used up; None where nothing is known yet."""
    spent, made, most = spent_seconds(told), len(told["trials"]), told["most_trials"]
    by_time = told["most_seconds"] - spent if told["most_seconds"] is not None else None
    by_trials = spent / made * (most - made) if most and made else None
    known = [max(seconds, 0.0) for seconds in (by_time, by_trials) if seconds is not None]
    return min(known, default=None)
