"""Watch an endpoint: what it was asked and what it answered, beside what its models learned from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.backends.backend import Limits
from engine.errors import MissingThing
from engine.monitor.beside import Beside, beside
from engine.monitor.drift import LEAST_ROWS
from engine.monitor.logged import Logged, opened_log
from engine.monitor.measure import Measured, check_logged, measure
from engine.monitor.performance import Truths
from engine.monitor.window import Window, read_window
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.serve.evidence import EVIDENCE
from engine.serve.modelfile import MODEL, ModelFile
from engine.work.assignment import Assignment
from storage.ids import time_of
from storage.schema import ModelVersion
from storage.served import AT
from storage.unit_of_work import UnitOfWork

MEMORY_MB = 1_024
SPANS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))
"""A point over time looks at the shortest of these that has rows enough."""
KEPT_REPORTS = 72
"""Of older points the figures are kept, not everything that a screen draws."""
KEPT = timedelta(days=400)
"""Points go when they are older: a year can be laid beside the one before."""
MOST_AGAIN = 50
"""So many points get their performance anew when outcomes have come."""


def watch_endpoint(assignment: Assignment) -> dict[str, Any]:
    """Measure one window that somebody chose, or, at ``payload["slot"]``, what has come since the last time.

    Returns
    -------
    dict
        ``points``: the ids of what was kept, ``rows``: how many were looked at.

    Raises
    ------
    MissingThing
        When a window that somebody chose holds no row.
    """
    workspace, payload = assignment.workspace, assignment.payload
    watcher = Watcher(assignment, payload["endpoint_id"])
    if "slot" in payload:
        return watcher.over_time(datetime.fromisoformat(payload["slot"]))
    against = payload.get("against")
    with workspace.database.read() as uow:
        version = uow.models.get_version(payload["version_id"])
    window = read_window(payload["window"])
    found = watcher.measured(version, window, read_window(against) if against else None)
    check_logged(found, window)
    return watcher.keep(version, window, found, against or "training", payload.get("made_by", "hand"))


class Watcher:
    """Measures windows of one endpoint, and keeps what it finds."""

    def __init__(self, assignment: Assignment, endpoint_id: str) -> None:
        self._assignment = assignment
        self._workspace = assignment.workspace
        with self._workspace.database.read() as uow:
            self._endpoint = uow.endpoints.get(endpoint_id)
            self._active = [
                uow.models.get_version(it.deployment.model_version_id) for it in uow.endpoints.active(endpoint_id)
            ]
        self._settings = read_endpoint_settings(self._endpoint.settings)

    def over_time(self, slot: datetime) -> dict[str, Any]:
        """One point for each version that answers or listens."""
        told: dict[str, Any] = {"points": [], "rows": 0}
        for nth, version in enumerate(self._active):
            self._assignment.tell(nth / (len(self._active) + 1), "Reading the log", always=True)
            window = self._window(version, slot)
            if window is None:
                continue
            kept = self.keep(version, window, self.measured(version, window), "training", "schedule")
            told = {"points": [*told["points"], *kept["points"]], "rows": told["rows"] + kept["rows"]}
        self._assignment.tell(0.9, "Looking at new outcomes", always=True)
        self._again(slot)
        self._workspace.database.transact(lambda uow: uow.watching.forget(slot - KEPT))
        return told

    def measured(self, version: ModelVersion, window: Window, against: Window | None = None) -> Measured:
        """Measure one window of one version."""
        truths = self._truths(window)
        others = [it for it in self._active if it.id != version.id and self._logs(it.id, window)]
        more = [path for it in others for path in self._logs(it.id, window)]
        windows = (window, against) if against else (window,)
        logs = list(dict.fromkeys(path for each in windows for path in self._logs(version.id, each)))
        with self._opened(version, logs, window, more) as logged:
            self._assignment.tell(0.3, f"Measuring {logged.rows:,} rows", always=True)
            found = measure(logged, truths, against)
            pairs = {it.id: self._beside(logged, it, window, truths) for it in others} if found.rows else {}
        return found.model_copy(update={"others": {key: pair for key, pair in pairs.items() if pair.rows}})

    def keep(
        self, version: ModelVersion, window: Window, found: Measured, against: str, made_by: str
    ) -> dict[str, Any]:
        """Keep what was found, together with the end of the job."""
        fields = {"made_by": made_by, **_columns(found)}
        kept: list[str] = []

        def write(uow: UnitOfWork) -> None:
            kept.append(uow.watching.keep(self._endpoint.id, version.id, window.span, against, **fields).id)
            uow.watching.slim(self._endpoint.id, KEPT_REPORTS)

        self._workspace.database.transact(write)
        return {"points": kept[-1:], "rows": found.rows}

    def _again(self, slot: datetime) -> None:
        """Outcomes come late: the points whose predictions they are about are judged anew."""
        with self._workspace.database.read() as uow:
            ids = uow.outcomes.told_since(self._endpoint.id, slot - SPANS[0] - timedelta(minutes=10))
            points = uow.watching.points(self._endpoint.id, limit=1_000) if ids else []
            versions = {it.model_version_id for it in points}
            known = {key: uow.models.get_version(key) for key in versions}
        moments = sorted(_moments(ids))
        late = [it for it in points if it.ends_at < slot and any(it.begins_at <= at < it.ends_at for at in moments)]
        for point in late[-MOST_AGAIN:]:
            window = Window(point.begins_at, point.ends_at)
            version = known[point.model_version_id]
            with self._opened(version, self._logs(version.id, window), window) as logged:
                found = measure(logged, self._truths(window), in_full=False)
            if found.rows:
                self._judge(point.id, found)

    def _judge(self, point_id: str, found: Measured) -> None:
        """Only what depends on outcomes changes."""
        new = {
            name: value for name, value in _columns(found).items() if name in ("outcomes", "performance", "baseline")
        }
        worse = [it for it in found.findings() if it["code"] == "performance"]

        def write(uow: UnitOfWork) -> None:
            point = uow.watching.get(point_id)
            for name, value in new.items():
                setattr(point, name, value)
            point.findings = [*worse, *(it for it in point.findings if it["code"] != "performance")]

        self._workspace.database.transact(write)

    def _window(self, version: ModelVersion, slot: datetime) -> Window | None:
        """The shortest window up to a moment that has rows enough; None where there is no row at all."""
        longest = Window(slot - SPANS[-1], slot)
        logs = self._logs(version.id, longest)
        if not logs:
            return None
        with self._opened(version, logs, longest) as logged:
            at = logged.table[AT]
            starts = {f"w{nth}": Window(slot - span, slot).naive[0] for nth, span in enumerate(SPANS)}
            rows = logged.backend.row(
                logged.table.aggregate(**{key: (at >= start).sum() for key, start in starts.items()})
            )
        there = [span for span, count in zip(SPANS, rows.values(), strict=True) if (count or 0) >= LEAST_ROWS]
        if not there and not (rows[f"w{len(SPANS) - 1}"] or 0):
            return None
        return Window(slot - (there[0] if there else SPANS[-1]), slot)

    def _beside(self, logged: Logged, other: ModelVersion, window: Window, truths: Truths) -> Beside:
        every = logged.backend.read_by_name(self._logs(other.id, window))  # type: ignore[attr-defined]
        challenger = Logged(logged.evidence, every, window, frozenset())
        model = ModelFile.model_validate_json(self._files(other)[MODEL].read_text())
        return beside((logged.table, challenger.table), (logged.model, model), truths, logged.backend)

    def _opened(self, version: ModelVersion, logs: Sequence[Path], window: Window, more: Sequence[Path] = ()) -> Any:
        limits = Limits(MEMORY_MB, self._workspace.settings.run_threads)
        return opened_log(
            self._files(version),
            logs,
            window,
            workspace=self._workspace.cache.root,
            limits=limits,
            masked=self._settings.masked,
            more=more,
        )

    def _files(self, version: ModelVersion) -> Mapping[str, Path]:
        """What is read of a version, checked against its hash.

        Raises
        ------
        MissingThing
            When it is older than the keeping of rows.
        """
        if EVIDENCE not in version.files:
            raise MissingThing("No rows were kept with this model.", hint="Train it again to watch it.")
        return {name: self._workspace.artifacts.verify(version.files[name], name) for name in (MODEL, EVIDENCE)}

    def _logs(self, version_id: str, window: Window) -> Sequence[Path]:
        return self._workspace.served.files(self._endpoint.id, version_id, *window.days)

    def _truths(self, window: Window) -> Truths:
        with self._workspace.database.read() as uow:
            return uow.outcomes.made_within(self._endpoint.id, *window.span)


def _columns(found: Measured) -> dict[str, Any]:
    """What was found as a line of the table."""
    # Of too few rows, on either side, the indices are chance: they are in the report, and no figure to act on.
    fields = found.drift.fields if found.drift.is_enough else ()
    answers = found.answers.fields if found.answers.is_enough else ()
    worst = max(fields, key=lambda it: it.psi, default=None)
    drifting = found.drift.drifting
    named = drifting[0] if drifting else worst
    told = found.performance
    return {
        "rows": found.rows,
        "psi": {it.column: it.psi for it in fields},
        "worst_field": named.column if named else None,
        "worst_psi": named.psi if named else None,
        "prediction_psi": max((it.psi for it in answers), default=None),
        "domain_auc": found.domain.auc if found.domain else None,
        "outcomes": told.rows - told.unknown if told else 0,
        "performance": told.metrics if told else {},
        "baseline": told.held_out if told else {},
        "findings": found.findings(),
        "report": found.model_dump(mode="json"),
    }


def _moments(ids: Sequence[str]) -> set[datetime]:
    """When predictions were made, to the minute."""
    found = set()
    for key in ids:
        try:
            found.add(time_of(key).astimezone(UTC).replace(second=0, microsecond=0))
        except ValueError:  # an id that a caller made up is nobody's prediction
            continue
    return found
