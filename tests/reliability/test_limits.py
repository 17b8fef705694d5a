"""A run keeps to its memory, time, threads and room on disk, and says which of them ended it, where, and what to do."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pyarrow as pa
import pytest

from engine.errors import InvalidSetting
from engine.graph import Pipeline
from engine.jobs.child_process import ChildProcess
from engine.jobs.ends import died
from engine.limits import RunLimits, machine_memory_mb, read_limits
from engine.service.running import runs
from engine.service.views import RunView
from engine.settings import Settings
from engine.workspace import Workspace
from tests.homes import do_run, import_table, queue_run
from tests.processes import (
    at_work,
    children,
    command,
    ended,
    gone,
    half_written,
    is_at,
    noise,
    slow_pipeline,
    when,
)
from tests.reliability.drawings import MANY, everything
from tests.servers import eventually

MEMORY_GROUPS = Path("/sys/fs/cgroup/memory")

BOOSTED = """
format: 1
name: boosted
nodes:
  numbers: {component: dataset, params: {dataset: numbers}}
  model: {component: hist_gradient_boosting_classifier, params: {target: label, max_iter: 300}}
edges: [numbers -> model]
"""


def run_within(workspace: Workspace, pipeline: Pipeline, seconds: float = 120, **limits: float) -> RunView:
    """Run a pipeline in a process of its own, within limits."""
    run_id = queue_run(workspace, pipeline, limits=read_limits(**limits))
    with at_work(workspace):
        return ended(workspace, run_id, seconds)


def error_of(view: RunView) -> dict[str, Any]:
    assert view.error is not None, view.status
    return view.error


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"memory_mb": 100}, "The memory limit cannot be 100 MB"),
        ({"memory_mb": 10**9}, "The memory limit cannot be"),
        ({"timeout_seconds": 0}, "The time limit cannot be 0 seconds"),
        ({"timeout_seconds": float("nan")}, "The time limit cannot be nan seconds"),
        ({"threads": 0}, "The number of threads cannot be 0"),
        ({"temp_mb": -1}, "The temporary space cannot be -1 MB"),
        ({"speed": 1}, "A run has no limit named 'speed'"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_in_words(given: dict[str, float], told: str) -> None:
    with pytest.raises(InvalidSetting, match=told) as refused:
        read_limits(**given)
    assert refused.value.hint


def test_what_is_asked_for_a_run_counts_before_the_settings(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, run_memory_mb=1_000, run_threads=2)
    limited = settings.limited(RunLimits(threads=1, temp_mb=50).asked())
    assert (limited.run_memory_mb, limited.run_threads, limited.run_temp_mb) == (1_000, 1, 50)
    assert limited.run_timeout_seconds == settings.run_timeout_seconds


def test_the_default_leaves_the_machine_some_memory(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).run_memory_mb <= machine_memory_mb() * 0.6


def test_the_command_line_refuses_a_limit_before_it_does_anything(noisy: Workspace) -> None:
    process = command(noisy.settings, "run", "nothing", "--memory-mb", "5", "--json")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert json.loads(out)["error"]["field"] == "memory_mb"


def test_a_run_ends_at_its_time_limit(noisy: Workspace) -> None:
    view = run_within(noisy, slow_pipeline(), timeout_seconds=1.5)
    error = error_of(view)
    assert (view.status, error["code"]) == ("failed", "limit_reached")
    assert "time limit of 1.5 seconds" in error["message"]
    assert half_written(noisy) == []
    gone(noisy)


@pytest.mark.slow
def test_a_run_ends_at_its_time_limit_and_says_where_and_what_to_do(noisy: Workspace) -> None:
    queue_run(noisy, slow_pipeline())
    runs.cancel_run(noisy, runs.list_runs(noisy)[0].id)
    process = command(noisy.settings, "run", "slow", "--timeout", "15", "--memory-mb", "8000", "--json")
    out, err = process.communicate(timeout=60)
    told = json.loads(out)
    assert (process.returncode, told["status"], told["error"]["code"]) == (1, "failed", "limit_reached")
    assert told["error"]["node"] == "model"
    assert "time limit of 15 seconds. It was at the node 'Random forest'" in told["error"]["message"]
    assert "raise the time limit" in err
    gone(noisy)


@pytest.mark.slow
def test_more_memory_than_allowed_ends_that_run_alone_and_names_the_node(noisy: Workspace) -> None:
    view = run_within(noisy, slow_pipeline(), memory_mb=512)
    error = error_of(view)
    assert (view.status, error["code"], error["node"]) == ("failed", "limit_reached", "model")
    assert "512 MB" in error["message"]
    assert error["hint"]
    assert next(node for node in view.nodes if node.node == "model").error is not None
    assert half_written(noisy) == []
    gone(noisy)


@pytest.fixture
def some(noisy: Workspace, tmp_path: Path) -> Workspace:
    """A home with 2,400 rows: crossed with themselves they are larger than the least memory limit."""
    import_table(noisy, "some", noise(2_400), tmp_path)
    return noisy


@pytest.mark.slow
def test_what_does_not_fit_in_memory_is_put_aside_on_disk(some: Workspace) -> None:
    view = run_within(some, Pipeline.from_yaml(MANY), memory_mb=700)
    assert view.status == "succeeded", view.error
    assert half_written(some) == []


@pytest.mark.slow
def test_the_room_for_that_is_bounded_too(some: Workspace) -> None:
    view = run_within(some, Pipeline.from_yaml(MANY), memory_mb=700, temp_mb=20)
    error = error_of(view)
    assert (view.status, error["code"]) == ("failed", "limit_reached")
    assert "20 MB of temporary space" in error["message"]
    assert error["node"] in ("crossed", "distinct")
    assert error["hint"]
    assert half_written(some) == []


@pytest.mark.slow
def test_one_thread_is_one_core_for_the_model_too(noisy: Workspace) -> None:
    view = run_within(noisy, Pipeline.from_yaml(BOOSTED), threads=1)
    assert view.status == "succeeded", view.error
    model = next(node for node in view.nodes if node.node == "model")
    assert model.cpu_seconds is not None
    assert model.seconds is not None
    assert model.cpu_seconds <= model.seconds * 1.1


WIDE = """
format: 1
name: wide
nodes:
  words: {component: dataset, params: {dataset: words}}
  encode: {component: encode_one_hot, params: {columns: [word], max_categories: 1000}}
  model: {component: hist_gradient_boosting_classifier, params: {target: label}}
