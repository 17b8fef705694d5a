"""A worker claims jobs, gives each a process of its own, and holds that process to its limits."""

import logging
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from engine.errors import Cancelled
from engine.jobs.child_process import ChildProcess
from engine.jobs.ends import died, end_lost_jobs, end_of_job, stopped, system_kills, too_long, too_much
from engine.settings import Settings
from engine.workspace import Workspace
from storage.errors import Busy, DiskFull, LostLease, StorageError
from storage.schema import Job, JobStatus
from storage.unit_of_work import UnitOfWork

POLL_SECONDS = 0.25
WATCH_SECONDS = 0.1
BEAT_SECONDS = 0.5
GRACE_SECONDS = 1.0
HEAD_START_SECONDS = 0.6
"""How long a command leaves a job to the workers, whose processes are warm, before it does it itself."""

log = logging.getLogger("canvasback.worker")


@dataclass(frozen=True)
class Verdict:
    """How a job ends that its child did not end."""

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
        self._spare: ChildProcess | None = None
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
        asked = self._limits(job)
        limits = self._settings.limited(asked)
        ready = self._spare if self._spare and self._spare.is_alive else ChildProcess(self._settings)
        child, self._spare = ready, None
        child.give(job, self.name, asked)
        self._prepare()
        try:
            verdict = self._watch(job, child, limits)
        except LostLease:
            log.warning("job %s was given to another worker", job.id)
            return
        finally:
            child.kill()
            self._workspace.cache.sweep()
        self._settle(job, verdict)

    def _limits(self, job: Job) -> dict[str, Any]:
        """What was asked for this job, and for the run it does."""
        with self._workspace.database.read() as uow:
            run = uow.runs.of_job(job.id)
        own = {"memory_mb": job.memory_mb, "timeout_seconds": job.timeout_seconds}
        asked = {**own, **((run.limits if run else None) or {})}
        return {name: value for name, value in asked.items() if value is not None}

    def _watch(self, job: Job, child: ChildProcess, limits: Settings) -> Verdict:
        """Wait for the child; renew the lease, hear of a cancel, hold the limits."""
        started = beat = time.monotonic()
        kills = system_kills()
        while not child.ends_within(WATCH_SECONDS):
            now = time.monotonic()
            if self._stop.is_set():
                return Verdict("crashed", stopped())
            if now - started > limits.run_timeout_seconds:
                return Verdict("failed", too_long(limits.run_timeout_seconds).as_data())
            if child.memory_mb() > limits.run_memory_mb:
                child.kill(at_once=True)  # what it takes meanwhile, others lack
                return Verdict("failed", too_much(limits.run_memory_mb).as_data())
            if now - beat > min(BEAT_SECONDS, self._settings.lease_seconds / 3):
                beat = now
                if self._beat(job):
                    return Verdict("cancelled", Cancelled("Cancelled.").as_data())
        error = child.last_word()
        if error is not None:
            return Verdict("failed", error)
        return Verdict("crashed", died(child.process.returncode, machine_ran_out=system_kills() > kills))

    def _beat(self, job: Job) -> bool:
        """Extend the lease; whether someone asked to cancel."""
        lease = self._settings.lease_seconds
        try:
            # Its own lease first: a worker that a loaded machine held up must not take its own job for a lost one.
            is_cancelled = self._workspace.database.transact(
                lambda uow: uow.jobs.heartbeat(job.id, self.name, job.attempt, lease), patience=lease / 3
            )
            self._reap()
            return is_cancelled
        except (Busy, DiskFull) as error:
            log.warning("no heartbeat for job %s: %s", job.id, error.message)
            return False
        except LostLease:
            with self._workspace.database.read() as uow:
                if uow.jobs.get(job.id).finished_at is not None:
                    return False  # the child wrote the end just now
            raise

    def _settle(self, job: Job, verdict: Verdict) -> None:
        """Write the end down unless the child did, and as soon as that is possible: a full disk takes nothing."""

        def write(uow: UnitOfWork) -> None:
            if uow.jobs.get(job.id).finished_at is None:
                end_of_job(uow, job.id, self.name, job.attempt, verdict.status, error=verdict.error)

        while True:
            try:
                with suppress(LostLease):
                    self._workspace.database.transact(write)
                return
            except StorageError as error:
                log.warning("the end of job %s cannot be written yet: %s", job.id, error.message)
                if self._stop.wait(GRACE_SECONDS):
                    return

    def _reap(self) -> None:
        """Notice the jobs of workers that are gone, twice a lease."""
        now = time.monotonic()
        if now < self._reap_at:
            return
        self._reap_at = now + self._settings.lease_seconds / 2

        reaped = self._workspace.database.transact(end_lost_jobs, patience=self._settings.lease_seconds / 3)
        if reaped:
            log.warning("%s jobs had lost their worker", reaped)
            self._workspace.cache.sweep()

    def _prepare(self) -> None:
        if self._keep_spare and not self._stop.is_set() and (self._spare is None or not self._spare.is_alive):
            self._spare = ChildProcess(self._settings)
