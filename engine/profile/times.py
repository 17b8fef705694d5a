"""Figures of one column of dates or times, from its values in order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from engine.profile.ordered import FEW, Values, changes, histogram_of, most_frequent, whole_histogram
from engine.profile.plain import plain
from engine.profile.profiled import Count, Freshness

_DAY = 86_400_000_000
_SECONDS = 1e-6
_EPOCH = datetime(1970, 1, 1)


def figures_of_times(values: Values, *, is_date: bool, zone: str | None) -> dict[str, Any]:
    """Describe sorted times that are all there.

    Parameters
    ----------
    values : array of shape (n_filled,), ascending microseconds since 1970
    zone
        The zone that times are told in; None where they have none.

    Returns
    -------
    dict
        Fields of a `ColumnProfile`; edges of the histogram are seconds since 1970.
    """
    if not len(values):
        return {"distinct": 0}
    starts = changes(values)

    def told(moment: int) -> str:
        return _told(moment, is_date=is_date, zone=zone)

    top = most_frequent(values, starts) if len(starts) <= FEW else ()
    return {
        "distinct": len(starts),
        "min": told(values[0]),
        "max": told(values[-1]),
        "histogram": whole_histogram(values, _DAY, _SECONDS) if is_date else histogram_of(values, _SECONDS),
        "freshness": _freshness(values[starts], values, told),
        "top": tuple(Count(value=told(one.value), count=one.count) for one in top),
    }


def _freshness(different: Values, values: Values, told: Any) -> Freshness:
    now = (datetime.now(UTC).replace(tzinfo=None) - _EPOCH) // timedelta(microseconds=1)
    future = len(values) - int(np.searchsorted(values, now, side="right"))
    steps = np.diff(different)
    if not len(steps):
        return Freshness(future=future)
    longest = int(steps.argmax())
    return Freshness(
        step_days=float(np.median(steps)) / _DAY,
        gap_days=float(steps[longest]) / _DAY,
        gap_after=told(different[longest]),
        future=future,
    )


def _told(moment: int, *, is_date: bool, zone: str | None) -> str:
    try:
        found = _EPOCH + timedelta(microseconds=int(moment))
    except OverflowError:  # before the year 1 or after 9999
        return str(np.datetime64(int(moment), "D" if is_date else "us"))
    if is_date:
        return str(plain(found.date()))
    return str(plain(found.replace(tzinfo=UTC) if zone else found))
