"""XGBoost models: what XGBoost itself would learn, saved in its own format, answered the same by an endpoint."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix
from sklearn.utils.class_weight import compute_sample_weight

from components.base import Estimator
from components.catalog import component
from components.libraries import XGBOOST
from components.ports import ROLE
from engine.checks import review
from engine.errors import LimitReached, ServingError, UnfitForTraining
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from engine.train.explain import shuffled
from tests.engine.running import Bench, Ran, draw

xgboost = pytest.importorskip("xgboost", reason=f"{XGBOOST.name} is optional: {XGBOOST.hint}")

COUNT = 600
CLASSIFIER, REGRESSOR = "xgboost_classifier", "xgboost_regressor"
SETTINGS = {"n_estimators": 15, "learning_rate": 0.2, "max_depth": 4, "subsample": 0.8, "reg_alpha": 0.1, "seed": 3}
ARGUMENTS = {name: value for name, value in SETTINGS.items() if name != "seed"} | {"random_state": 3}


def rows(seed: int = 0) -> pa.Table:
    """Numbers with gaps and zeros, a column of 60 towns, and three targets that depend on them."""
    random = np.random.default_rng(seed)
    x, z = random.normal(size=(2, COUNT)).round(2)
    town = random.integers(0, 60, COUNT)
    score = x + (town % 3 == 0) - z / 2
    return pa.table(
        {
            "x": pa.array([None if i % 9 == 0 else value for i, value in enumerate(x)], pa.float64()),
            "z": np.where(np.arange(COUNT) % 4 == 0, 0.0, z),
            "town": pa.array([None if i % 50 == 0 else f"t{value}" for i, value in enumerate(town)]),
            "two": np.where(score > 0.8, "yes", "no"),
            "three": np.array(["a", "b", "c"])[np.digitize(score, [0.0, 1.0])],
            "amount": score * 10 + 100,
        }
    )


def train(folder: Path, target: str, model: str = CLASSIFIER, *, memory_mb: int = 2_000, **params: Any) -> Ran:
    folder.mkdir(exist_ok=True)
    bench = Bench(folder)
    bench.store("d", rows())
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "towns": ("encode_one_hot", {"columns": ["town"], "max_categories": 100}),
        "split": ("split_random", {"test": 0.3}),
        "model": (model, {"target": target, "features": ["x", "z"], **SETTINGS, **params}),
    }
    return bench.run(draw(nodes, "s -> towns -> split -> model"), memory_mb=memory_mb)


def parts(ran: Ran, target: str, role: str) -> tuple[Any, Any]:
    """Features and target of the rows of a role, straight from the table before the model."""
    table = ran.table("split")
    table = table.filter(pa.compute.equal(table.column(ROLE), role))
    features = np.column_stack([table.column(name).to_numpy() for name in ("x", "z")]).astype(np.float32)
    return features, table.column(target).to_numpy()


def test_a_classifier_is_the_one_that_xgboost_trains(tmp_path: Path) -> None:
    for target, weight in (("two", None), ("three", "balanced")):
        ran = train(tmp_path / target, target, class_weight=weight)
        features, answers = parts(ran, target, "train")
        labels, places = np.unique(answers.astype(str), return_inverse=True)
        weights = compute_sample_weight(weight, places) if weight else None
        theirs = xgboost.XGBClassifier(**ARGUMENTS).fit(features, places, sample_weight=weights)
        unseen, _ = parts(ran, target, "test")
        found = ran.table("model", "predictions")
        assert found.column("prediction").to_pylist() == labels[theirs.predict(unseen)].tolist()
        assert np.array_equal(found.column("__cb_probabilities").to_pylist(), theirs.predict_proba(unseen))


def test_a_regressor_is_the_one_that_xgboost_trains(tmp_path: Path) -> None:
    ran = train(tmp_path, "amount", REGRESSOR, objective="reg:gamma")
    theirs = xgboost.XGBRegressor(**ARGUMENTS, objective="reg:gamma").fit(*parts(ran, "amount", "train"))
    found = ran.table("model", "predictions").column("prediction").to_numpy()
    assert np.array_equal(found, theirs.predict(parts(ran, "amount", "test")[0]))


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    made = [train(tmp_path / name, "three").folder() / "estimator.ubj" for name in ("one", "two")]
    assert made[0].read_bytes() == made[1].read_bytes()


@pytest.mark.parametrize(("target", "model"), [("two", CLASSIFIER), ("three", CLASSIFIER), ("amount", REGRESSOR)])
@pytest.mark.parametrize("features", [["x", "z"], ["x", "z", "town"]])
def test_an_endpoint_answers_as_the_run_did(target: str, model: str, features: list[str], tmp_path: Path) -> None:
    ran = train(tmp_path, target, model, features=features)
    files = {name: ran.folder() / name for name in ran.model()["files"]}
    assert "estimator.ubj" in files
    scorer = load_scorer(files)
    assert scorer.model.matrix.is_sparse == ("town" in features)
    assert scorer.model.libraries["xgboost"] == xgboost.__version__
    parity = check_parity(scorer)
    assert parity.rows > 100
    assert parity.max_difference < 1e-9


def test_a_sparse_matrix_leaves_out_what_is_missing_to_xgboost_everywhere(tmp_path: Path) -> None:
    """A shuffled column must lose the model something: with zeros for what was left out, every column would."""
    ran = train(tmp_path, "amount", REGRESSOR, features=["x", "z", "town"], n_estimators=60)
    importance = {row["column"]: row["mean"] for row in ran.model()["importance"]}
    assert all(0 < importance[name] < 2 for name in ("x", "z", "town"))
    assert importance["x"] > importance["z"]


def test_a_shuffled_column_of_a_sparse_matrix_keeps_its_zeros_and_its_gaps() -> None:
    matrix = csr_matrix((np.array([0.0, 5.0, 0.0, 1.0]), np.array([0, 0, 1, 1]), np.array([0, 1, 3, 4])), shape=(3, 2))
    changed = shuffled(matrix, slice(1, 2), np.array([2, 0, 1]))
    assert changed.nnz == matrix.nnz
    assert changed.toarray().tolist() == [[0, 1], [5, 0], [0, 0]]


def test_a_matrix_beyond_the_memory_limit_is_refused_on_duckdb(tmp_path: Path) -> None:
    with pytest.raises(LimitReached, match="matrix of 4") as caught:
        train(tmp_path, "two", memory_mb=0)
    assert "Spark" in caught.value.hint


def test_what_xgboost_refuses_is_told_without_its_source(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    table = rows()
    bench.store("d", table.append_column("debt", pa.compute.subtract(table.column("amount"), 100.0)))
    params = {"target": "debt", "features": ["x", "z"], "objective": "count:poisson"}
    with pytest.raises(UnfitForTraining) as caught:
        bench.run(draw({"s": ("dataset", {"dataset": "d"}), "model": (REGRESSOR, params)}, "s -> model"))
    assert caught.value.message.endswith("rows: label must be non-negative for Poisson/Tweedie regression.")


def test_without_xgboost_a_pipeline_is_checked_a_model_refused_and_both_say_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = train(tmp_path, "two")
    monkeypatch.setitem(sys.modules, "xgboost", None)
    bench = Bench(tmp_path)
    bench.store("d", rows())
    nodes = {"s": ("dataset", {"dataset": "d"}), "model": (CLASSIFIER, {"target": "two", "features": ["x"]})}
    (problem,) = (p for p in review(draw(nodes, "s -> model"), bench.schema).problems if p.code == "library_missing")
    assert (problem.severity, problem.node) == ("error", "model")
    assert "XGBoost" in problem.message
    with pytest.raises(ServingError, match="XGBoost") as caught:
        load_scorer({name: ran.folder() / name for name in ran.model()["files"]})
    for hint in (problem.hint, caught.value.hint):
        assert 'pip install "canvasback[boosters]"' in hint


def test_components_are_found_and_drawn_without_importing_their_libraries() -> None:
    import subprocess

    program = (
        "import sys\nfrom components.catalog import catalog\ncatalog()\n"
        "print([name for name in ('xgboost', 'sklearn', 'pyspark') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_every_model_says_where_it_can_learn() -> None:
    for key in (CLASSIFIER, REGRESSOR):
        kind = component(key)
        assert issubclass(kind, Estimator)
        assert kind.distributes
        assert "spark" in kind.spec.backends
    other = component("logistic_regression")
    assert issubclass(other, Estimator)
    assert not other.distributes
