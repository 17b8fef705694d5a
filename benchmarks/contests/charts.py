"""Each kind of chart over all rows, until a browser would get it."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.chart_kinds import CHARTS
from benchmarks.contests.contest import Contest, Medians
from benchmarks.results import Line, Reach, compared, limited, seconds

SECONDS = 1.0
RIVAL = "pandas + Plotly, from Parquet"


def charts(bench: Bench) -> Contest:
    """Ours from the stored data set, theirs from a Parquet file; the time of the work alone."""
    rows = bench.sizes.growth[1]
    file = bench.data.customers(rows)
    home = bench.home("charts", {"customers": file})
    sides = {}
    for name in CHARTS:
        sides[name] = bench.ours("chart", home, name)
        sides[f"their {name}"] = bench.script("pandas_plotly", file, name)

    def lines(found: Medians) -> Iterator[Line]:
        for name in CHARTS:
            ours, theirs = found[name], found[f"their {name}"]
            yield compared(f"Chart of {rows:,} rows: {name}", RIVAL, ours, theirs, Reach())
        drawn = [found[name] for name in CHARTS]

        def slowest() -> tuple[float, str]:
            name = max(CHARTS, key=lambda one: found[one].seconds)
            return found[name].seconds, f"{name}: {seconds(found[name].seconds)}"

        yield limited(Line("The slowest of them", "–", reach=f"≤ {SECONDS:g} s"), SECONDS, drawn, slowest)

    return Contest(sides, lines)
