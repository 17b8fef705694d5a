"""Ways to have work done in a home: in this process, or by a running worker whose next child is warm."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from engine.child import do
from engine.graph import Pipeline
from engine.service.building.pipelines import drawn, import_pipeline
from engine.service.data.datasets import start_import
from engine.service.jobs import get_job
from engine.service.running.runs import get_run, job_of, start_run
from engine.service.views import RunView
from engine.work.assignment import Assignment
from engine.workspace import Workspace

LEASE_SECONDS = 3_600.0
LOOK_SECONDS = 0.02
IDLE_SECONDS = 0.5


def import_file(home: Workspace, path: Path, name: str) -> None:
    """Import a file in this process, as the child of a worker would."""
    job_id = start_import(home, path, name)
    job = home.database.transact(lambda uow: uow.jobs.claim("benchmark", LEASE_SECONDS, job_id=job_id))
    assert job is not None
    do(Assignment(home, job, "benchmark"))
    assert get_job(home, job_id).status == "succeeded", get_job(home, job_id).error


@contextmanager
def running_worker(home: Workspace) -> Iterator[psutil.Process]:
    """A worker process of this home."""
    arguments = [sys.executable, "-m", "engine.cli", "worker"]
    environment = {**os.environ, **home.settings.as_environment()}
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            yield psutil.Process(worker.pid)
        finally:
            worker.terminate()


def ask(home: Workspace, pipeline: Pipeline) -> RunView:
    """Run a pipeline on the worker and wait, as a page does."""
    draft = import_pipeline(home, pipeline)
    run_id = start_run(home, draft.pipeline_id, drawn(draft))
    job_id = job_of(home, run_id)
    assert job_id is not None
    while not get_job(home, job_id).is_finished:
        time.sleep(LOOK_SECONDS)
    run = get_run(home, run_id)
    assert run.status == "succeeded", run.error
    return run


def wait_until_warm(worker: psutil.Process) -> None:
    """Wait until the worker's next child has done its imports and all is quiet."""
    while True:
        before = _cpu_seconds(worker)
        time.sleep(IDLE_SECONDS)
        if worker.children() and _cpu_seconds(worker) - before < IDLE_SECONDS / 10:
            return


def _cpu_seconds(worker: psutil.Process) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in worker.children(recursive=True))