edges: [words -> encode, encode -> model]
"""


def test_a_matrix_that_cannot_fit_is_refused_with_advice(new_home: Callable[..., Workspace], tmp_path: Path) -> None:
    home, rows = new_home(run_memory_mb=512), 40_000
    words = [f"word {i % 1_000}" for i in range(rows)]
    import_table(home, "words", pa.table({"word": words, "label": [i % 2 for i in range(rows)]}), tmp_path)
    view = do_run(home, Pipeline.from_yaml(WIDE))
    error = error_of(view)
    assert (view.status, error["code"], error["node"]) == ("failed", "limit_reached", "model")
    assert "1,000 columns (256 MB), and 332 MB while it is filled, but the run has room for 162 MB" in error["message"]
    for advice in ("Sample rows", "fewer categories of 'word'", "float32", "raise the memory limit by", "Spark"):
        assert advice in error["hint"]
    assert half_written(home) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_is_told_by_the_name_of_its_signal(noisy: Workspace, number: signal.Signals) -> None:
    run_id = queue_run(noisy, slow_pipeline())
    with at_work(noisy):
        when(noisy, run_id, is_at("model"))
        children(noisy)[0].send_signal(number)
        view = ended(noisy, run_id)
    error = error_of(view)
    assert (view.status, error["code"], error["node"]) == ("crashed", "process_died", "model")
    assert f"signal {number:d}, {number.name}" in error["message"]
    assert half_written(noisy) == []


@pytest.mark.parametrize(
    ("exit_code", "machine_ran_out", "words"),
    [
        (-signal.SIGSEGV, False, "crashed (signal 11, SIGSEGV: Segmentation fault)"),
        (-signal.SIGKILL, False, "was killed from outside"),
        (-signal.SIGKILL, True, "because the machine ran out of memory"),
        (-signal.SIGSEGV, True, "crashed (signal 11"),
        (1, False, "ended without a word (exit code 1)"),
    ],
)
def test_every_death_has_words_and_advice(exit_code: int, machine_ran_out: bool, words: str) -> None:
    error = died(exit_code, machine_ran_out=machine_ran_out)
    assert words in error["message"]
    assert error["hint"]


@pytest.fixture
def little_machine() -> Iterator[Path]:
    """A group of processes that have less memory than a run is allowed."""
    if os.geteuid() != 0 or not (MEMORY_GROUPS / "memory.limit_in_bytes").exists():
        pytest.skip("needs root and memory control groups (version 1)")
    group = MEMORY_GROUPS / f"canvasback-{uuid4().hex}"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(40_000_000))
    yield group
    eventually(lambda: not (group / "cgroup.procs").read_text())
    group.rmdir()


@pytest.mark.slow
def test_the_system_that_kills_for_lack_of_memory_is_told_apart(noisy: Workspace, little_machine: Path) -> None:
    run_id = queue_run(noisy, slow_pipeline(), limits=RunLimits(memory_mb=4_000))
    with at_work(noisy):
        when(noisy, run_id, is_at("model"))
        (little_machine / "cgroup.procs").write_text(str(children(noisy)[0].pid))
        view = ended(noisy, run_id, 60)
    error = error_of(view)
    assert (view.status, error["code"], error["node"]) == ("crashed", "machine_out_of_memory", "model")
    assert "ran out of memory" in error["message"]
    assert "Lower the memory limit" in error["hint"]


GREEDY = """
import subprocess, sys, time
more = "import time; kept = bytearray(300_000_000); time.sleep(60)"
subprocess.Popen([sys.executable, "-c", more], start_new_session=True)
time.sleep(60)
"""


LAST_WORD = """
print("a library says hello")
print('{"code": "disk_full", "message": "The disk is full."}')
"""


def test_the_last_word_of_a_child_is_heard(tmp_path: Path) -> None:
    child = ChildProcess(Settings(home=tmp_path), (sys.executable, "-c", LAST_WORD))
    try:
        assert child.ends_within(20)
        assert child.last_word() == {"code": "disk_full", "message": "The disk is full."}
    finally:
        child.kill()


def test_what_a_child_starts_counts_and_ends_with_it(tmp_path: Path) -> None:
    child = ChildProcess(Settings(home=tmp_path), (sys.executable, "-c", GREEDY))
    try:
        eventually(lambda: child.memory_mb() > 300)
        grandchild = psutil.Process(child.process.pid).children()[0]
    finally:
        child.kill()
    eventually(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.slow
def test_a_run_within_its_limits_is_as_good_as_any(noisy: Workspace) -> None:
    limits = {"memory_mb": 2_000, "timeout_seconds": 600, "threads": 1, "temp_mb": 1_000}
    view = run_within(noisy, everything(), **limits)
    assert view.status == "succeeded", view.error
    again = do_run(noisy, everything())
    assert again.reused == len(again.nodes)
