"""Endpoints under watch: what there is to watch, and windows that are queued to be measured."""

from datetime import UTC, datetime
from functools import partial

from engine.monitor.window import Window
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.service.monitoring.watch_points import VersionName, WatchPoint, answering_version, latest_in, versions_of
from engine.service.views import View
from engine.work.watch_endpoint import SPANS
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.unit_of_work import UnitOfWork

JOB = "watch_endpoint"
LONGEST = SPANS[-1]
TIMEOUT_SECONDS = 1_800
RECENT_JOBS = 50


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


def watch_state(workspace: Workspace, endpoint: str) -> WatchState:
    """What there is to watch of an endpoint.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        row = uow.endpoints.by_name(endpoint)
        names = versions_of(uow, row.id)
        watch = uow.watching.watch(row.id)
        latest = latest_in(uow, row.id)
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
        version = version_id or answering_version(uow, row.id, endpoint)
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
