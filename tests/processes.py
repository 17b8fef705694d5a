"""Real workers and their children, found by the home they work for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import numpy as np
import psutil
import pyarrow as pa

from engine.graph import Pipeline
from engine.jobs import Worker
from engine.service.running import runs
from engine.service.views import RunView
from engine.settings import Settings
from engine.workspace import Workspace
from tests.servers import eventually

SLOW = """
format: 1
name: slow
nodes:
  numbers: {component: dataset, params: {dataset: numbers}}
  fill: {component: impute_mean, params: {columns: numeric}}
  split: {component: split_random, params: {test: 0.1, seed: 1}}
  model: {component: random_forest_classifier, params: {target: label, n_estimators: 2000}}
edges: [numbers -> fill, fill -> split, split -> model]
"""


def slow_pipeline(trees: int = 2_000) -> Pipeline:
    """A random forest that takes minutes and gigabytes; its early nodes are quick."""
    return Pipeline.from_yaml(SLOW.replace("2000", str(trees)))


def noise(rows: int = 30_000) -> pa.Table:
    """Numbers that say nothing about their label, so that trees grow deep."""
    random = np.random.default_rng(1)
    columns = {f"x{i}": random.normal(size=rows) for i in range(8)}
    return pa.table({**columns, "label": np.where(random.random(rows) < 0.5, "a", "b")})


def command(settings: Settings, *arguments: str) -> "subprocess.Popen[str]":
    """A `canvasback` command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *arguments],
        env={**os.environ, **settings.as_environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextmanager
def running_worker(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    """A worker process, killed at the end if it still runs."""
    worker = command(settings, "worker")
    try:
        yield worker
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=20)


@contextmanager
def at_work(workspace: Workspace) -> Iterator[None]:
    """A worker in a thread of the tests, with children of its own, until the block ends."""
    worker = Worker(workspace, keep_spare=False)
    thread = Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(20)


def when(workspace: Workspace, run_id: str, holds: Callable[[RunView], object], seconds: float = 60) -> RunView:
    """Wait until something is so of a run that has not ended."""
    deadline = time.monotonic() + seconds
    while True:
        view = runs.get_run(workspace, run_id)
        if holds(view):
            return view
        assert not view.is_finished, (view.status, view.error)
        assert time.monotonic() < deadline, f"not so within {seconds:.0f} seconds: {statuses(view)}"
        time.sleep(0.003)


def statuses(view: RunView) -> dict[str, str]:
    """What became of each node."""
    return {node.node: node.status for node in view.nodes}


def finished_nodes(view: RunView) -> set[str]:
    """The nodes that are done."""
    return {node.node for node in view.nodes if node.status == "succeeded"}


def is_at(node: str) -> Callable[[RunView], bool]:
    """Whether a node is being worked on."""
    return lambda view: statuses(view).get(node) == "running"


def ended(workspace: Workspace, run_id: str, seconds: float = 20) -> RunView:
    """Wait until the run has ended."""
    eventually(lambda: runs.get_run(workspace, run_id).is_finished, seconds)
    return runs.get_run(workspace, run_id)


def gone(workspace: Workspace) -> None:
    """Wait until no process works for this home; one that only just started notices when its imports are done."""
    eventually(lambda: not children(workspace))


def is_dead(process: psutil.Process) -> bool:
    """Whether a process has ended, though its parent may not have asked for it yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def held_still(workspace: Workspace) -> Iterator[None]:
    """The children of this home stop in the middle of what they do, unless they are done, and go on afterwards."""
    still = children(workspace)
    for child in still:
        with suppress(psutil.NoSuchProcess):
            child.suspend()
    try:
        yield
    finally:
        for child in still:
            with suppress(psutil.NoSuchProcess):
                child.resume()


def half_written(workspace: Workspace) -> list[str]:
    """What was begun in the cache and not ended, and what is there but damaged."""
    folders = [folder.name for folder in workspace.cache.root.iterdir()]
    return [name for name in folders if name.startswith(".") or workspace.cache.get(name) is None]


def children(workspace: Workspace) -> list[psutil.Process]:
    """The processes that do, or wait for, jobs of this home."""
    return [process for process in psutil.process_iter() if _works_for(process, str(workspace.home.path))]


def _works_for(process: psutil.Process, home: str) -> bool:
    try:
        is_child = "engine.child" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        return is_child and process.environ().get("CANVASBACK_HOME") == home
    except psutil.Error:
        return False
