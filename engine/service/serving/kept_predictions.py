"""Predictions of an endpoint, found in its log by their ids."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from engine.serve.endpoint_settings import EndpointSettings
from storage.ids import time_of
from storage.served import ID, ROLE, PredictionLog

AN_ID = re.compile(r"[0-9a-f]{24}")
LATE = timedelta(minutes=1)
"""What was answered is in the log by then."""


@dataclass(frozen=True)
class Kept:
    """A prediction as the log holds it.

    Parameters
    ----------
    row
        The record's fields, what was answered, and the columns of `storage.served.OURS`.
    shadows
        What versions that only listened said of the same record: id of the version → row.
    """

    version_id: str
    row: Mapping[str, Any]
    shadows: Mapping[str, Mapping[str, Any]]


def made_at(id: str) -> datetime | None:
    """When the prediction with this id was made; None for what is no id."""
    if not AN_ID.fullmatch(id):
        return None
    try:
        moment = time_of(id)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment <= datetime.now(UTC) + LATE else None


def kept_predictions(
    log: PredictionLog, endpoint_id: str, ids: Collection[str], columns: Sequence[str] | None = None
) -> dict[str, Kept]:
    """Those of some predictions that the log of an endpoint holds, by their ids.

    Parameters
    ----------
    columns
        The only ones that are wanted beside the id; all for None.
    """
    days: dict[date, set[str]] = defaultdict(set)
    for id in ids:
        moment = made_at(id)
        if moment is not None:
            days[moment.date()].add(id)
    found: dict[str, Kept] = {}
    for day, wanted in days.items():
        found |= _of_day(log, endpoint_id, day, wanted, columns)
    return found


def why_unknown(id: str, settings: EndpointSettings) -> str:
    """Why the log does not hold a prediction, as far as can be said."""
    moment, now = made_at(id), datetime.now(UTC)
    if moment is None:
        return "is no id of a prediction"
    if now - moment < LATE:
        return "is not in the log; what was answered just now is written within seconds"
    if now - moment > timedelta(days=settings.keep_days):
        return f"is not in the log any more: this endpoint keeps its predictions for {settings.keep_days} days"
    if not settings.log:
        return "is not in the log: this endpoint keeps no predictions"
    if settings.log_share < 1:
        return f"is not in the log: this endpoint keeps {settings.log_share:.0%} of its requests, or never made it"
    return "is none that this endpoint has made"


def _of_day(
    log: PredictionLog, endpoint_id: str, day: date, wanted: set[str], columns: Sequence[str] | None
) -> dict[str, Kept]:
    heard: dict[str, tuple[str, Mapping[str, Any]]] = {}
    shadows: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for version_id in log.versions(endpoint_id):
        for row in _rows(log, endpoint_id, version_id, day, wanted, columns):
            if row[ROLE] == "shadow":
                shadows[row[ID]][version_id] = row
            else:
                heard[row[ID]] = version_id, row
    return {id: Kept(version_id, row, shadows[id]) for id, (version_id, row) in heard.items()}


def _rows(
    log: PredictionLog, endpoint_id: str, version_id: str, day: date, wanted: set[str], columns: Sequence[str] | None
) -> Iterator[Mapping[str, Any]]:
    """The rows of a version with these ids; the next day too, for what was written after midnight."""
    names = None if columns is None else [*{ID, ROLE, *columns}]
    missing = set(wanted)
    for file in log.files(endpoint_id, version_id, day, day + timedelta(days=1)):
        if not missing:
            return
        for row in _matching(file, missing, names):
            missing.discard(row[ID])
            yield row


def _matching(file: Path, ids: set[str], names: list[str] | None) -> list[dict[str, Any]]:
    return list(pq.read_table(file, columns=names, filters=[(ID, "in", ids)]).to_pylist())
