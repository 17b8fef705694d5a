"""Previews are worked out beside the threads that answer browsers: whoever edits never waits for one."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from dataclasses import dataclass

from engine.errors import PEOPLE_ERRORS
from engine.graph import Pipeline
from engine.service.building.trials import TrialView, try_out
from engine.service.running.ran_rows import with_ran_rows
from engine.workspace import Workspace

log = logging.getLogger("canvasback.previews")

WORKERS = 2
MOST_WAITING = 256
FAILED = "The preview failed; the log of this home says why. A run may still work."

Work = Callable[[], TrialView | None]


@dataclass(frozen=True)
class Soon:
    """A preview, as far as it is there.

    Parameters
    ----------
    view
        None while it is worked out, and for a node that has nothing to show.
    """

    is_ready: bool
    view: TrialView | None = None


class Previews:
    """One preview for each who asks: a newer question takes the place of the one before."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="preview")
        self._asked: OrderedDict[str, tuple[object, Future[TrialView | None]]] = OrderedDict()
        self._changing = threading.Lock()

    def ask(self, who: str, question: object, work: Work, patience: float) -> Soon:
        """The answer, if it is there within so many seconds; ask the same again later if it is not."""
        try:
            return Soon(is_ready=True, view=self._begun(who, question, work).result(patience))
        except TimeoutError:
            return Soon(is_ready=False)

    def _begun(self, who: str, question: object, work: Work) -> "Future[TrialView | None]":
        with self._changing:
            known = self._asked.get(who)
            if known is not None and known[0] == question:
                return known[1]
            if known is not None:
                known[1].cancel()  # it may have begun; then its result is on the shelf for another time
            self._asked[who] = (question, self._pool.submit(work))
            self._asked.move_to_end(who)
            if len(self._asked) > MOST_WAITING:
                self._asked.popitem(last=False)
            return self._asked[who][1]


_PREVIEWS = Previews()


def preview_soon(  # noqa: PLR0913  a question is what all of these say
    workspace: Workspace,
    pipeline_id: str,
    pipeline: Pipeline,
    node: str,
    *,
    port: str | None,
    most: int,
    who: str,
    serial: int,
    patience: float,
) -> Soon:
    """What a node does to sample rows, if that is known within so many seconds.

    Parameters
    ----------
    who
        The browser tab that asks.
    serial
        Rises with everything that may change the answer: the same number is the same question asked again.
    """

    def work() -> TrialView | None:
        try:
            view = try_out(workspace, pipeline, node, port, most)
            return None if view is None else with_ran_rows(workspace, pipeline_id, view, port, most)
        except PEOPLE_ERRORS as error:
            return TrialView(node=node, note=getattr(error, "message", str(error)))
        except Exception:  # nobody else hears of what goes wrong in this thread
            log.warning("the preview of %r failed", node, exc_info=True)
            return TrialView(node=node, note=FAILED)

    return _PREVIEWS.ask(f"{workspace.home.path} {who}", (serial, node, port, most), work, patience)
