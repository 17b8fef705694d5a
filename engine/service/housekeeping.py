"""What is tidied once an hour: what endpoints were asked, their minutes, rates of keys, old alerts and deliveries."""

import logging
import threading
from datetime import datetime, timedelta

from engine.errors import PEOPLE_ERRORS
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.workspace import Workspace
from storage.errors import Conflict
from storage.moments import Moments
from storage.repositories import EndpointEntry
from storage.schema import utc_now
from storage.unit_of_work import UnitOfWork

SLOT = "housekeeping"
HOUR = timedelta(hours=1)
SETTLED_AFTER = timedelta(hours=1)
"""Older minutes do not change any more: every process writes its own within seconds."""
MINUTE_DAYS, ALERT_DAYS = 400, 365
MOST = 10_000

log = logging.getLogger("canvasback.housekeeping")


class Housekeeper:
    """Tidies in a thread of its own, so that what is due does not wait for it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._thread: threading.Thread | None = None

    def begin_if_due(self, now: datetime) -> bool:
        """Begin unless somebody has tidied in this hour, or this process is still at it; whether it began."""
        if self._thread is not None and self._thread.is_alive():
            return False
        if not take_hour(self._workspace, now):
            return False
        self._thread = threading.Thread(target=self._tidy, args=(now,), name="housekeeper", daemon=True)
        self._thread.start()
        return True

    def _tidy(self, now: datetime) -> None:
        try:
            tidy(self._workspace, now)
        except PEOPLE_ERRORS as error:
            log.warning("the rest is tidied in an hour: %s", error.message)
        except Exception:
            log.exception("the home could not be tidied")


def take_hour(workspace: Workspace, now: datetime) -> bool:
    """Whether this process tidies in this hour."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    with workspace.database.read() as uow:
        if uow.slots.taken(SLOT) == hour:
            return False
    try:
        return workspace.database.transact(lambda uow: uow.slots.take(SLOT, hour))
    except Conflict:
        return False


def tidy(workspace: Workspace, now: datetime | None = None) -> None:
    """Delete what is older than it may be, and join small files.

    An endpoint whose log cannot be tidied keeps no other from being tidied.

    Raises
    ------
    StorageError
        When the metadata cannot be reached.
    """
    now = now or utc_now()
    workspace.database.transact(lambda uow: _forget(uow, now))
    with workspace.database.read() as uow:
        endpoints = uow.endpoints.list(limit=MOST)
    for entry in endpoints:
        try:
            _tidy_log(workspace, entry, now)
        except PEOPLE_ERRORS as error:
            log.warning("the log of %s is tidied later: %s", entry.endpoint.name, error.message)
    Moments(workspace.home.rates).forget(HOUR.total_seconds())


def _forget(uow: UnitOfWork, now: datetime) -> None:
    uow.traffic.settle(now.replace(minute=0, second=0, microsecond=0) - SETTLED_AFTER)
    uow.traffic.forget(now - timedelta(days=MINUTE_DAYS))
    uow.deliveries.forget(now - timedelta(days=ALERT_DAYS))
    uow.alerts.forget(now - timedelta(days=ALERT_DAYS))


def _tidy_log(workspace: Workspace, entry: EndpointEntry, now: datetime) -> None:
    """Delete what is older than the endpoint keeps it, then join what is left of the days before today."""
    keep = read_endpoint_settings(entry.endpoint.settings).keep_days
    gone = workspace.served.forget(entry.endpoint.id, now.date() - timedelta(days=keep))
    joined = workspace.served.compact(entry.endpoint.id, now.date())
    if gone or joined:
        log.info("endpoint %s: %s days forgotten, %s files joined", entry.endpoint.name, gone, joined)
