"""Follow a job or a run until it has ended; its id is in the address, so a refresh changes nothing."""

from __future__ import annotations

import streamlit as st

from engine.service import jobs
from engine.service.amounts import seconds
from engine.service.running import runs
from engine.service.views import JobView, RunView
from ui import session
from ui.trouble import guarded, show_error

STOP_SECONDS = 2.0
"""How long a screen waits for a cancelled job, rather than to show it once more as if it went on."""
PATIENCE_SECONDS = 3.0
BUSY = "Other work is being done first; it begins as soon as a worker is free. CANVASBACK_WORKERS sets how many."
HINT = "No worker has taken it yet. `canvasback up` starts one; it begins as soon as one is there."


def follow_job(job_id: str, doing: str) -> JobView | None:
    """Show a job's progress.

    Returns
    -------
    JobView
        Once it has ended; None before.
    """
    job = jobs.get_job(session.workspace(), job_id)
    if job.is_finished:
        return job
    _job_ticks(job_id, doing)
    return None


def show_end(job: JobView, what: str) -> None:
    """Say why a job that has ended gave nothing: calmly where a person stopped it.

    Parameters
    ----------
    what
        The job, as the beginning of a sentence: ``The import``.
    """
    if job.status == "cancelled":
        st.info(f"{what} was cancelled. Nothing was changed.", icon=":material/cancel:")
    else:
        show_error(job.error or {"message": f"{what} was {job.status}."})


def show_run_progress(run_id: str) -> None:
    """Show an unfinished run's progress; the page is drawn again when it ends."""
    _run_ticks(run_id)


@st.fragment(run_every=1)
@guarded
def _job_ticks(job_id: str, doing: str) -> None:
    job = jobs.get_job(session.workspace(), job_id)
    if job.is_finished:
        st.rerun()
    _bar(doing, job)
    if st.button("Cancel", icon=":material/close:", key=f"cancel_{job_id}"):
        with st.spinner("Cancelling…"):
            jobs.cancel_job(session.workspace(), job_id, wait_seconds=STOP_SECONDS)
        st.rerun()


@st.fragment(run_every=1)
@guarded
def _run_ticks(run_id: str) -> None:
    run = runs.get_run(session.workspace(), run_id)
    if run.is_finished:
        st.rerun()
    _bar(f"Run {run.number}", run)
    if st.button("Cancel run", icon=":material/close:", key=f"cancel_{run_id}"):
        runs.cancel_run(session.workspace(), run_id)
        st.rerun()


def _bar(doing: str, work: JobView | RunView) -> None:
    st.progress(min(max(work.progress or 0.0, 0.0), 1.0), text=progress_text(doing, work))
    if work.status == "queued" and _waits_long(work):
        st.caption(BUSY if jobs.are_workers_busy(session.workspace()) else HINT)


def _waits_long(work: JobView | RunView) -> bool:
    """Whether no worker seems to be there: one that is takes work within a moment."""
    return not isinstance(work, JobView) or work.waited_seconds > PATIENCE_SECONDS


def progress_text(doing: str, work: JobView | RunView) -> str:
    """What is going on, for how long, and how long it will still take."""
    if work.status == "queued":
        return f"{doing} · waiting for a worker"
    parts = [doing, work.message or "", f"{seconds(work.seconds)} so far" if work.seconds else ""]
    if work.remaining_seconds is not None:
        parts.append(f"about {seconds(max(work.remaining_seconds, 1))} left")
    return " · ".join(part for part in parts if part)
