"""Endpoints under watch: points over time, windows that somebody chose, and what they say in words.

Others read `latest_point` and `points`: a `WatchPoint` is what is known of one version in one window.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pydantic import Field

from engine.errors import CanvasbackError, MissingThing
from engine.monitor.drift import LEAST_ROWS
from engine.monitor.measure import Measured
from engine.monitor.window import Window
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.service.amounts import count
from engine.service.views import View
from engine.work.watch_endpoint import SPANS
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.repositories.watching import TRAINING
from storage.schema import DriftPoint
from storage.unit_of_work import UnitOfWork

JOB = "watch_endpoint"
LONGEST = SPANS[-1]
TIMEOUT_SECONDS = 1_800
RECENT_JOBS = 50


class VersionName(View):
    """A version that has answered an endpoint or listens to it.

    Parameters
    ----------
    role
        `live`, `shadow`, or `before` for one that does no more.
    """

    id: str
    model: str
    number: int
    role: str = "before"

    @property
    def words(self) -> str:
        """As people write it."""
        return f"{self.model} v{self.number}"


class WatchPoint(View):
    """What is known of one version of an endpoint in one window.

    Parameters
    ----------
    begins_at, ends_at
        The window, from one moment up to but without the other. A point over time is an hour, or as many more as it
        takes to have rows enough.
    against
        `training`, or the window that it is compared with.
    rows
        How many records were logged in it.
    drift
        Field → population stability index: 0.1 is some drift, 0.25 much.
    worst_field, worst_psi
        The field that drifts most; the one that has moved most where none drifts.
    prediction_psi
        The same of what the model answered.
    domain_auc
        How well a classifier tells these rows from those that it learned from; 0.5 is not at all.
    outcomes
        Of how many rows the truth is known.
    performance, baseline
        Metric → value, in the window, and on rows held out when the model learned.
    findings
        What is worth a word: ``code`` is ``drift``, ``prediction_drift``, ``domain`` or ``performance``; the first two
        come with ``field``, ``psi`` and ``severity``. Too few rows find nothing.
    has_report
        Whether everything that a screen draws is kept, too.
    """

    id: str
    endpoint: str
    version: VersionName
    begins_at: datetime
    ends_at: datetime
    against: str = TRAINING
    rows: int
    drift: dict[str, float] = Field(default_factory=dict)
    worst_field: str | None = None
    worst_psi: float | None = None
    prediction_psi: float | None = None
    domain_auc: float | None = None
    outcomes: int = 0
    performance: dict[str, float] = Field(default_factory=dict)
    baseline: dict[str, float] = Field(default_factory=dict)
    findings: list[dict[str, Any]] = Field(default_factory=list)
    has_report: bool = False

    @property
    def window(self) -> Window:
        """The window as a value."""
        return Window(self.begins_at, self.ends_at)

    @property
    def is_enough(self) -> bool:
        """Whether there were rows enough to find anything."""
        return self.rows >= LEAST_ROWS


class WatchState(View):
    """What there is to watch.

    Parameters
    ----------
    versions
        Those that answer now first.
    has_log
        Whether anything was ever logged.
    until
        Up to when it was watched by itself.
    """

    endpoint: str
    log: bool
    log_share: float
    masked: list[str]
    keep_days: int
    versions: list[VersionName]
    has_log: bool
    until: datetime | None = None
    latest: WatchPoint | None = None


class WatchReport(View):
    """Everything about one window.

    Parameters
    ----------
    verdict
        It in a sentence or two.
    others
        Other versions that answered the same requests, by the ids of `measured.others`.
    blame
        Field → what was found when somebody asked who is to blame.
    """

    point: WatchPoint
    measured: Measured
    verdict: str
    others: dict[str, VersionName] = Field(default_factory=dict)
    blame: dict[str, Any] = Field(default_factory=dict)


def watch_state(workspace: Workspace, endpoint: str) -> WatchState:
    """What there is to watch of an endpoint.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        names = _versions(uow, row.id)
        watch = uow.watching.watch(row.id)
        found = uow.watching.latest(row.id, [it.id for it in names.values() if it.role == "live"])
        latest = _point(endpoint, found, names) if found else None
        settings = read_endpoint_settings(row.settings)
    logged = workspace.served.versions(row.id)
    return WatchState(
        endpoint=endpoint,
        log=settings.log,
        log_share=settings.log_share,
        masked=list(settings.masked),
        keep_days=settings.keep_days,
        versions=list(names.values()),
        has_log=any(workspace.served.files(row.id, version_id) for version_id in logged),
        until=watch.until if watch else None,
        latest=latest,
    )


