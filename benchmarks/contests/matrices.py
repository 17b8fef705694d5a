"""From stored rows, and from a file, to the matrix a model learns from."""

from benchmarks.bench import Bench
from benchmarks.contests.contest import Contest, Medians
from benchmarks.results import Line, Reach, compared, limited, seconds

BY_HAND = "DuckDB SQL written by hand"


def matrix(bench: Bench) -> Contest:
    """Stored rows, beside pandas and hand-written SQL."""
    rows = bench.sizes.matrix_rows
    file = bench.data.customers(rows)
    what = f"Filter, derive, impute, scale, one-hot: {rows:,} × 14 stored rows to the matrix"
    sides = {
        "ours": bench.ours("matrix", bench.home("matrix", {"customers": file}), "prepare"),
        "pandas": bench.script("pandas_sklearn", "matrix", file),
        "float32": bench.script("pandas_sklearn", "matrix", file, "--dtype", "float32"),
        "sql": bench.script("duckdb_sql", file),
    }

    def lines(found: Medians) -> list[Line]:
        ours = found["ours"]
        return [
            compared(what, "pandas + scikit-learn from Parquet", ours, found["pandas"], Reach(5, 0.3)),
            compared("the same", "the same script, in float32 throughout", ours, found["float32"], Reach()),
            compared("the same", BY_HAND, ours, found["sql"], Reach(0.8)),
        ]

    return Contest(sides, lines)


def csv(bench: Bench) -> Contest:
    """A CSV file, its import included."""
    rows = bench.sizes.matrix_rows
    file = bench.data.customers(rows, "csv")
    what = f"The same from a CSV file of {rows:,} rows, import included"
    sides = {
        "ours": bench.ours("matrix", bench.scratch / "csv", "prepare", file),
        "pandas": bench.script("pandas_sklearn", "matrix", file),
        "sql": bench.script("duckdb_sql", file),
    }

    def lines(found: Medians) -> list[Line]:
        against = f"{BY_HAND}, which stores and profiles nothing"
        return [
            compared(what, "pandas + scikit-learn from CSV", found["ours"], found["pandas"], Reach(2.5, 0.4)),
            compared("the same", against, found["ours"], found["sql"], Reach()),
        ]

    return Contest(sides, lines)


def growth(bench: Bench) -> Contest:
    """Ten times the rows."""
    few, many = bench.sizes.growth
    homes = {rows: bench.home(f"growth-{rows}", {"customers": bench.data.customers(rows)}) for rows in (few, many)}
    sides = {str(rows): bench.ours("matrix", home, "prepare") for rows, home in homes.items()}
    line = Line(f"Stored rows to the matrix, from {few:,} to {many:,}", "linear", reach="≤ 1.1 × linear")

    def lines(found: Medians) -> list[Line]:
        small, large = found[str(few)], found[str(many)]

        def ratio() -> tuple[float, str]:
            value = large.seconds / small.seconds / (many / few)
            return value, f"{seconds(small.seconds)}, {seconds(large.seconds)}: {value:.2f} × linear"

        return [limited(line, 1.1, [small, large], ratio)]

    return Contest(sides, lines)
