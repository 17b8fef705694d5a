"""What alerts can be about: each measure is one function from a subject and a stretch of time to a value.

A measure that cannot tell says why (`NotKnown`); it never guesses.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from engine.monitor.conditions import Condition, NotKnown, Reading
from engine.service.monitoring import watch_points
from engine.service.monitoring.watch_points import WatchPoint
from engine.service.scores import better
from storage.repositories import Counts
from storage.repositories.alert_rules import SubjectKind
from storage.unit_of_work import UnitOfWork

HOUR, DAY = 60, 24 * 60
NO_REQUESTS = NotKnown("Nobody asked in this window.")
NO_POINT = NotKnown("The endpoint was not watched in this window, or too little was asked.")


@dataclass(frozen=True)
class Asked:
    """What is to be measured.

    Parameters
    ----------
    of
        The field or the metric, where the measure needs one.
    since, until
        The window; its end is not part of it.
    """

    subject_id: str
    of: str
    since: datetime
    until: datetime

    def windows_ago(self, number: int) -> "Asked":
        """The same, as many windows earlier."""
        back = number * (self.until - self.since)
        return replace(self, since=self.since - back, until=self.until - back)


Read = Callable[[UnitOfWork, Asked], Reading | NotKnown]
Last = Callable[[UnitOfWork, str], datetime | None]


@dataclass(frozen=True)
class Measure:
    """Something that can be measured again and again.

    Parameters
    ----------
    unit
        ``%``, ``ms``, ``hours``, the plural of what is counted, or empty.
    read
        Measures a window; None where only its absence can be told.
    last
        When it last happened; None where its absence cannot be told.
    needs
        Whether a rule must name a field or a metric.
    usual
        The limit and the window in minutes that a new rule begins with.
    has_window
        Whether it adds up over a window; what does not is as it is when it is looked at.
    """

    key: str
    title: str
    kind: SubjectKind
    unit: str
    about: str
    read: Read | None = None
    last: Last | None = None
    needs: Literal["", "field", "metric"] = ""
    usual: tuple[float, int] = (0.0, HOUR)
    has_window: bool = True

    def window_of(self, condition: Condition, minutes: int) -> int:
        """The window that a rule speaks of; 0 where it speaks of none."""
        return minutes if self.has_window or condition == "absent" else 0


def _drift_worst(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    points = _points(uow, asked)
    return _worst((point.worst_psi, point.ends_at, point.worst_field or "") for point in points)


def _drift_field(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    return _worst((point.drift.get(asked.of), point.ends_at, asked.of) for point in _points(uow, asked))


def _drift_prediction(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    return _worst((point.prediction_psi, point.ends_at, "") for point in _points(uow, asked))


def _domain_auc(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    return _worst((point.domain_auc, point.ends_at, "") for point in _points(uow, asked))


def _performance(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    found = _worst(
        ((point.performance.get(asked.of), point.ends_at, asked.of) for point in _points(uow, asked)),
        is_worse_low=better(asked.of) != "lower",
    )
    return NotKnown(f"No outcome tells {asked.of} in this window.") if isinstance(found, NotKnown) else found


def _performance_drop(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    drops = [(_drop(point, asked.of), point.ends_at, asked.of) for point in _points(uow, asked)]
    found = _worst(drops)
    if isinstance(found, NotKnown) and drops:
        return NotKnown(f"No outcome tells {asked.of} in this window, or training had no such metric.")
    return found


def _drop(point: WatchPoint, metric: str) -> float | None:
    """By how many percent of its value in training a metric is worse."""
    now, then = point.performance.get(metric), point.baseline.get(metric)
    if now is None or not then:
        return None
    return 100 * (now - then if better(metric) == "lower" else then - now) / abs(then)


def _points(uow: UnitOfWork, asked: Asked) -> Iterable[WatchPoint]:
    return watch_points.points_within(uow, asked.subject_id, asked.since, asked.until)


def _worst(found: Iterable[tuple[float | None, datetime, str]], *, is_worse_low: bool = False) -> Reading | NotKnown:
    """Of several versions that answer, the one that does worst."""
    known = [Reading(value, at, detail=detail) for value, at, detail in found if value is not None]
    if not known:
        return NO_POINT
    worst = (min if is_worse_low else max)(known, key=lambda reading: reading.value)
    return replace(worst, at=max(reading.at for reading in known))


def _traffic(uow: UnitOfWork, asked: Asked) -> Counts:
    return uow.traffic.total(asked.subject_id, asked.since, asked.until)


def _latency(share: float) -> Read:
    def read(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
        value = _traffic(uow, asked).percentile(share)
        return NO_REQUESTS if value is None else Reading(value, asked.until)

    return read


def _share_of(what: Literal["failed", "refused"]) -> Read:
    def read(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
        traffic = _traffic(uow, asked)
        if not traffic.requests:
            return NO_REQUESTS
        amount = int(getattr(traffic, what))
        return Reading(100 * amount / traffic.requests, asked.until, detail=f"{amount:,} of {traffic.requests:,}")

    return read


def _requests(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    return Reading(_traffic(uow, asked).requests, asked.until)


def _queue(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    return Reading(_traffic(uow, asked).most_waiting, asked.until)


def _age(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    made = uow.ended.last_version(asked.subject_id)
    if made is None:
        return NotKnown("The dataset has no version yet.")
    return Reading((asked.until - made) / timedelta(hours=1), asked.until)


def _failed_syncs(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    failed = uow.ended.failed_syncs(asked.subject_id, asked.since, asked.until)
    return NotKnown("The dataset is not synced.") if failed is None else Reading(failed, asked.until)


def _failed_runs(uow: UnitOfWork, asked: Asked) -> Reading | NotKnown:
    return Reading(uow.ended.failed_runs(asked.subject_id, asked.since, asked.until), asked.until)


_ALL = (
    Measure("drift_worst", "Drift of the worst field (PSI)", "endpoint", "",
            "The greatest population stability index of all fields: below 0.1 nothing has moved, above 0.25 much has.",
            _drift_worst, usual=(0.25, DAY)),
    Measure("drift_field", "Drift of one field (PSI)", "endpoint", "",
            "The population stability index of the field that you name.", _drift_field, needs="field",
            usual=(0.25, DAY)),
    Measure("drift_prediction", "Drift of the predictions (PSI)", "endpoint", "",
            "Whether it answers otherwise than in training.", _drift_prediction, usual=(0.25, DAY)),
    Measure("domain_auc", "Told apart from training (AUC)", "endpoint", "",
            "How well a model tells requests from training rows: 0.5 not at all, 1 always.", _domain_auc,
            usual=(0.75, DAY)),
    Measure("performance", "Performance", "endpoint", "", "A metric, measured by the outcomes that were sent back.",
            _performance, needs="metric", usual=(0.7, 7 * DAY)),
    Measure("performance_drop", "Performance, worse than in training", "endpoint", "%",
            "By how many percent of its value in training a metric is worse.", _performance_drop, needs="metric",
            usual=(10, 7 * DAY)),
    Measure("latency_p95", "Latency, 95th percentile", "endpoint", "ms",
            "95 of 100 requests were answered at least so fast.", _latency(0.95), usual=(500, HOUR)),
    Measure("latency_p99", "Latency, 99th percentile", "endpoint", "ms",
            "99 of 100 requests were answered at least so fast.", _latency(0.99), usual=(1000, HOUR)),
    Measure("errors", "Errors", "endpoint", "%", "Share of the requests that the API could not answer (status 500 up).",
            _share_of("failed"), usual=(5, HOUR)),
    Measure("refused", "Refused requests", "endpoint", "%",
            "Share of the requests that were refused (status 400 to 499).", _share_of("refused"), usual=(20, HOUR)),
    Measure("requests", "Requests", "endpoint", "requests", "How often it was asked.", _requests,
            lambda uow, subject_id: uow.traffic.last_request(subject_id), usual=(10_000, HOUR)),
    Measure("queue", "Requests that waited", "endpoint", "requests", "The most that waited at the same time.", _queue,
            usual=(32, HOUR)),
    Measure("age", "Age of the latest version", "dataset", "hours", "How long ago its latest version was made.", _age,
            lambda uow, subject_id: uow.ended.last_version(subject_id), usual=(26, HOUR), has_window=False),
    Measure("failed_syncs", "Failed syncs", "dataset", "syncs", "How many tries to sync it failed.", _failed_syncs,
            usual=(0, DAY)),
    Measure("synced", "Syncs that succeed", "dataset", "hours", "When it was last synced, with or without new rows.",
            None, lambda uow, subject_id: uow.ended.last_sync(subject_id), usual=(0, DAY)),
    Measure("failed_runs", "Failed runs", "pipeline", "runs", "How many runs failed or crashed.", _failed_runs,
            usual=(0, DAY)),
    Measure("succeeded", "Runs that succeed", "pipeline", "hours", "When a run last succeeded.", None,
            lambda uow, subject_id: uow.ended.last_run(subject_id), usual=(0, DAY)),
)  # fmt: skip
MEASURES: Mapping[str, Measure] = {measure.key: measure for measure in _ALL}
