"""Everything that is measured, by name."""

from collections.abc import Callable, Mapping

from benchmarks.bench import Bench
from benchmarks.contests.automl import automl
from benchmarks.contests.canvas import canvas
from benchmarks.contests.charts import charts
from benchmarks.contests.contest import Contest
from benchmarks.contests.matrices import csv, growth, matrix
from benchmarks.contests.peers import flowfile, orange
from benchmarks.contests.plans import plan
from benchmarks.contests.profiles import profile
from benchmarks.contests.run_table import run_table
from benchmarks.contests.runs import beyond_memory, late_flights, whole_run
from benchmarks.contests.serving import serving

CONTESTS: Mapping[str, Callable[[Bench], Contest]] = {
    make.__name__: make
    for make in (
        matrix,
        csv,
        whole_run,
        plan,
        profile,
        charts,
        beyond_memory,
        growth,
        orange,
        flowfile,
        late_flights,
        canvas,
        automl,
        run_table,
        serving,
    )
}
"""Making one prepares its files, homes and environments; it may raise `CannotPrepare` or `CannotInstall`."""
