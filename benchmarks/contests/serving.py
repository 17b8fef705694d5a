"""Endpoints under load, beside what people serve models with."""

import sys
from pathlib import Path

from benchmarks.bench import Bench, CannotPrepare
from benchmarks.contests.contest import Contest, Medians
from benchmarks.environments import PACKAGES
from benchmarks.load import CONNECTIONS, MANY_RECORDS, NoLoad, check_wrk
from benchmarks.measure import Command, Measured
from benchmarks.results import Line, limited, seconds

MOST_ROWS = 100_000
TIMES, PART, SINGLE, MANY_SECONDS = 12.0, 0.4, 1.2, 0.030
PLAIN, EMPTY = "FastAPI + scikit-learn handler", "empty FastAPI handler"
UNDER_LOAD = f"{CONNECTIONS} clients, one record a request"


def serving(bench: Bench) -> Contest:
    """The same model behind our API, a plain handler and MLflow's server; and a handler that does nothing."""
    try:
        check_wrk()
    except NoLoad as error:
        raise CannotPrepare(str(error)) from error
    rows = bench.data.customers(min(MOST_ROWS, bench.sizes.run_rows))
    home, time = bench.scratch / "serving", bench.sizes.load_seconds
    bench.prepare(_ours("keep", home, rows))
    sides = {
        "ours": _ours("load", home, time),
        "plain": bench.script("plain_script", rows, time),
        "mlflow": bench.guest("mlflow", rows, bench.scratch / "mlflow_model", time),
        "empty": bench.script("plain_script", "empty", time),
        "swap": _ours("swap", home, time),
    }

    def lines(found: Medians) -> list[Line]:
        ours = found["ours"]
        rivals = {PLAIN: found["plain"], f"{PACKAGES['mlflow']}, models serve": found["mlflow"]}
        return [
            *(_throughput(name, ours, theirs) for name, theirs in rivals.items()),
            _part(ours, found["empty"]),
            *(_slowest(name, ours, theirs) for name, theirs in rivals.items()),
            _single(ours, found["plain"]),
            _many(ours),
            _swap(found["swap"]),
        ]

    return Contest(sides, lines)


def _ours(command: str, home: Path, *arguments: object) -> Command:
    return Command(Path(sys.executable), "benchmarks.serving", (command, str(home), *map(str, arguments)))


def _throughput(name: str, ours: Measured, theirs: Measured) -> Line:
    line = Line(UNDER_LOAD, name, reach=f"≥ {TIMES:g} × the throughput")

    def found() -> tuple[float, str]:
        times = theirs.seconds / ours.seconds
        return -times, f"{_rate(ours)} against {_rate(theirs)} a second: {times:.1f} ×"

    return limited(line, -TIMES, [ours, theirs], found)


def _part(ours: Measured, empty: Measured) -> Line:
    line = Line(UNDER_LOAD, EMPTY, reach=f"≥ {PART:.0%} of it")

    def found() -> tuple[float, str]:
        part = empty.seconds / ours.seconds
        return -part, f"{_rate(ours)} against {_rate(empty)} a second: {part:.0%}"

    return limited(line, -PART, [ours, empty], found)


def _slowest(name: str, ours: Measured, theirs: Measured) -> Line:
    line = Line(f"{UNDER_LOAD}: 99 of 100 within", name, reach="less")

    def found() -> tuple[float, str]:
        mine, other = ours.figure("p99"), theirs.figure("p99")
        return mine / other, f"{seconds(mine)} against {seconds(other)}"

    return limited(line, 1.0, [ours, theirs], found)


def _single(ours: Measured, plain: Measured) -> Line:
    line = Line("One client, one record: median", PLAIN, reach=f"≤ {SINGLE:g} × its time")

    def found() -> tuple[float, str]:
        mine, other = ours.figure("single"), plain.figure("single")
        return mine / other, f"{seconds(mine)} against {seconds(other)}: {mine / other:.2f} ×"

    return limited(line, SINGLE, [ours, plain], found)


def _many(ours: Measured) -> Line:
    line = Line(f"One request with {MANY_RECORDS:,} records: median", "–", reach=f"< {MANY_SECONDS * 1_000:.0f} ms")
    return limited(line, MANY_SECONDS, [ours], lambda: (ours.figure("many"), seconds(ours.figure("many"))))


def _swap(swap: Measured) -> Line:
    line = Line("The version that answers is swapped under load", "–", reach="no error")

    def found() -> tuple[float, str]:
        errors, swaps = swap.figure("errors"), swap.figure("swaps")
        return errors, f"{errors:.0f} errors in {swap.figure('requests'):,.0f} requests, {swaps:.0f} swaps"

    return limited(line, 0.0, [swap], found)


def _rate(side: Measured) -> str:
    return f"{1 / side.seconds:,.0f}"
