"""Measure the product beside what people would use instead, and write RESULTS.md: ``python -m benchmarks.run``."""

import argparse
import platform
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import platformdirs
import psutil

from benchmarks.bench import Bench, CannotPrepare
from benchmarks.contests import CONTESTS
from benchmarks.environments import PACKAGES, CannotInstall
from benchmarks.found import Found, keep, kept
from benchmarks.measure import in_turn
from benchmarks.results import Line, every_run, table
from benchmarks.sizes import FULL, QUICK

RESULTS = Path(__file__).with_name("RESULTS.md")
PROFILE = Path(__file__).with_name("PROFILE.md")
"""Where the time goes, written by hand; part of the results."""
LIBRARIES = ("duckdb", "ibis-framework", "pyarrow", "pandas", "scikit-learn", "numpy")

HOW = """
Every command runs in a process of its own, the sides in turn (A B A B …), after one round that does not count; medians
of {runs}. *Ours* and *theirs* are the time of the work and the peak of resident memory of all processes of the command,
sampled 50 times a second. Right before the work begins, the harness touches 8 GB of memory and gives it back, because a
virtual machine that has returned memory to its host gets it again at a price that has nothing to do with either side.

- The time of the work begins when the interpreter has started and everything is imported, and ends when the result is
  there: libraries are compared with libraries. The last table has the time of the whole process too.
- *To the matrix*: our side checks, plans and executes the pipeline of `benchmarks/pipelines.py` with an empty cache,
  from the stored data set (Parquet, verified by its hash) or from the file, which is then imported, stored and
  profiled. The others read a Parquet or CSV file. Both sides make the same matrix; rows, columns and the sum of all
  absolute values are compared.
- *Whole run* and *Late flights* are what a person waits: ours from asking until the run has ended, on a home whose
  worker is running with its next process warm, the cache empty; theirs is `python script.py` from start to end. Our
  memory is that of the process that does the run. Reruns follow as soon as the next process is warm.
- *Profile*: ours is everything that an import measures (exact different values, quantiles and moments, histograms,
  patterns, keys, what is missing together, four measures of pairs, findings, summary); theirs is the description that
  `ProfileReport(minimal=True)` makes of the same rows, without pairs and without the page; once as the script that a
  person waits for, once without its imports. Ours runs where an import runs: in a process that has imported everything.
- *Chart*: ours is drawn from the stored data set by what the page calls, up to the JSON that Plotly draws from;
  theirs reads the needed columns of a Parquet file with pandas, aggregates them, and makes a Plotly figure of the
  same kind. Both draw 5,000 of the single points, and curves from counts in ranges.
- *A frame*, and *“Saved”*: `benchmarks/window.py` starts the user interface, opens a chain of nodes in headless
  Chromium without a graphics card, lays it out, brings all of it into view, and drags cards with the mouse, eight after
  one that does not count (there is no round beside). Frames are the time between two `requestAnimationFrame` while the
  button is down; *Saved* is the time from its release until the canvas says that the server has it.
- *AutoML*: five real tables (`benchmarks/real_tables.py`), once each: both sides get the same train rows, 60 seconds
  and two cores, and are scored by scikit-learn on the same held-out fifth. Ours is the node AutoML of a pipeline with
  one-hot encoded texts; FLAML gets texts as categories and prepares them itself. The range says how far the difference
  would vary with other held-out rows; *level* is what it does not tell from zero, or better. Two tables come from the
  folder that `CANVASBACK_BENCH_TABLES` names.
- *A page of runs*: the same runs, ten settings and ten metrics each, in a store of ours and in MLflow's in SQLite; ours
  asks for all that the page *Runs* reads before it draws itself, theirs calls `search_runs` for 50 runs. Both in one
  process, the median of five after one that does not count; the sums of the scores on the pages are compared. Writing
  the runs down comes first, does not count, and takes some minutes.
- *Serving*: the same nine columns and gradient boosting behind each server, one process each, on loopback; `wrk` asks
  from one thread and 64 connections for ten seconds, after two that do not count, then one client asks 300 times with
  one record and 40 times with 1,000, one request after the other. Ours checks keys and records, answers with ids, and
  keeps every prediction in its log. The empty handler is FastAPI's own with a typed body that nobody looks at. While
  versions are swapped, `canvasback`'s own rollback is called ten times.
- *Check and plan*: the pure functions, in a fresh process that has planned another small pipeline before.
- Ours is `benchmarks/ours.py`; the others are in `benchmarks/rivals/`, tables in `benchmarks/data.py`.
"""


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small tables, one run: does the harness work?")
    parser.add_argument("--only", nargs="*", choices=CONTESTS, default=list(CONTESTS), help="the others keep theirs")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--folder", type=Path, default=Path(platformdirs.user_cache_dir("canvasback-benchmarks")))
    asked = parser.parse_args()
    sizes = QUICK if asked.quick else FULL
    runs = asked.runs or sizes.runs
    asked.folder.mkdir(parents=True, exist_ok=True)
    folder = asked.folder / ("found-quick" if asked.quick else "found")
    for name in asked.only:
        with tempfile.TemporaryDirectory(dir=asked.folder, prefix="scratch-") as scratch:
            found = compete(name, Bench(sizes, asked.folder, Path(scratch)), runs)
        print("\n".join(map(str, found.lines)), flush=True)
        keep(folder, name, found)
        told = "\n".join(page(kept(folder, list(CONTESTS))))
        asked.results.write_text(told.replace(f"{asked.folder}/", ""), encoding="utf-8")


def compete(name: str, bench: Bench, runs: int) -> Found:
    """What a contest finds; one that cannot be prepared is told, not left out."""
    try:
        contest = CONTESTS[name](bench)
    except (CannotInstall, CannotPrepare) as error:
        return Found([Line(name, "", found=f"not measured: {error}")], [], runs, 0)
    load = psutil.getloadavg()[0]
    measured = in_turn(contest.sides, contest.runs or runs, is_first_counted=contest.has_own_start)
    return Found(list(contest.lines(measured)), list(measured.values()), runs, load)


def page(found: Sequence[Found]) -> list[str]:
    """RESULTS.md."""
    ours = [f"{name} {version(name)}" for name in LIBRARIES]
    libraries = ", ".join([f"Python {platform.python_version()}", *ours, *PACKAGES.values()])
    runs = min(one.runs for one in found)
    load = max(one.load for one in found)
    return [
        "# Measured",
        "",
        f"`make bench` on {machine()}, load {load:.1f} at most before a measure began; {libraries}.",
        "",
        *table(line for one in found for line in one.lines),
        "",
        PROFILE.read_text(encoding="utf-8"),
        "## What is timed",
        HOW.format(runs=f"{runs} runs" if runs > 1 else "1 run"),
        "## Every run",
        "",
        *every_run(measured for one in found for measured in one.measured),
        "",
    ]


def machine() -> str:
    """What it was measured on."""
    memory = psutil.virtual_memory().total / 1e9
    cores = f"{psutil.cpu_count()} cores ({processor()})"
    return f"{cores}, {memory:.0f} GB, {platform.system()} {platform.machine()}"


def processor() -> str:
    """The processor's name, where the system tells it."""
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
