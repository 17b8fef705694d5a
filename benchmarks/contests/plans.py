"""Checking and planning long pipelines."""

from benchmarks.bench import Bench
from benchmarks.contests.contest import Contest, Medians
from benchmarks.results import Line, limited, seconds

SMALL = 20_000


def plan(bench: Bench) -> Contest:
    """Chains of more and more nodes, nothing remembered."""
    home = bench.home("plan", {"customers": bench.data.customers(SMALL)})
    lengths = bench.sizes.chains
    first, last = lengths[0], lengths[-1]
    sides = {str(length): bench.ours("chain", home, length) for length in lengths}
    quick = Line(f"Check and plan of a {last}-node pipeline", "–", reach="≤ 200 ms")
    linear = Line(f"Check and plan from {first} to {last} nodes", "linear", reach="≤ 1.1 × linear")

    def lines(found: Medians) -> list[Line]:
        def growth() -> tuple[float, str]:
            each = {length: found[str(length)].seconds / length for length in lengths}
            told = ", ".join(f"{length} nodes {spent * 1e6:.0f} µs each" for length, spent in each.items())
            return each[last] / each[first], told

        longest = found[str(last)]
        return [
            limited(quick, 0.2, [longest], lambda: (longest.seconds, seconds(longest.seconds))),
            limited(linear, 1.1, found.values(), growth),
        ]

    return Contest(sides, lines)
