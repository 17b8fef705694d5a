"""The process that does one job and ends. A worker starts it ahead of time, so that the imports are done already.

It reads one line from standard input, ``{"job_id", "worker", "attempt", "limits"}``, does that job and writes its
end down itself, in one transaction with the results. An error that it cannot write down it says on standard output. A
worker that hears nothing more sees to the rest, and a child whose worker is gone ends at once.
"""

import json
import logging
import os
import random
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from engine.errors import PEOPLE_ERRORS, error_data, unexpected
from engine.jobs import end_of_job, too_much
from engine.logs import new_reference, start_logging
from engine.settings import Settings
from engine.work import WORK
from engine.work.assignment import Assignment
from engine.workspace import open_workspace
from storage.errors import Conflict, LostLease, StorageError
from storage.foreign import stop_asking
from storage.schema import JobStatus
from storage.unit_of_work import UnitOfWork

ADDRESS_SPACE_MB = 8_192
"""Room for libraries and thread stacks on top of the memory limit; the worker watches what is really used."""

log = logging.getLogger("canvasback.child")


def main() -> None:
    """Wait for an order, do it, and end."""
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    to_worker = _own_output()
    if not _is_asked():
        _warm_up()
    order = sys.stdin.readline()
    if not order.strip():
        return
    signal.signal(signal.SIGTERM, partial(_stop, os.getpid()))
    try:
        do(_accept(json.loads(order)))
    except PEOPLE_ERRORS as error:
        _say(error_data(error), to_worker)
    except Exception as error:
        reference = new_reference()
        log.exception("a job could not begin or end (code %s)", reference)
        _say(unexpected(error, reference), to_worker)


def _stop(process: int, *_: object) -> None:
    """Whoever ends this process is heard by the databases that it asks, too: they would go on alone."""
    if os.getpid() == process:  # and no copy of it
        stop_asking()
    os._exit(128 + signal.SIGTERM)


def _own_output() -> int:
    """Standard output as a descriptor of our own, so that nothing but what we say goes to the worker."""
    ours = os.dup(sys.stdout.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ours


def _say(error: dict[str, Any], to_worker: int) -> None:
    os.write(to_worker, f"\n{json.dumps(error)}\n".encode())


def _accept(order: dict[str, Any]) -> Assignment:
    settings = Settings().limited(order["limits"])
    start_logging(settings, "jobs")
    _limit_memory(settings.run_memory_mb)
    if settings.run_threads is not None:
        _limit_cores(settings.run_threads)
    workspace = open_workspace(settings)
    with workspace.database.read() as uow:
        return Assignment(workspace, uow.jobs.get(order["job_id"]), order["worker"])


def do(assignment: Assignment) -> None:
    """Do a job and write its end down."""
    job = assignment.job
    try:
        result = WORK[job.kind](assignment)
    except LostLease:
        log.warning("job %s was given to another worker", job.id)
    except MemoryError:
        _end(assignment, "failed", error=too_much(assignment.workspace.settings.run_memory_mb).as_data())
    except PEOPLE_ERRORS as error:
        _end(assignment, "failed", error=error_data(error))
    except Exception as error:
        reference = new_reference()
        log.exception("job %s failed (code %s)", job.id, reference)
        _end(assignment, "failed", error=unexpected(error, reference))
    else:
        _end(assignment, "succeeded", result=result)


def _end_with_the_worker() -> None:
    """A worker that was killed cannot end this process: but then the pipe closes."""
    pipe = select.poll()
    pipe.register(sys.stdin, select.POLLHUP)
    pipe.poll()
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _end(assignment: Assignment, status: JobStatus, result: Any = None, error: Any = None) -> None:
    def write(uow: UnitOfWork) -> None:
        if status == "succeeded":
            for finish in assignment.finish:
                finish(uow)
        end_of_job(uow, assignment.job.id, assignment.worker, assignment.job.attempt, status, result, error)

    try:
        _write(assignment, write)
    except LostLease:
        log.warning("job %s was given to another worker", assignment.job.id)
        return
    except StorageError as refused:
        if status != "succeeded":
            raise
        _end(assignment, "failed", error=error_data(refused))
        return
    for clean_up in assignment.afterwards if status == "succeeded" else ():
        clean_up()


def _write(assignment: Assignment, write: Callable[[UnitOfWork], None]) -> None:
    """In one transaction; whoever was first with a name is seen the second time."""
    try:
        assignment.workspace.database.transact(write)
    except LostLease:
        raise
    except Conflict:
        assignment.workspace.database.transact(write)


def _limit_memory(memory_mb: int) -> None:
    most = (memory_mb + ADDRESS_SPACE_MB) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_cores(threads: int) -> None:
    """Keep this process, and whatever it starts, to so many cores: that bounds every library, asked or not."""
    if sys.platform != "linux":
        return
    usable = sorted(os.sched_getaffinity(0))
    cores = random.sample(usable, min(threads, len(usable)))
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), cores)
    threadpool_limits(len(cores))


def _is_asked() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0])


def _warm_up() -> None:
    """Import what almost every job needs, while nobody waits for it."""
    import skops.io  # noqa: F401

    from components.catalog import catalog

    catalog()


if __name__ == "__main__":
    main()
