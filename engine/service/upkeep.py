"""Look after a home: is everything well, and what can go."""

import importlib.metadata
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from engine.service.modelling.model_bin import empty_bin
from engine.service.views import View
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from storage.errors import StorageError
from storage.unit_of_work import UnitOfWork

GRACE_SECONDS = 3_600.0
"""Younger files may belong to something that has not committed yet."""
UPLOAD_SECONDS = 24 * 3_600.0
JOB_DAYS = 30
SYNC_DAYS = 400
"""How long it is told how a sync went: a year, for one that is yearly."""
LEAST_FREE_MB = 1_000
LIBRARIES = ("canvasback", "duckdb", "ibis-framework", "pyarrow", "scikit-learn", "sqlalchemy", "streamlit")


class Check(View):
    """One thing that was looked at."""

    name: str
    status: Literal["ok", "warning", "error"]
    message: str
    hint: str = ""


class Removed(View):
    """What was removed, in numbers."""

    dataset_files: int
    artifacts: int
    cache_folders: int
    uploads: int
    jobs: int
    bytes: int
    model_versions: int = 0


def examine(settings: Settings) -> list[Check]:
    """Whether this installation can work: home and database, secret, ports, disk, libraries."""
    try:
        workspace = open_workspace(settings)
    except StorageError as error:
        return [_wrong("home", error), _disk(settings), _libraries()]
    return [
        Check(name="home", status="ok", message=f"{workspace.home.path} can be written"),
        Check(name="database", status="ok", message=f"{_kind(workspace)} is reachable and up to date"),
        _secret(workspace),
        _worker(workspace),
        _port("UI", settings.host, settings.ui_port),
        _port("API", settings.host, settings.api_port),
        _disk(settings),
        _libraries(),
        _packages(),
    ]


def _wrong(name: str, error: StorageError) -> Check:
    return Check(name=name, status="error", message=error.message, hint=error.hint)


def _kind(workspace: Workspace) -> str:
    return "SQLite" if workspace.database.url.startswith("sqlite") else "PostgreSQL"


def _packages() -> Check:
    """Components of other packages."""
    from components.catalog import catalog, left_out, package_of

    lost = left_out()
    if lost:
        told = " ".join(f"{one.package}: {one.reason}" for one in lost)
        hint = "Correct or remove these packages; everything else works."
        return Check(name="components", status="warning", message=told, hint=hint)
    theirs = sorted({package_of(key) for key in catalog()} - {""})
    return Check(
        name="components", status="ok", message=f"{len(catalog())}; other packages: {', '.join(theirs) or 'none'}"
    )


def _secret(workspace: Workspace) -> Check:
    try:
        workspace.secret  # noqa: B018  reading it is the check
    except StorageError as error:
        return _wrong("secret", error)
    return Check(name="secret", status="ok", message="readable by its owner only")


def _worker(workspace: Workspace) -> Check:
    with workspace.database.read() as uow:
        waiting, running = uow.jobs.list(status="queued", limit=1_000), uow.jobs.list(status="running", limit=1_000)
    message = f"{len(waiting)} jobs wait, {len(running)} run"
    if waiting and not running:
        return Check(name="jobs", status="warning", message=message, hint="Start a worker: canvasback worker.")
    return Check(name="jobs", status="ok", message=message)


def _port(what: str, host: str, port: int) -> Check:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        is_taken = probe.connect_ex((host, port)) == 0
    message = f"port {port} is in use" if is_taken else f"port {port} is free"
    hint = f"Fine if Canvasback is running; else choose another: CANVASBACK_{what}_PORT." if is_taken else ""
    return Check(name=what, status="warning" if is_taken else "ok", message=message, hint=hint)


def _disk(settings: Settings) -> Check:
    folder = next(parent for parent in (settings.home, *settings.home.parents) if parent.exists())
    free = shutil.disk_usage(folder).free / 1e6
    message = f"{free:,.0f} MB free"
    if free < LEAST_FREE_MB:
        return Check(name="disk", status="warning", message=message, hint="Free some space, or run canvasback gc.")
    return Check(name="disk", status="ok", message=message)


def _libraries() -> Check:
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    return Check(name="versions", status="ok", message=f"Python {sys.version.split()[0]}, {found}")


def collect_garbage(workspace: Workspace) -> Removed:
    """Remove what nothing needs and nothing can still be about to need."""
    purged = workspace.database.transact(empty_bin)
    with workspace.database.read() as uow:
        files, artifacts = uow.datasets.files_in_use(), uow.models.files_in_use() | uow.runs.files_in_use()
        artifacts |= uow.jobs.artifacts()
        is_busy = bool(uow.jobs.list(status="running", limit=1))
    sweep = _Sweep()
    orphans = workspace.tables.orphans(files, GRACE_SECONDS)
    sweep.freed += sum((workspace.tables.root / path).stat().st_size for path in orphans)
    workspace.tables.remove(orphans)
    unneeded = [workspace.artifacts.path(sha256) for sha256 in workspace.artifacts.all() - artifacts]
    unfinished = workspace.artifacts.root.rglob(".tmp-*")
    patience = workspace.settings.run_timeout_seconds if is_busy else GRACE_SECONDS / 60
    halves = [*workspace.cache.root.glob(".writing-*"), *workspace.cache.root.glob(".spill-*")]
    return Removed(
        dataset_files=len(orphans),
        artifacts=sweep.old([*unneeded, *unfinished], GRACE_SECONDS),
        cache_folders=sweep.old(halves, patience),
        uploads=sweep.old(workspace.uploads.iterdir(), UPLOAD_SECONDS),
        jobs=workspace.database.transact(_forget),
        bytes=sweep.freed,
        model_versions=purged,
    )


def _forget(uow: UnitOfWork) -> int:
    """Delete old jobs, and how syncs went long ago; how many jobs."""
    now = datetime.now(UTC)
    uow.syncs.forget(now - timedelta(days=SYNC_DAYS))
    return uow.jobs.forget(now - timedelta(days=JOB_DAYS))


class _Sweep:
    """Removes old files and folders and counts their bytes."""

    freed = 0

    def old(self, paths: Iterable[Path], seconds: float) -> int:
        gone = [path for path in paths if _exists_since(path, seconds)]
        for path in gone:
            self.freed += sum(file.stat().st_size for file in (path, *path.rglob("*")) if file.is_file())
            remove: Callable[[Path], object] = shutil.rmtree if path.is_dir() else Path.unlink
            remove(path)
        return len(gone)


def _exists_since(path: Path, seconds: float) -> bool:
    try:
        return path.stat().st_mtime < time.time() - seconds
    except FileNotFoundError:
        return False
