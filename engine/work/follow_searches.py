"""Follow the searches of a run: their trials on disk and on screens, and the wish to end them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from components.base import Trial
from components.ensembles.following import Done, Outlook, followed_by
from engine.execute.journal import Journal
from engine.plan import PlannedNode
from engine.work.assignment import Assignment
from storage.errors import StorageError
from storage.schema import Run
from storage.unit_of_work import UnitOfWork

TELL_SECONDS = 1.0
LOOK_SECONDS = 0.5


class Searches:
    """Whoever searches in a run, followed node by node."""

    def __init__(self, assignment: Assignment, run: Run) -> None:
        self._assignment = assignment
        self._run = run

    @contextmanager
    def __call__(self, node: PlannedNode) -> Iterator[None]:
        """Follow the search of a node, if it makes one, until its result is kept."""
        journal = Journal(self._assignment.workspace.cache.search(node.fingerprint))
        following = Following(self._assignment, self._run, node.id, journal)
        with followed_by(following):
            yield
        if following.has_begun:
            journal.forget()


class Following:
    """One search, followed."""

    def __init__(self, assignment: Assignment, run: Run, node: str, journal: Journal) -> None:
        self._assignment = assignment
        self._run = run
        self._node = node
        self._journal = journal
        self._outlook: Outlook | None = None
        self._recalled = 0
        self._begun = time.monotonic()
        self._told = 0.0
        self._looked = 0.0
        self._is_stopping = False

    @property
    def has_begun(self) -> bool:
        """Whether there is a search at all."""
        return self._outlook is not None

    def begins(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._recalled = self._journal.read()
        self._begun = time.monotonic()

    def recalls(self, key: str) -> Done | None:
        done = self._journal.recall(key)
        if done is not None:  # its time was spent then
            self._begun = time.monotonic() - done.spent
        return done

    def hears(self, key: str, done: Done) -> None:
        self._journal.write(key, done)

    def hears_all(self, trials: Sequence[Trial]) -> None:
        """Tell the run's node how far it is; once a second at most."""
        now = time.monotonic()
        if self._outlook is None or now - self._told < TELL_SECONDS:
            return
        self._told = now
        told = {
            "metric": self._outlook.metric,
            "trials": [trial.model_dump(mode="json") for trial in trials],
            "best": None,
            "ended": "",
            "folds": self._outlook.folds,
            "most_seconds": self._outlook.seconds,
            "most_trials": self._outlook.trials,
            "spent": now - self._begun,
            "recalled": self._recalled,
            "told_at": datetime.now(UTC).isoformat(),
        }

        def write(uow: UnitOfWork) -> None:
            uow.jobs.owned(self._assignment.job.id, self._assignment.worker, self._assignment.job.attempt)
            uow.runs.tell_outputs(self._run.id, self._node, search=told)

        with suppress(StorageError):  # the trials go on without being seen
            self._assignment.workspace.database.transact(write)

    def is_stopping(self) -> bool:
        now = time.monotonic()
        if not self._is_stopping and now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._is_stopping = self._asked_to_stop()
        return self._is_stopping

    def _asked_to_stop(self) -> bool:
        with suppress(StorageError), self._assignment.workspace.database.read() as uow:
            asked: Any = uow.jobs.get(self._assignment.job.id).payload.get("stop") or []
            return self._node in asked
        return False
