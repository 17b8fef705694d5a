"""The process that a worker gives to a job, seen from the worker."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import psutil

from engine.settings import Settings
from storage.schema import Job

COMMAND = (sys.executable, "-m", "engine.child")
PATIENT = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads that wait must not spin: two runs on two cores would starve each other."""


GOODBYE_SECONDS = 0.5
"""How long it may take to tell databases that nobody waits for their answers."""


class ChildProcess:
    """A process that waits for one job, with its imports done."""

    def __init__(self, settings: Settings, command: Sequence[str] = COMMAND) -> None:
        environment = {**os.environ, **settings.as_environment(), **PATIENT}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._family: set[psutil.Process] = set()

    def give(self, job: Job, worker: str, limits: Mapping[str, Any]) -> None:
        """Send the order; the pipe stays open, because its end tells the child that its worker is gone."""
        order = {"job_id": job.id, "worker": worker, "attempt": job.attempt, "limits": limits}
        assert self.process.stdin is not None  # noqa: S101  opened above
        with suppress(BrokenPipeError):
            self.process.stdin.write((json.dumps(order) + "\n").encode())
            self.process.stdin.flush()

    def last_word(self) -> dict[str, Any] | None:
        """The error that a process which has ended could not write down itself, if it said one."""
        assert self.process.stdout is not None  # noqa: S101  opened above
        os.set_blocking(self.process.stdout.fileno(), False)
        said = (self.process.stdout.read() or b"").splitlines()
        with suppress(ValueError):  # a library that was imported may have printed something
            return dict(json.loads(said[-1])) if said else None
        return None

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
            head = psutil.Process(self.process.pid)
            members = {head, *head.children(recursive=True)}
            self._family |= members
            # Pages that they share count once; asking for that takes longer.
            return sum(_own_bytes(member) for member in members) / 1e6 if len(members) > 1 else _bytes(head) / 1e6
        return 0.0

    def kill(self, *, at_once: bool = False) -> None:
        """End it and whatever it started.

        Parameters
        ----------
        at_once
            Whether it may not even tell the databases that it asks that nobody waits any more.
        """
        if not at_once:
            with suppress(ProcessLookupError):
                self.process.terminate()
            self.ends_within(GOODBYE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for member in self._family:  # those that left the group too
            with suppress(psutil.Error):
                member.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None  # noqa: S101  opened above
            with suppress(OSError):
                pipe.close()


def _bytes(process: psutil.Process) -> int:
    return int(process.memory_info().rss)


def _own_bytes(process: psutil.Process) -> int:
    """Resident bytes, with a shared page divided among those who share it, where the system says so."""
    with suppress(psutil.NoSuchProcess):
        try:
            return int(process.memory_full_info().pss)
        except (AttributeError, psutil.AccessDenied):
            return _bytes(process)
    return 0