def latest_point(workspace: Workspace, endpoint: str) -> WatchPoint | None:
    """The newest window of what answers an endpoint, beside its train rows; None before the first.

    Raises
    ------
    NotFound
    """
    return watch_state(workspace, endpoint).latest


def points(
    workspace: Workspace, endpoint: str, since: datetime | None = None, version_id: str | None = None
) -> list[WatchPoint]:
    """The points over time, the oldest first.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        names = _versions(uow, row.id)
        found = uow.watching.points(row.id, since=since, version_id=version_id)
        return [_point(endpoint, it, names, has_report=False) for it in found]


def get_report(workspace: Workspace, endpoint: str, point_id: str) -> WatchReport:
    """Everything about one window.

    Raises
    ------
    NotFound
    MissingThing
        When only the figures are kept.
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        names = _versions(uow, row.id)
        found = uow.watching.get(point_id)
        if found.endpoint_id != row.id:
            raise MissingThing(f"{endpoint} has no such window.", hint="Choose another one.")
        if found.report is None:
            raise MissingThing("Only the figures of this window are kept.", hint="Measure it again to see it all.")
        point, blame = _point(endpoint, found, names), dict(found.blame)
        measured = Measured.model_validate(found.report)
    told = {key: names[key] for key in measured.others if key in names}
    return WatchReport(point=point, measured=measured, verdict=verdict(point, measured), others=told, blame=blame)


