"""Run commands in turn, each in a process of its own, and take the medians."""

import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.report import READY, timed
from benchmarks.warm import warm_memory
from benchmarks.watch import Watch

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 1_800


@dataclass(frozen=True)
class Command:
    """What one side runs.

    Parameters
    ----------
    python
        The interpreter of its environment.
    module
        Run with ``-m`` from the repository; it reports its figures as JSON on its last line.
    """

    python: Path
    module: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join(["python -m", self.module, *self.arguments])


@dataclass(frozen=True)
class Outcome:
    """One run of a command.

    Parameters
    ----------
    whole_seconds
        From the start of the process to its end, interpreter and imports included, warming of memory excluded.
    memory_mb
        Most resident memory of its processes together.
    figures
        What it reported; ``seconds`` is the work alone.
    """

    whole_seconds: float
    memory_mb: float
    figures: Mapping[str, Any]
    error: str = ""


@dataclass(frozen=True)
class Measured:
    """Several runs of a command."""

    command: str
    outcomes: Sequence[Outcome]

    @property
    def error(self) -> str:
        """Why there is nothing to compare; empty when there is."""
        return next((outcome.error for outcome in self.outcomes if outcome.error), "")

    @property
    def seconds(self) -> float:
        """Median of the work alone."""
        return self.figure("seconds")

    @property
    def whole_seconds(self) -> float:
        """Median of the whole process."""
        return statistics.median(outcome.whole_seconds for outcome in self.outcomes)

    @property
    def memory_mb(self) -> float:
        """Median of the peaks."""
        return statistics.median(float(o.figures.get("memory_mb", o.memory_mb)) for o in self.outcomes)

    def figure(self, name: str) -> float:
        """Median of a reported figure."""
        return statistics.median(float(outcome.figures[name]) for outcome in self.outcomes)


def run(command: Command, *, warm: bool = False) -> Outcome:
    """Run a command once.

    Parameters
    ----------
    warm
        Whether memory is made ready right before the work begins.
    """
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as complaints,
        subprocess.Popen(
            [str(command.python), "-m", command.module, *command.arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), READY: "1", **command.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process,
    ):
        with Watch(process.pid) as watch:
            told, warming = _talk(process, warm=warm)
        seconds = time.perf_counter() - started - warming
        complaints.seek(0)
        reasons = complaints.read().strip().splitlines()
    if process.returncode or not told:
        reason = (reasons or [f"exit code {process.returncode} (stopped after {PATIENCE_SECONDS} s)"])[-1]
        return Outcome(seconds, watch.peak_mb, {}, reason)
    return Outcome(seconds, watch.peak_mb, json.loads(told))


def in_turn(sides: Mapping[str, Command], runs: int, *, is_first_counted: bool = False) -> dict[str, Measured]:
    """Run all sides A B A B …, after one round that does not count; a side that fails is not tried again.

    Parameters
    ----------
    is_first_counted
        Whether there is no such round.
    """
    outcomes: dict[str, list[Outcome]] = {name: [] for name in sides}
    uncounted = 0 if runs == 1 or is_first_counted else 1
    for number in range(runs + uncounted):
        for name, command in sides.items():
            if any(outcome.error for outcome in outcomes[name]):
                continue
            outcome = run(command, warm=runs > 1)  # one run only shows that it works
            if number >= uncounted or outcome.error:
                outcomes[name].append(outcome)
    return {name: Measured(str(command), outcomes[name]) for name, command in sides.items()}


def _talk(process: "subprocess.Popen[str]", *, warm: bool) -> tuple[str, float]:
    """The last line a command said, and the seconds it was kept waiting while memory was warmed."""
    assert process.stdin is not None
    assert process.stdout is not None
    patience = threading.Timer(PATIENCE_SECONDS, process.kill)
    patience.start()
    last, warming = "", 0.0
    for line in process.stdout:
        last = line.strip()
        if last == READY:
            warming += timed(warm_memory)[1] if warm else 0.0
            process.stdin.write("\n")
            process.stdin.flush()
    process.wait()
    patience.cancel()
    return last, warming
