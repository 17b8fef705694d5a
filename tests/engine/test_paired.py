"""Models are compared on the rows that none of them saw, and on nothing else."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from components.ports import ROW
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.evaluation.evidence import Evidence, read_evidence
from engine.evaluation.paired import share_rows
from tests.engine.running import Bench, Nodes, Ran, draw

ROWS = 1_200
Kept = Callable[[Ran], Evidence]


def customers(seed: int = 5) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    visits = rng.integers(0, 20, ROWS)
    spent = np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(50, 20, ROWS))
    bought = np.where(visits + rng.normal(0, 4, ROWS) > 10, "yes", "no")
    return {"visits": visits, "spent": pa.array(spent, from_pandas=True), "bought": bought}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.store("customers", customers())
    return bench


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    files = [tmp_path / "cache"]
    opened: list[DuckDBBackend] = []

    def read(ran: Ran) -> Evidence:
        found = {name: ran.folder() / name for name in ran.model()["files"]}
        if not opened:
            opened.append(DuckDBBackend(Limits(500, 2), files, tmp_path))
        return read_evidence(found, opened[0])

    yield read
    for backend in opened:
        backend.close()


def train(bench: Bench, kind: str = "logistic_regression", seed: int = 1) -> Ran:
    nodes: Nodes = {
        "rows": ("dataset", {"dataset": "customers"}),
        "fill": "impute_mean",
        "split": ("split_random", {"test": 0.25, "seed": seed}),
        "model": (kind, {"target": "bought"}),
    }
    return bench.run(draw(nodes, "rows -> fill -> split -> model"))


def held_out(evidence: Evidence) -> set[int]:
    return set(evidence.held_out().column(ROW).to_pylist())


def test_rows_are_joined_by_id_and_come_in_one_order_for_all(bench: Bench, kept: Kept) -> None:
    both = [kept(train(bench)), kept(train(bench, "decision_tree_classifier"))]
    shared = share_rows(both, same_values=True)
    assert set(shared.ids.tolist()) == held_out(both[0]) == held_out(both[1])
    assert shared.rows == shared.held_out[0] == shared.held_out[1]
    first, second = shared.answers
    assert (first.truth == second.truth).all()
    assert (first.prediction != second.prediction).any()
    table = pa.table(customers())
    assert shared.columns.column("visits").to_pylist() == table["visits"].take(pa.array(shared.ids)).to_pylist()
    assert shared.columns.column("spent").null_count > 0, "the columns are as the rows begin, not as they were filled"


def test_a_row_that_one_of_them_learned_from_is_not_shared(bench: Bench, kept: Kept) -> None:
    both = [kept(train(bench, seed=1)), kept(train(bench, seed=2))]
    shared = share_rows(both, same_values=True)
    assert set(shared.ids.tolist()) == held_out(both[0]) & held_out(both[1])
    assert 0 < shared.rows < 0.15 * ROWS


def test_rows_whose_values_have_changed_between_versions_are_left_out(bench: Bench, kept: Kept) -> None:
    before = kept(train(bench))
    table = pa.table(customers())
    visits = table["visits"].to_numpy().copy()
    visits[:300] += 1
    bench.store("customers", table.set_column(0, "visits", pa.array(visits)))
    after = kept(train(bench))
    shared = share_rows([before, after])
    known = held_out(before) & held_out(after)
    assert set(shared.ids.tolist()) == {row for row in known if row >= 300}
    assert shared.changed == sum(row < 300 for row in known)