def find_report(
    workspace: Workspace, endpoint: str, window: Window, against: Window | None = None, version_id: str | None = None
) -> WatchReport | None:
    """What was found in exactly this window, if it was measured and is kept in full.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        version = version_id or _answering(uow, row.id, endpoint)
        found = uow.watching.find(row.id, version, window.span, against.name if against else TRAINING)
        known = found.id if found and found.report is not None else None
    return get_report(workspace, endpoint, known) if known else None


def start_watch(
    workspace: Workspace, endpoint: str, window: Window, against: Window | None = None, version_id: str | None = None
) -> str:
    """Queue the measuring of a window; one that is under way is followed.

    Parameters
    ----------
    against
        Another window to compare with; the train rows unless given.
    version_id
        What answers now unless given.

    Returns
    -------
    str
        The id of the job; its result holds the id of the point.

    Raises
    ------
    NotFound, MissingThing
    """

    def write(uow: UnitOfWork) -> str:
        row = uow.endpoints.by_name(endpoint)
        version = version_id or _answering(uow, row.id, endpoint)
        payload = {"endpoint_id": row.id, "version_id": version, "window": window.name}
        payload |= {"against": against.name} if against else {}
        running = next(
            (
                job
                for job in uow.jobs.list(kind=JOB, limit=RECENT_JOBS)
                if job.payload == payload and not job.finished_at
            ),
            None,
        )
        job = running or uow.jobs.enqueue(JOB, payload, timeout_seconds=TIMEOUT_SECONDS)
        return str(job.id)

    return workspace.database.transact(write)


def watch_due(workspace: Workspace, now: datetime) -> int:
    """Queue the watching of every endpoint that has not been watched in this hour; how many this process has queued.

    Hours that were missed are caught up by one look at the last of them.
    """
    slot = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    database = workspace.database
    with database.read() as uow:
        due = uow.watching.due(slot)
    started = 0
    for endpoint_id in due:
        is_asked = _is_logged(workspace, endpoint_id, slot - LONGEST)
        try:
            started += database.transact(partial(_fire, endpoint_id=endpoint_id, slot=slot, is_asked=is_asked))
        except Conflict:  # somebody was faster
            continue
    return started


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


def verdict(point: WatchPoint, measured: Measured) -> str:
    """A window in plain words."""
    drift, since = measured.drift, "in training" if point.against == TRAINING else "in the other window"
    if not drift.is_enough:
        least = f"at least {LEAST_ROWS} are needed on both sides"
        return f"{count(measured.rows, 'row')}: too few to say anything about drift, {least}."
    every, moved = len(drift.fields), drift.drifting
    if not moved:
        told = f"Nothing drifts: {count(every, 'field')} of {count(measured.rows, 'row')} are as they were {since}."
    else:
        verb = "drifts" if len(moved) == 1 else "drift"
        worst = moved[0]
        told = f"{len(moved)} of {count(every, 'field')} {verb}, worst: {worst.column} (PSI {worst.psi:.2f})."
        told = f"{told} {worst.sentence}"
    return " ".join([told, *_more(measured, since)])


def _more(measured: Measured, since: str) -> list[str]:
    told = []
    if measured.answers.drifting:
        told.append(f"The answers have moved, too: {measured.answers.drifting[0].sentence}")
    if measured.domain is not None and measured.domain.tells_apart and not measured.drift.drifting:
        told.append(
            f"Yet a classifier tells these rows from those {since} (ROC AUC {measured.domain.auc:.2f}): fields go "
            "together differently."
        )
    found = [it for it in measured.findings() if it["code"] == "performance"]
    if found:
        told.append(f"The model has become worse: {found[0]['message']}")
    return told


def _is_logged(workspace: Workspace, endpoint_id: str, since: datetime) -> bool:
    log = workspace.served
    return any(log.files(endpoint_id, version_id, since=since.date()) for version_id in log.versions(endpoint_id))


def _fire(uow: UnitOfWork, *, endpoint_id: str, slot: datetime, is_asked: bool) -> bool:
    watch = uow.watching.claim(endpoint_id, slot)
    if not is_asked:
        return False
    if watch.job_id is not None and uow.jobs.get(watch.job_id).finished_at is None:
        return False  # the hour before is still at work: what it misses, the next one sees
    payload = {"endpoint_id": endpoint_id, "slot": slot.isoformat()}
    watch.job_id = uow.jobs.enqueue(JOB, payload, timeout_seconds=TIMEOUT_SECONDS).id
    return True


def _answering(uow: UnitOfWork, endpoint_id: str, name: str) -> str:
    active = [it for it in uow.endpoints.active(endpoint_id) if it.deployment.role == "live"]
    if not active:
        raise MissingThing(f"Nothing answers the endpoint {name!r}.", hint="Publish a model version to it.")
    return str(active[0].deployment.model_version_id)


def _versions(uow: UnitOfWork, endpoint_id: str) -> dict[str, VersionName]:
    """Every version that was ever behind an endpoint, what answers now first."""
    found: dict[str, VersionName] = {}
    history = uow.endpoints.history(endpoint_id)
    for entry in sorted(history, key=lambda it: (not it.deployment.active, it.deployment.role != "live")):
        row = entry.deployment
        role = row.role if row.active else "before"
        name = VersionName(id=row.model_version_id, model=entry.model, number=entry.version, role=role)
        found.setdefault(row.model_version_id, name)
    return found


def _point(
    endpoint: str, row: DriftPoint, names: dict[str, VersionName], *, has_report: bool | None = None
) -> WatchPoint:
    unknown = VersionName(id=row.model_version_id, model="a model that is gone", number=0)
    return WatchPoint(
        id=row.id,
        endpoint=endpoint,
        version=names.get(row.model_version_id, unknown),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        against=row.against,
        rows=row.rows,
        drift=row.psi,
        worst_field=row.worst_field,
        worst_psi=row.worst_psi,
        prediction_psi=row.prediction_psi,
        domain_auc=row.domain_auc,
        outcomes=row.outcomes,
        performance=row.performance,
        baseline=row.baseline,
        findings=row.findings,
        has_report=row.report is not None if has_report is None else has_report,
    )
