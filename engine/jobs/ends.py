"""How jobs end: of what they died, at which node, and what to do next."""

import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import LimitReached
from engine.graph import Pipeline
from storage.schema import JobStatus, Run
from storage.unit_of_work import UnitOfWork

VMSTAT = Path("/proc/vmstat")
AGAIN = "Run it again; what was finished is reused."


def end_of_job(
    uow: UnitOfWork,
    job_id: str,
    worker: str,
    attempt: int,
    status: JobStatus,
    result: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
) -> None:
    """End a job, and its run or sync if that did not end by itself.

    Raises
    ------
    LostLease
        When this attempt does not count any more.
    """
    run = uow.runs.of_job(job_id)
    is_open = run is not None and run.finished_at is None
    if run is not None and is_open and status in ("failed", "crashed") and error is not None:
        error = tell_where(uow, run, error)
    job = uow.jobs.finish(job_id, worker, attempt, status, result=result, error=error)
    uow.syncs.follow([job])
    uow.publications.follow([job])
    if run is not None and is_open and status != "succeeded":
        seconds = (job.finished_at - run.started_at).total_seconds() if run.started_at and job.finished_at else None
        uow.runs.finish(run.id, status, seconds=seconds, error=error)
        uow.runs.end_nodes(run.id, status)


def end_lost_jobs(uow: UnitOfWork) -> int:
    """End or queue again the jobs whose worker is gone, and their runs and syncs with them; how many there were."""
    jobs = uow.jobs.reap()
    for job in jobs:
        run = uow.runs.of_job(job.id)
        if run is not None and job.error is not None:
            job.error = tell_where(uow, run, job.error)
    uow.runs.follow(jobs)
    uow.syncs.follow(jobs)
    uow.publications.follow(jobs)
    return len(jobs)


def tell_where(uow: UnitOfWork, run: Run, error: dict[str, Any]) -> dict[str, Any]:
    """Name the nodes that were at work, and let them carry the error, unless it names its own."""
    at_work = [node.node_id for node in uow.runs.nodes(run.id) if node.status == "running"]
    if error.get("node") or not at_work:
        return error
    drawn = Pipeline.from_document(uow.pipelines.get_version(run.pipeline_version_id).graph).by_id
    names = [drawn[node].label if node in drawn else node.replace("_", " ") for node in at_work]
    node = at_work[0] if len(at_work) == 1 else None
    told = {"field": None, **error, "message": f"{error['message'].rstrip('.')}. {_where(names)}", "node": node}
    for node_id in at_work:
        uow.runs.record_node(run.id, node_id, error={**told, "node": node_id})
    return told


def _where(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"It was at the node {names[0]!r}."
    return f"It was at the nodes {', '.join(map(repr, names[:-1]))} and {names[-1]!r}."


def too_long(seconds: float) -> LimitReached:
    """What a job that took too long is told."""
    return LimitReached(
        f"The job was ended after its time limit of {_plain(seconds)} seconds.",
        hint="Sample rows, choose a faster model, or raise the time limit of the run "
        "(CANVASBACK_RUN_TIMEOUT_SECONDS for all).",
    )


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:g}"


def too_much(memory_mb: int) -> LimitReached:
    """What a job that wanted too much memory is told."""
    return LimitReached(
        f"The job needed more than the {memory_mb:,} MB of memory it may use.",
        hint="Sample rows, keep fewer categories or columns, choose a smaller model, or raise the memory limit of the "
        "run (CANVASBACK_RUN_MEMORY_MB for all).",
    )


def stopped() -> dict[str, Any]:
    """What a job is told whose worker was asked to end."""
    return {"code": "worker_stopped", "message": "The worker was stopped while it did this.", "hint": AGAIN}


def died(exit_code: int | None, *, machine_ran_out: bool) -> dict[str, Any]:
    """What is known of a process that ended without a word.

    Parameters
    ----------
    exit_code
        As `subprocess` gives it: a signal as a negative number.
    machine_ran_out
        Whether the system has ended a process for lack of memory meanwhile.
    """
    if exit_code == -signal.SIGKILL and machine_ran_out:
        return {
            "code": "machine_out_of_memory",
            "message": "The system killed the process that did this, because the machine ran out of memory.",
            "hint": "Lower the memory limit of the run to what the machine has, so that it writes to disk in time; "
            "do less at once; or use fewer rows or columns.",
        }
    return {
        "code": "process_died",
        "message": f"The process that did this {_how(exit_code)}.",
        "hint": f"{AGAIN} If it happens again, use fewer rows or columns, and look into the log of this home.",
    }


def _how(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f"ended without a word (exit code {exit_code})"
    if exit_code == -signal.SIGKILL:
        return "was killed from outside (signal 9, SIGKILL)"
    number = -exit_code
    with suppress(ValueError):
        return f"crashed (signal {number}, {signal.Signals(number).name}: {signal.strsignal(number)})"
    return f"crashed (signal {number})"


def system_kills() -> int:
    """How many processes the system has ended for lack of memory since it started; 0 where it does not say."""
    with suppress(OSError):
        for line in VMSTAT.read_text().splitlines():
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
    return 0
