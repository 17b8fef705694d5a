"""What happens by itself: what is planned for now, and what follows from something new.

Every worker has a scheduler, and all of them may look at the same moment: each slot, each further try and each trigger
is taken in one transaction, and whoever comes second finds it taken.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

from engine.errors import PEOPLE_ERRORS
from engine.service.data.sync_slots import fire_syncs
from engine.service.housekeeping import Housekeeper
from engine.service.monitoring.alert_looks import look_at_rules
from engine.service.monitoring.postman import Postman
from engine.service.monitoring.watching import watch_due
from engine.service.retraining.round_causes import fire_policies
from engine.service.retraining.round_steps import go_on
from engine.service.running.triggers import fire_triggers
from engine.service.serving.canaries import judge_canaries
from engine.service.serving.due_batches import fire_batches
from engine.service.serving.publications import fire_publications
from engine.service.serving.sunsets import retire_announced
from engine.workspace import Workspace
from storage.schema import utc_now

TICK_SECONDS = 3.0
Clock = Callable[[], datetime]

log = logging.getLogger("canvasback.scheduler")


class Scheduler:
    """Looks every few seconds whether something is due, until told to stop.

    Parameters
    ----------
    clock
        What time it is; the waiting in between does not depend on it.
    """

    def __init__(self, workspace: Workspace, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._due: tuple[Callable[[datetime], int], ...] = (
            partial(fire_syncs, workspace.database),
            lambda now: fire_triggers(workspace),
            partial(fire_batches, workspace),
            partial(fire_publications, workspace),
            partial(judge_canaries, workspace),
            partial(retire_announced, workspace),
            partial(watch_due, workspace),
            partial(fire_policies, workspace),
            partial(go_on, workspace),
            partial(look_at_rules, workspace),
            Postman(workspace).send_due,
            Housekeeper(workspace).begin_if_due,
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Look in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(TICK_SECONDS)

    def tick(self) -> int:
        """Start what is due; how much this scheduler has started.

        Raises
        ------
        StorageError
            When the metadata cannot be reached.
        """
        return sum(due(self._clock()) for due in self._due)

    def _run(self) -> None:
        while not self._stop.is_set():
            for due in self._due:
                self._attempt(due)
            self._stop.wait(TICK_SECONDS)

    def _attempt(self, due: Callable[[datetime], int]) -> None:
        """What goes wrong with one thing keeps no other from being started."""
        try:
            due(self._clock())
        except PEOPLE_ERRORS as error:
            log.warning("what is due is looked at later: %s", error.message)
        except Exception:
            log.exception("what is due could not be started")
