"""A search whose fits Spark's workers share finds what one machine finds, trial by trial."""

from typing import Any

import pytest

from components.sources.customers import customers
from engine.backends.backend import Backend
from engine.execute import Execution
from tests.engine.running import Bench, draw

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),  # Java and Python workers share two cores with the other tests
]


def searched(backend: Backend, folder: Any, **params: Any) -> dict[str, Any]:
    folder.mkdir(parents=True)
    bench = Bench(folder)
    bench.store("customers", customers())
    nodes = {
        "customers": ("dataset", {"dataset": "customers"}),
        "tree": (
            "decision_tree_classifier",
            {"target": "churn", "features": ["age", "tenure_months", "total_charges"]},
        ),
        "tune": ("tune", {"target": "churn", "features": ["age", "tenure_months", "total_charges"], **params}),
    }
    plan = bench.plan(draw(nodes, "customers -> tree", "customers -> tune.table", "tree -> tune.model"))
    execution = Execution(plan, backend, bench.cache(), lambda t: bench.tables[t.dataset], lambda _: None, 2_000)
    facts = execution.run()["tune"].model
    assert facts is not None
    return dict(facts)


@pytest.mark.parametrize("search", ["random", "grid", "halving", "bayesian"])
def test_trials_that_workers_share_are_those_of_one_machine(
    search: str, duckdb: Backend, spark: Backend, workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"search": search, "budget": 9, "folds": 3, "seed": 1}
    ours = searched(duckdb, workspace / f"ours {search}", **given)
    asked: list[int] = []
    assert spark.cluster is not None
    do = spark.cluster.do
    monkeypatch.setattr(spark.cluster, "do", lambda tasks: asked.append(len(tasks)) or do(tasks))
    theirs = searched(spark, workspace / f"theirs {search}", **given)
    assert sum(asked) >= 9
    for left, right in zip(ours["search"]["trials"], theirs["search"]["trials"], strict=True):
        assert {**left, "seconds": 0, "answer_seconds": 0} == {**right, "seconds": 0, "answer_seconds": 0}
    assert ours["search"]["best"] == theirs["search"]["best"]
    assert ours["metrics"] == pytest.approx(theirs["metrics"])
