"""The profile of a whole table."""

from importlib.metadata import version

from benchmarks.bench import Bench
from benchmarks.contests.contest import Contest, Medians
from benchmarks.measure import Measured
from benchmarks.results import Line, Reach, compared, limited, megabytes, seconds

SECONDS, MEMORY_MB, MANY_SECONDS = 3.0, 500, 25.0


def profile(bench: Bench) -> Contest:
    """A stored data set, beside the minimal mode of fg-data-profiling; and ten times the rows."""
    few, many = bench.sizes.growth
    homes = {rows: bench.home(f"profile-{rows}", {"customers": bench.data.customers(rows)}) for rows in (few, many)}
    sides = {
        "ours": bench.ours("profiled", homes[few]),
        "theirs": bench.script("data_profiling_minimal", bench.data.customers(few)),
        "many": bench.ours("profiled", homes[many]),
    }
    what = f"Profile of {few:,} × 14 stored rows"
    rival = f"fg-data-profiling {version('fg-data-profiling')}, minimal"
    quick = Line(what, "–", reach=f"≤ {SECONDS:g} s")
    small = Line("the same", "–", reach=f"≤ {megabytes(MEMORY_MB)}")
    long = Line(f"Profile of {many:,} × 14 stored rows", "–", reach=f"≤ {MANY_SECONDS:g} s")

    def lines(found: Medians) -> list[Line]:
        ours, most = found["ours"], found["many"]
        return [
            compared(what, f"{rival}, `python script.py`", ours, found["theirs"], Reach(8), whole=True),
            compared("the same", f"{rival}, its imports not counted", ours, found["theirs"], Reach()),
            limited(quick, SECONDS, [ours], lambda: (ours.seconds, seconds(ours.seconds))),
            limited(small, MEMORY_MB, [ours], lambda: (ours.memory_mb, megabytes(ours.memory_mb))),
            limited(long, MANY_SECONDS, [most], lambda: (most.seconds, _both(most))),
        ]

    return Contest(sides, lines)


def _both(measured: Measured) -> str:
    return f"{seconds(measured.seconds)}, {megabytes(measured.memory_mb)}"
