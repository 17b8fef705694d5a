"""The benchmarks can be run: small tables, one run of each side, a page of results."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.data import Data
from benchmarks.measure import Measured, Outcome
from benchmarks.results import Reach, compared

ROOT = Path(__file__).parents[2]


def measured(seconds: float = 1.0, memory_mb: float = 100.0, checksum: float = 5.0, error: str = "") -> Measured:
    """A side that ran once."""
    figures = {} if error else {"seconds": seconds, "rows": 2, "checksum": checksum}
    return Measured("command", [Outcome(seconds, memory_mb, figures, error)])


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The results of two contests, measured quickly."""
    folder = tmp_path_factory.mktemp("benchmarks")
    results = folder / "RESULTS.md"
    words = ["-m", "benchmarks.run", "--quick", "--only", "matrix", "plan"]
    words += ["--folder", str(folder), "--results", str(results)]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    return results.read_text(encoding="utf-8")


@pytest.mark.slow  # six processes, one after the other
def test_both_sides_are_measured_and_make_the_same_matrix(page: str) -> None:
    assert "not measured" not in page
    assert "not compared" not in page
    assert "stored rows to the matrix | pandas + scikit-learn from Parquet |" in page
    assert "DuckDB SQL written by hand" in page


@pytest.mark.slow  # six processes, one after the other
def test_the_page_says_what_it_was_measured_on_and_every_single_run(page: str) -> None:
    assert "cores" in page
    assert "scikit-learn" in page
    assert page.count("| `python -m benchmarks.") == 6


@pytest.mark.slow  # six processes, one after the other
def test_a_long_chain_is_measured_against_a_short_one(page: str) -> None:
    assert "Check and plan from 50 to 100 nodes" in page


def test_a_promise_holds_when_both_time_and_memory_do() -> None:
    theirs = measured(10, 1_000)
    assert compared("a", "b", measured(1, 100), theirs, Reach(5, 0.3)).is_reached is True
    assert compared("a", "b", measured(1, 400), theirs, Reach(5, 0.3)).is_reached is False
    assert compared("a", "b", measured(4, 100), theirs, Reach(5, 0.3)).is_reached is False


def test_a_rival_that_cannot_run_is_told_with_the_reason() -> None:
    line = compared("a", "b", measured(), measured(error="No module named 'Orange'"), Reach(5))
    assert (line.found, line.is_reached) == ("not measured: No module named 'Orange'", None)


def test_sides_that_made_different_things_are_not_compared() -> None:
    line = compared("a", "b", measured(checksum=5), measured(checksum=6), Reach(5))
    assert (line.found, line.is_reached) == ("not compared: the results differ", False)


def test_the_tables_are_the_same_every_time(tmp_path: Path) -> None:
    first, second = (Data(tmp_path / name).customers(1_000) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
