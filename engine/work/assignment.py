"""A job in the hands of the process that does it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.workspace import Workspace
from storage.schema import Job
from storage.unit_of_work import UnitOfWork

TELL_SECONDS = 0.3


@dataclass
class Assignment:
    """One attempt at a job.

    Parameters
    ----------
    finish
        Writes that must happen together with the job's end, so that a late attempt leaves nothing.
    afterwards
        What to tidy up once the job has succeeded.
    """

    workspace: Workspace
    job: Job
    worker: str
    finish: list[Callable[[UnitOfWork], None]] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    _told: float = 0.0

    @property
    def payload(self) -> dict[str, Any]:
        """What is asked for."""
        return self.job.payload

    def tell(self, progress: float | None, message: str | None = None, *, always: bool = False) -> None:
        """Report progress; a few times a second at most.

        Raises
        ------
        LostLease
            When another attempt has taken over.
        """
        now = time.monotonic()
        if not always and now - self._told < TELL_SECONDS:
            return
        self._told = now
        lease = self.workspace.settings.lease_seconds

        def write(uow: UnitOfWork) -> None:
            uow.jobs.heartbeat(self.job.id, self.worker, self.job.attempt, lease, progress=progress, message=message)

        self.workspace.database.transact(write)
