"""Beside other products with a canvas, each in an environment of its own."""

from benchmarks.bench import Bench
from benchmarks.contests.contest import Contest, Medians
from benchmarks.environments import PACKAGES
from benchmarks.results import Line, Reach, compared


def orange(bench: Bench) -> Contest:
    """A CSV file to the matrix, as Orange's own widgets do it."""
    rows = bench.sizes.run_rows
    file = bench.data.customers(rows, "csv")
    sides = {
        "ours": bench.ours("matrix", bench.scratch / "orange_csv", "plain", file),
        "orange": bench.guest("orange", file),
    }
    what = f"Read CSV, impute, scale, one-hot: {rows:,} × 14 rows"

    def lines(found: Medians) -> list[Line]:
        return [compared(what, PACKAGES["orange"], found["ours"], found["orange"], Reach(10, 0.33))]

    return Contest(sides, lines)


def flowfile(bench: Bench) -> Contest:
    """Ten nodes over two tables."""
    rows = bench.sizes.matrix_rows
    sales, stores = bench.data.sales(rows), bench.data.stores()
    sides = {
        "ours": bench.ours("table", bench.home("flowfile_table", {"sales": sales, "stores": stores})),
        "flowfile": bench.guest("flowfile", sales, stores, bench.scratch / "flowfile.parquet"),
    }
    what = f"Ten nodes (filters, formula, joins, window, groups) on {rows:,} rows"

    def lines(found: Medians) -> list[Line]:
        return [compared(what, PACKAGES["flowfile"], found["ours"], found["flowfile"], Reach(1))]

    return Contest(sides, lines)
