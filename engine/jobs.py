"""The queue's working side: a worker claims jobs and gives each a process of its own."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psutil

from engine.errors import Cancelled, LimitReached
from engine.settings import Settings
from engine.workspace import Workspace
from storage.errors import Busy, LostLease, StorageError
from storage.schema import Job, JobStatus
from storage.unit_of_work import UnitOfWork

POLL_SECONDS = 0.25
WATCH_SECONDS = 0.1
BEAT_SECONDS = 0.5
GRACE_SECONDS = 1.0
HEAD_START_SECONDS = 0.6
"""How long a command leaves a job to the workers, whose processes are warm, before it does it itself."""

log = logging.getLogger("canvasback.worker")


def end_of_job(
    uow: UnitOfWork,
    job_id: str,
    worker: str,
    attempt: int,
    status: JobStatus,
    result: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
) -> None:
    """End a job, and its run if that did not end by itself.

    Raises
    ------
    LostLease
        When this attempt does not count any more.
    """
    job = uow.jobs.finish(job_id, worker, attempt, status, result=result, error=error)
    run = uow.runs.of_job(job_id)
    if run is not None and run.finished_at is None and status != "succeeded":
        seconds = (job.finished_at - run.started_at).total_seconds() if run.started_at and job.finished_at else None
        uow.runs.finish(run.id, status, seconds=seconds, error=error)
        uow.runs.end_nodes(run.id, status)


class Child:
    """A process that waits for one job, with its imports done."""

    def __init__(self, settings: Settings) -> None:
        # Threads that wait must not spin: two runs on two cores would starve each other.
        environment = {**os.environ, **settings.as_environment(), "OMP_WAIT_POLICY": "PASSIVE"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )

    def give(self, job: Job, worker: str, memory_mb: int) -> None:
        """Send the order; the pipe stays open, because its end tells the child that its worker is gone."""
        order = {"job_id": job.id, "worker": worker, "attempt": job.attempt, "memory_mb": memory_mb}
        assert self.process.stdin is not None  # noqa: S101  opened as a pipe above
        with suppress(BrokenPipeError):
            self.process.stdin.write((json.dumps(order) + "\n").encode())
            self.process.stdin.flush()

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def ends_within(self, seconds: float) -> bool:
        """Wait a while for its end."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def memory_mb(self) -> float:
        """Resident memory of the child and what it started."""
        with suppress(psutil.Error):
            family = psutil.Process(self.process.pid)
            members = [family, *family.children(recursive=True)]
            return float(sum(member.memory_info().rss for member in members)) / 1e6
        return 0.0

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()


@dataclass(frozen=True)
class Verdict:
    """Why a child was ended from outside."""

    status: JobStatus
    error: dict[str, Any] | None


