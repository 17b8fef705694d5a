"""Rows are kept with a model: held-out ones with its answers, and some that it learned from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from components.evaluate.scores import scores
from components.ports import ROW
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.evaluation.evidence import Evidence, read_evidence
from engine.serve.evidence import HELD_OUT_ROWS
from tests.engine.running import Bench, Ran, draw

Kept = Callable[[Ran], Evidence]
MODEL = ("logistic_regression", {"target": "bought", "features": ["visits", "spent"]})


@pytest.fixture(scope="module")
def customers() -> pa.Table:
    rng = np.random.default_rng(5)
    visits = rng.integers(0, 20, 4_000)
    spent = np.where(rng.random(4_000) < 0.1, np.nan, rng.normal(50, 20, 4_000))
    return pa.table(
        {
            "who": [f"c{place}" for place in range(4_000)],
            "gender": rng.choice(["f", "m"], 4_000),
            "visits": visits,
            "spent": pa.array(spent, from_pandas=True),
            "bought": np.where(visits + rng.normal(0, 4, 4_000) > 10, "yes", "no"),
        }
    )


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    def read(ran: Ran) -> Evidence:
        files = {name: ran.folder() / name for name in ran.model()["files"]}
        limits = Limits(memory_mb=500, threads=2)
        return read_evidence(files, DuckDBBackend(limits, list(files.values()), tmp_path / "scratch"))

    return read


@pytest.fixture
def bench(tmp_path: Path, customers: pa.Table) -> Bench:
    bench = Bench(tmp_path)
    bench.store("customers", customers)
    return bench


def train(bench: Bench, split: tuple[str, dict[str, Any]] = ("split_random", {"test": 0.25})) -> Ran:
    nodes = {"rows": ("dataset", {"dataset": "customers"}), "fill": "impute_mean", "split": split, "model": MODEL}
    return bench.run(draw(nodes, "rows -> fill -> split -> model"))


def test_scores_can_be_told_again_from_the_rows_that_were_kept(bench: Bench, kept: Kept) -> None:
    ran = train(bench)
    told = kept(ran).predictions("gender", "who")
    assert scores(told) == pytest.approx(ran.model()["metrics"])
    assert told.columns is not None
    assert set(told.columns["gender"].to_pylist()) == {"f", "m"}


def test_rows_are_kept_as_they_begin_and_train_rows_apart_from_held_out_ones(bench: Bench, kept: Kept) -> None:
    ran = train(bench)
    found = kept(ran)
    learned, held = found.learned_from(), found.held_out()
    assert found.columns == ("who", "gender", "visits", "spent", "bought")
    assert learned["spent"].null_count > 0
    assert not set(learned[ROW].to_pylist()) & set(held[ROW].to_pylist())
    assert (learned.num_rows, held.num_rows) == (ran.model()["rows"]["train"], ran.model()["rows"]["test"])


def test_after_a_cross_validation_what_is_kept_was_said_by_models_that_had_not_seen_the_row(
    bench: Bench, kept: Kept
) -> None:
    ran = train(bench, ("cross_validation", {"folds": 4}))
    told = kept(ran).predictions()
    assert len(told.truth) == 4_000
    assert scores(told)["roc_auc"] == pytest.approx(ran.model()["metrics"]["roc_auc"], abs=0.01)


def test_a_large_table_keeps_some_rows_from_everywhere(tmp_path: Path, kept: Kept) -> None:
    rows = 150_000
    bench = Bench(tmp_path)
    x = np.arange(rows, dtype=float)
    bench.store("long", {"x": x, "y": 2 * x})
    nodes = {"rows": ("dataset", {"dataset": "long"}), "model": ("linear_regression", {"target": "y"})}
    ran = bench.run(draw(nodes, "rows -> model"))
    held = kept(ran).held_out()
    assert held.num_rows == HELD_OUT_ROWS
    tenths, _ = np.histogram(held["x"].to_numpy(), bins=10, range=(0, rows))
    assert tenths.min() > 0.9 * HELD_OUT_ROWS / 10
