"""A matrix that one machine cannot hold is learned by Spark's workers, and gives a model like any other."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from components.libraries import XGBOOST
from components.models.xgboosting import SINCE_CONNECT
from components.ports import ROW
from components.sources.customers import customers
from engine.backends.backend import Backend, Limits
from engine.backends.spark import SparkBackend
from engine.errors import CanvasbackError, LimitReached, UnfitForTraining
from engine.execute import Execution
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from engine.train.distributed import vector
from engine.train.matrix import Feature, MatrixSpec
from tests.engine.running import Bench, draw

ENOUGH_MB, TOO_LITTLE_MB = 2_000.0, 0.01
IDS = ["customer_id", "signup_date"]
FEW_VALUES = {"select": "all", "except": [*IDS, "monthly_charges", "total_charges"]}
"""Features whose values all get a bin of their own, wherever the rows are."""
MODELS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "churn": ("xgboost_classifier", {"class_weight": "balanced"}),
    "contract": ("xgboost_classifier", {}),
    "total_charges": ("xgboost_regressor", {}),
}
"""Two classes, three classes, and numbers."""

SAME = ("classes", "positive", "rows", "inputs", "task")
PACKED = pa.struct({"one_hot": pa.string()})

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),  # Java and Python workers share two cores with the other tests
]


@dataclass
class Trained:
    folder: Path
    facts: Mapping[str, Any]

    def predictions(self) -> pa.Table:
        return pq.read_table(self.folder / "predictions.parquet").sort_by([(ROW, "ascending")])

    def numbers(self) -> Any:
        """Probabilities, or predicted numbers."""
        found = self.predictions()
        name = "__cb_probabilities" if "__cb_probabilities" in found.column_names else "prediction"
        return np.array(found.column(name).to_pylist())


def trained(
    backend: Backend, folder: Path, memory_mb: float, target: str, rows: pa.Table | None = None, **params: Any
) -> Trained:
    folder.mkdir(parents=True)
    bench = Bench(folder)
    bench.store("customers", customers() if rows is None else rows)
    model, settings = MODELS[target]
    settings = {"target": target, "features": FEW_VALUES, "n_estimators": 20, **settings, **params}
    encoded = {"select": "text", "except": ["customer_id", target]}
    nodes = {
        "customers": ("dataset", {"dataset": "customers"}),
        "encode": ("encode_one_hot", {"columns": encoded}),
        "split": ("split_random", {"test": 0.25, "seed": 7}),
        "model": (model, settings),
    }
    plan = bench.plan(draw(nodes, "customers -> encode -> split -> model"))
    execution = Execution(plan, backend, bench.cache(), lambda t: bench.tables[t.dataset], lambda _: None, memory_mb)
    facts = execution.run()["model"].model
    assert facts is not None
    return Trained(execution.entry("model").folder, facts)


ROWS = pa.table(
    {
        ROW: range(6),
        "age": pa.array([1, None, 3, 2**40 + 1, -5, 0], pa.int64()),
        "share": pa.array([0.1, 1e-300, None, 1e30, -0.0, 1 / 3]),
        "old": pa.array([True, False, None, True, False, None]),
        "price": pa.array(
            [Decimal("1.10"), None, Decimal("-0.01"), Decimal(7), Decimal(0), Decimal(3)], pa.decimal128(9, 2)
        ),
        'it\'s "one"': pa.array([{"one_hot": value} for value in ["a", "b'c", None, "unseen", "", "\\n"]], PACKED),
        "none": pa.array([{"one_hot": None}] * 6, PACKED),
    }
)
SPEC = MatrixSpec(
    features=(
        Feature(name="age", kind="numeric"),
        Feature(name='it\'s "one"', kind="one_hot", categories=("", "\\n", "a", "b'c")),
        Feature(name="none", kind="one_hot", categories=()),
        Feature(name="share", kind="numeric"),
        Feature(name="old", kind="boolean"),
        Feature(name="price", kind="numeric"),
    ),
    precision="float32",
)


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_rows_of_a_matrix_are_the_same_as_a_column_and_as_a_matrix(engine: str, request: pytest.FixtureRequest) -> None:
    backend: Backend = request.getfixturevalue(engine)
    table = backend.register(ROWS)
    found = backend.collect(table.select(table[ROW], vector=vector(table, SPEC)).order_by(ROW))
    made = np.array(found.column("vector").to_pylist(), np.float32)
    assert np.array_equal(made, SPEC.fill(ROWS), equal_nan=True)


@pytest.fixture
def home(workspace: Path) -> Path:
    """A place that both engines may read."""
    return workspace / uuid4().hex


@pytest.mark.parametrize("target", MODELS)
def test_what_workers_learn_together_is_what_one_machine_learns(
    target: str, duckdb: Backend, spark: Backend, home: Path
) -> None:
    ours = trained(duckdb, home / "ours", ENOUGH_MB, target)
    theirs = trained(spark, home / "theirs", TOO_LITTLE_MB, target)
    assert np.allclose(theirs.numbers(), ours.numbers(), rtol=1e-4, atol=1e-4)
    for scores in ("metrics", "baseline"):
        assert theirs.facts[scores] == pytest.approx(ours.facts[scores], rel=1e-4)
    assert {name: theirs.facts[name] for name in SAME} == {name: ours.facts[name] for name in SAME}


def test_where_bins_must_be_chosen_it_is_close(duckdb: Backend, spark: Backend, home: Path) -> None:
    """Each worker sees a part of the numbers, so that the borders of bins are a little different."""
    calm = {"features": {"select": "all", "except": IDS}, "max_bin": 32, "max_depth": 3}
    ours = trained(duckdb, home / "ours", ENOUGH_MB, "churn", **calm)
    theirs = trained(spark, home / "theirs", TOO_LITTLE_MB, "churn", **calm)
    assert np.corrcoef(ours.numbers()[:, 1], theirs.numbers()[:, 1])[0, 1] > 0.98
    assert theirs.facts["metrics"] == pytest.approx(ours.facts["metrics"], abs=0.05)


def test_a_model_of_many_workers_is_the_same_every_time_and_passes_the_parity_gate(spark: Backend, home: Path) -> None:
    """As a file it is like any other: an endpoint loads it with XGBoost alone."""
    first, second = (trained(spark, home / name, TOO_LITTLE_MB, "churn", subsample=0.6) for name in ("one", "two"))
    files = {name: first.folder / name for name in first.facts["files"]}
    assert files["estimator.ubj"].read_bytes() == (second.folder / "estimator.ubj").read_bytes()
    assert check_parity(load_scorer(files)).rows > 100


def test_a_matrix_that_fits_is_learned_here_even_on_spark(
    duckdb: Backend, spark: Backend, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark.cluster, "spread", None)
    ours, theirs = (trained(b, home / b.name, ENOUGH_MB, "churn") for b in (duckdb, spark))
    assert (ours.folder / "estimator.ubj").read_bytes() == (theirs.folder / "estimator.ubj").read_bytes()


def test_without_a_cluster_a_matrix_beyond_the_limit_is_refused(
    spark: Backend, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "cluster", None)
    with pytest.raises(LimitReached, match="matrix") as caught:
        trained(spark, home / "it", TOO_LITTLE_MB, "churn")
    assert "cluster" in caught.value.hint


def test_infinite_values_are_refused_before_workers_are_asked(
    spark: Backend, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark.cluster, "spread", None)
    numbers = pa.array([float("inf"), *range(customers().num_rows - 1)], pa.float64())
    with pytest.raises(UnfitForTraining, match="'ratio' has 1 infinite") as caught:
        trained(spark, home / "it", TOO_LITTLE_MB, "churn", customers().append_column("ratio", numbers))
    assert caught.value.node_id == "model"


def test_what_a_worker_cannot_learn_is_told_without_its_traceback(spark: Backend, home: Path) -> None:
    rows = customers()
    negative = pc.subtract(rows.column("total_charges"), 1_000.0)
    rows = rows.set_column(rows.column_names.index("total_charges"), "total_charges", negative)
    with pytest.raises(UnfitForTraining) as caught:
        trained(spark, home / "it", TOO_LITTLE_MB, "total_charges", rows, objective="reg:gamma")
    assert (
        caught.value.message
        == "Spark's workers could not train the model: label must be positive for gamma regression."
    )


@pytest.mark.slow  # a server of its own takes ten seconds to start
def test_workers_behind_spark_connect_learn_where_xgboost_can(
    server: tuple[str, "subprocess.Popen[bytes]"], duckdb: Backend, home: Path, tmp_path: Path
) -> None:
    remote, _ = server
    backend = SparkBackend(Limits(memory_mb=512, threads=2), tmp_path, remote)
    try:
        if tuple(map(int, XGBOOST.version.split(".")[:2])) < SINCE_CONNECT:
            with pytest.raises(CanvasbackError, match="Spark Connect") as caught:
                trained(backend, home / "theirs", TOO_LITTLE_MB, "churn")
            assert "Python 3.12" in caught.value.hint
            return
        ours = trained(duckdb, home / "ours", ENOUGH_MB, "churn")
        theirs = trained(backend, home / "theirs", TOO_LITTLE_MB, "churn")
        assert np.allclose(theirs.numbers(), ours.numbers(), atol=1e-4)
    finally:
        backend.close()
