"""The table of runs, filtered, sorted and paged, beside MLflow's."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.contests.contest import Contest, Medians
from benchmarks.environments import PACKAGES
from benchmarks.measure import Command
from benchmarks.recorded_runs import QUESTIONS
from benchmarks.results import Line, agree, limited, seconds

SECONDS = 1.0


def run_table(bench: Bench) -> Contest:
    """The same runs in both stores, the same questions; both sides in a process that is warm."""
    runs = bench.sizes.recorded_runs
    home, store = bench.scratch / "runs", bench.scratch / "mlflow-runs.db"
    bench.prepare(_ours("keep", home, runs))
    bench.prepare(bench.guest("mlflow", "keep", store, runs, script="mlflow_runs"))
    sides = {
        "ours": _ours("ask", home, runs),
        "mlflow": bench.guest("mlflow", "ask", store, runs, script="mlflow_runs"),
    }

    def lines(found: Medians) -> Iterator[Line]:
        ours, theirs = found["ours"], found["mlflow"]
        same = ours.error or theirs.error or agree(ours, theirs)
        for question in QUESTIONS:
            what = f"Page of {runs:,} runs: {question.name}"
            line = Line(what, f"{PACKAGES['mlflow']}, search_runs" if same else "other runs came", reach="faster")

            def times(name: str = question.name) -> tuple[float, str]:
                mine, other = ours.figure(name), theirs.figure(name)
                return mine / other, f"{seconds(mine)} against {seconds(other)}: {other / mine:.1f} × as fast"

            yield limited(line, 1.0 if same else 0.0, [ours, theirs], times)

        def slowest() -> tuple[float, str]:
            name = max((question.name for question in QUESTIONS), key=ours.figure)
            return ours.figure(name), f"{name}: {seconds(ours.figure(name))}"

        yield limited(Line("The slowest of them", "–", reach=f"≤ {SECONDS:g} s"), SECONDS, [ours], slowest)

    return Contest(sides, lines, runs=1)


def _ours(command: str, home: Path, runs: int) -> Command:
    return Command(Path(sys.executable), "benchmarks.many_runs", (command, str(home), str(runs)))
