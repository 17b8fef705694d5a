"""Models without a target say the same of the same rows, whichever engine brings them."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.ports import ROW
from engine.backends.backend import Backend
from engine.cache import Cache
from engine.execute import Execution
from engine.plan import Plan
from engine.serve.modelfile import GOLDEN
from tests.conformance.same import same
from tests.engine.running import Bench, draw

pytestmark = pytest.mark.slow


def test_groups_and_outliers_are_the_same_on_both_engines(duckdb: Backend, spark: Backend, workspace: Path) -> None:
    bench, random = Bench(workspace), np.random.default_rng(0)
    place = np.arange(60) % 2
    colour = pa.array([("red", "blue")[kind] for kind in place])
    table = pa.table({"x": place * 5 + random.normal(size=60), "colour": colour})
    nodes: dict[str, Any] = {
        "d": ("dataset", {"dataset": "d"}),
        "hot": ("encode_one_hot", {"columns": ["colour"]}),
        "groups": ("dbscan", {"eps": 0.7}),
        "odd": ("isolation_forest", {"n_estimators": 10, "contamination": 0.1}),
        "split": ("split_random", {"test": 0.3}),
    }
    bench.store("d", table)
    plan = bench.plan(draw(nodes, "d -> split -> hot", "hot -> groups", "hot -> odd"))
    found = [said(plan, bench, backend, Cache(workspace / f"cache of {backend.name}")) for backend in (duckdb, spark)]
    assert same(found[0], found[1])


def said(plan: Plan, bench: Bench, backend: Backend, cache: Cache) -> dict[str, Any]:
    """For each model its rows, its metrics and its golden rows."""
    execution = Execution(plan, backend, cache, lambda stored: bench.tables[stored.dataset], lambda event: None, 500)
    execution.run()
    entries = {node: execution.entry(node) for node in ("groups", "odd")}
    return {
        node: {
            "rows": pq.read_table(entry.path("table")).sort_by(ROW).to_pylist(),
            "metrics": entry.meta["model"]["metrics"],
            "golden": pq.read_table(entry.folder / GOLDEN).to_pylist(),
        }
        for node, entry in entries.items()
    }
