"""Real workers and their children, found by the home they work for."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import psutil
import pyarrow as pa

from engine.graph import Pipeline
from engine.settings import Settings
from engine.workspace import Workspace

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


def children(workspace: Workspace) -> list[psutil.Process]:
    """The processes that do, or wait for, jobs of this home."""
    return [process for process in psutil.process_iter() if _works_for(process, str(workspace.home.path))]


def _works_for(process: psutil.Process, home: str) -> bool:
    try:
        is_child = "engine.child" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        return is_child and process.environ().get("CANVASBACK_HOME") == home
    except psutil.Error:
        return False