class Worker:
    """Claims one job after the other until told to stop.

    Parameters
    ----------
    keep_spare
        Whether to start the next child ahead of time; a command that does one job itself does not.
    """

    def __init__(self, workspace: Workspace, *, keep_spare: bool = True) -> None:
        self.name = f"{os.uname().nodename}-{os.getpid()}-{uuid4().hex[:8]}"
        self._workspace = workspace
        self._settings = workspace.settings
        self._keep_spare = keep_spare
        self._spare: Child | None = None
        self._stop = threading.Event()
        self._reap_at = 0.0

    def run(self) -> None:
        """Work until `stop`."""
        log.info("worker %s started", self.name)
        self._prepare()
        self._work()
        self.close()

    def help(self, job_id: str) -> None:
        """Do one job unless a worker takes it, and notice when a worker loses it; until `stop`."""
        self._stop.wait(HEAD_START_SECONDS)
        self._work(job_id)

    def _work(self, job_id: str | None = None) -> None:
        while not self._stop.is_set():
            try:
                self._reap()
                if not self.work_once(job_id):
                    self._stop.wait(POLL_SECONDS)
            except StorageError as error:
                log.warning("metadata is not available: %s", error.message)
                self._stop.wait(GRACE_SECONDS)

    def stop(self) -> None:
        """End after what is at hand; a running job is left to be retried or told as crashed."""
        self._stop.set()

    def close(self) -> None:
        """End the spare child."""
        if self._spare is not None:
            self._spare.kill()
            self._spare = None

    def work_once(self, job_id: str | None = None) -> bool:
        """Do one job, if there is one (or this very one).

        Returns
        -------
        bool
            Whether there was.
        """
        lease = self._settings.lease_seconds
        job = self._workspace.database.transact(lambda uow: uow.jobs.claim(self.name, lease, job_id=job_id))
        if job is None:
            return False
        log.info("job %s (%s), attempt %s", job.id, job.kind, job.attempt)
        self._supervise(job)
        return True

    def _supervise(self, job: Job) -> None:
        memory = job.memory_mb or self._settings.run_memory_mb
        child, self._spare = self._spare if self._spare and self._spare.is_alive else Child(self._settings), None
        child.give(job, self.name, memory)
        self._prepare()
        try:
            verdict = self._watch(job, child, memory)
        except LostLease:
            log.warning("job %s was given to another worker", job.id)
            return
        finally:
            child.kill()
        self._settle(job, verdict, child.process.returncode)

    def _watch(self, job: Job, child: Child, memory_mb: int) -> Verdict | None:
        """Wait for the child; renew the lease, hear of a cancel, hold the limits."""
        started = beat = time.monotonic()
        timeout = job.timeout_seconds or self._settings.run_timeout_seconds
        while not child.ends_within(WATCH_SECONDS):
            now = time.monotonic()
            if self._stop.is_set():
                return Verdict("crashed", _stopped())
            if now - started > timeout:
                return Verdict("failed", _too_long(timeout).as_data())
            if child.memory_mb() > memory_mb * 1.1:
                return Verdict("failed", too_much(memory_mb).as_data())
            if now - beat > min(BEAT_SECONDS, self._settings.lease_seconds / 3):
                beat = now
                if self._beat(job):
                    return Verdict("cancelled", Cancelled("Cancelled.").as_data())
        return None

    def _beat(self, job: Job) -> bool:
        """Extend the lease; whether someone asked to cancel."""
        lease = self._settings.lease_seconds
        try:
            self._reap()
            return self._workspace.database.transact(
                lambda uow: uow.jobs.heartbeat(job.id, self.name, job.attempt, lease), patience=lease / 3
            )
        except Busy as error:
            log.warning("no heartbeat for job %s: %s", job.id, error.message)
            return False
        except LostLease:
            with self._workspace.database.read() as uow:
                if uow.jobs.get(job.id).finished_at is not None:
                    return False  # the child wrote the end just now
            raise

    def _settle(self, job: Job, verdict: Verdict | None, exit_code: int | None) -> None:
        """Write the end down if the child could not; its own word counts before its exit code."""
        verdict = verdict or Verdict("crashed", _died(exit_code))

        def write(uow: UnitOfWork) -> None:
            if uow.jobs.get(job.id).finished_at is None:
                end_of_job(uow, job.id, self.name, job.attempt, verdict.status, error=verdict.error)

        with suppress(LostLease):
            self._workspace.database.transact(write)

    def _reap(self) -> None:
        """Notice the jobs of workers that are gone, twice a lease."""
        now = time.monotonic()
        if now < self._reap_at:
            return
        self._reap_at = now + self._settings.lease_seconds / 2

        def write(uow: UnitOfWork) -> int:
            jobs = uow.jobs.reap()
            uow.runs.follow(jobs)
            return len(jobs)

        reaped = self._workspace.database.transact(write, patience=self._settings.lease_seconds / 3)
        if reaped:
            log.warning("%s jobs had lost their worker", reaped)

    def _prepare(self) -> None:
        if self._keep_spare and not self._stop.is_set() and (self._spare is None or not self._spare.is_alive):
            self._spare = Child(self._settings)


def _too_long(seconds: float) -> LimitReached:
    return LimitReached(
        f"The job was ended after its time limit of {seconds:,.0f} seconds.",
        hint="Sample rows, choose a faster model, or raise CANVASBACK_RUN_TIMEOUT_SECONDS.",
    )


def too_much(memory_mb: int) -> LimitReached:
    """What a job that wanted too much memory is told."""
    return LimitReached(
        f"The job needed more than the {memory_mb:,} MB it may use.",
        hint="Sample rows, keep fewer categories or columns, or raise CANVASBACK_RUN_MEMORY_MB.",
    )


def _stopped() -> dict[str, Any]:
    return {
        "code": "worker_stopped",
        "message": "The worker was stopped while it did this.",
        "hint": "Run it again; what was finished is reused.",
    }


def _died(exit_code: int | None) -> dict[str, Any]:
    by = f"signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"exit code {exit_code}"
    return {
        "code": "process_died",
        "message": f"The process that did this ended without a word ({by}).",
        "hint": "Run it again; what was finished is reused. If it happens again, use fewer rows or columns.",
    }
