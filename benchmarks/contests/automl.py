"""The best model for five real tables within a time, beside FLAML."""

from pathlib import Path

import numpy as np

from benchmarks import real_tables
from benchmarks.bench import Bench
from benchmarks.contests.contest import Contest, Medians
from benchmarks.environments import PACKAGES
from benchmarks.held_out import score
from benchmarks.results import Line

DRAWN = 2_000
"""So often the held-out rows are drawn anew, to tell a difference from chance."""
SURE = 0.95


def automl(bench: Bench) -> Contest:
    """The same train rows, seconds and metric; scored on the same held-out rows."""
    seconds, tables = bench.sizes.automl_seconds, list(real_tables.tables().items())[: bench.sizes.automl_tables]
    sides, answers = {}, {}
    for name, real in tables:
        file = real_tables.write(name, bench.folder / "data", bench.sizes.automl_rows)
        home = bench.home(f"automl {name}", {"rows": file})
        for side in ("ours", "flaml"):
            answers[name, side] = bench.scratch / f"{name}-{side}.npz"
        sides[f"{name}, ours"] = bench.ours("auto_ml", home, real.task, real.metric, seconds, answers[name, "ours"])
        sides[f"{name}, flaml"] = bench.guest("flaml", file, real.metric, seconds, answers[name, "flaml"])

    def lines(found: Medians) -> list[Line]:
        return [_line(found, name, real.metric, seconds, answers) for name, real in tables]

    return Contest(sides, lines, runs=1)


def _line(
    found: Medians, name: str, metric: str, seconds: float, answers: dict[tuple[str, str], Path]
) -> Line:  # fmt: skip
    ours, theirs = found[f"{name}, ours"], found[f"{name}, flaml"]
    what, reach = f"AutoML in {seconds:g} s: {name}, {metric} on held-out rows", "at least level"
    failed = ours.error or theirs.error
    if failed:
        return Line(what, PACKAGES["flaml"], found=f"not measured: {failed}", reach=reach)
    low, high = difference(metric, answers[name, "ours"], answers[name, "flaml"])
    a, b = ours.figure("score"), theirs.figure("score")
    told = f"{a - b:+.4f} (95 % of redrawn test rows: {low:+.4f} to {high:+.4f})"
    return Line(what, PACKAGES["flaml"], f"{a:.4f}", f"{b:.4f}", told, reach, high >= 0)


def difference(metric: str, ours: Path, theirs: Path) -> tuple[float, float]:
    """Between which figures the difference of the scores lies, were the held-out rows drawn again."""
    with np.load(ours) as a, np.load(theirs) as b:
        one, other = dict(a), dict(b)
    if not np.allclose(one["truth"], other["truth"]):
        raise ValueError("the sides were scored on different rows")
    random, truth = np.random.default_rng(0), one["truth"]
    found: list[float] = []
    while len(found) < DRAWN:
        drawn = random.integers(0, len(truth), len(truth))
        if metric == "roc_auc" and len(np.unique(truth[drawn])) == 1:
            continue
        scores = [score(metric, truth[drawn], side["said"][drawn]) for side in (one, other)]
        found.append(scores[0] - scores[1])
    low, high = np.quantile(found, [(1 - SURE) / 2, (1 + SURE) / 2])
    return float(low), float(high)
