"""LightGBM models: what LightGBM itself would learn, saved in its own format, the same every time."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.sparse import csr_matrix

from components.catalog import component
from components.libraries import LIGHTGBM

lightgbm = pytest.importorskip("lightgbm", reason=f"{LIGHTGBM.name} is optional: {LIGHTGBM.hint}")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(400, 4)).round(2).astype(np.float32)
SCORE = X @ np.array([1.0, -2.0, 0.5, 0.0]) + RANDOM.normal(scale=0.5, size=400)
GAPS = np.where(X > 1.5, np.nan, X)
TARGETS = {"two": (SCORE > 0.5).astype(int), "three": np.digitize(SCORE, [-1, 1]), "amount": np.exp(SCORE / 3)}
SETTINGS = {"n_estimators": 12, "num_leaves": 7, "min_child_samples": 5, "reg_lambda": 0.1, "n_jobs": 1}
STEADY = {"deterministic": True, "force_row_wise": True, "verbosity": -1}


def model(key: str, **params: Any) -> Any:
    kind: Any = component(key)
    own = {name: value for name, value in SETTINGS.items() if name != "n_jobs"}
    return kind(kind.params_type().model_validate({"target": "y", "features": ["a", "b", "c", "d"], **own, **params}))


@pytest.mark.parametrize(
    ("target", "params", "theirs"),
    [
        ("two", {}, {}),
        ("two", {"subsample": 0.7, "seed": 4}, {"subsample": 0.7, "subsample_freq": 1, "random_state": 4}),
        (
            "three",
            {"class_weight": "balanced", "boosting_type": "dart"},
            {"class_weight": "balanced", "boosting_type": "dart"},
        ),
        ("amount", {"objective": "quantile", "alpha": 0.2}, {"objective": "quantile", "alpha": 0.2}),
        (
            "amount",
            {"objective": "poisson", "colsample_bytree": 0.5},
            {"objective": "poisson", "colsample_bytree": 0.5},
        ),
    ],
)
def test_a_model_is_the_one_that_lightgbm_trains_and_reads_back(
    target: str, params: dict[str, Any], theirs: dict[str, Any], tmp_path: Path
) -> None:
    kind, library = (
        ("lightgbm_regressor", lightgbm.LGBMRegressor)
        if target == "amount"
        else ("lightgbm_classifier", lightgbm.LGBMClassifier)
    )
    ours = model(kind, **params)
    fitted = ours.fit(GAPS, TARGETS[target])
    direct = library(**{"random_state": 0, **SETTINGS, **STEADY, **theirs}).fit(GAPS, TARGETS[target])
    ask = "predict" if target == "amount" else "predict_proba"
    ours.save(fitted, tmp_path / ours.file)
    loaded = ours.load(tmp_path / ours.file)
    wanted = getattr(direct, ask)(GAPS)
    assert np.array_equal(getattr(fitted, ask)(GAPS), wanted)
    assert np.array_equal(getattr(loaded, ask)(GAPS), wanted)
    assert np.array_equal(loaded.predict(GAPS), direct.predict(GAPS))
    again = tmp_path / "again"
    ours.save(ours.fit(GAPS, TARGETS[target]), again)
    assert again.read_bytes() == (tmp_path / ours.file).read_bytes()


def test_a_sparse_matrix_teaches_what_a_dense_one_does() -> None:
    dense = np.where(abs(X) < 0.8, 0, X)
    ours = model("lightgbm_classifier")
    from_dense, from_sparse = (ours.fit(matrix, TARGETS["two"]) for matrix in (dense, csr_matrix(dense)))
    assert np.allclose(from_sparse.predict_proba(csr_matrix(dense)), from_dense.predict_proba(dense), atol=1e-12)


def test_a_share_is_no_quantile_of_one_or_more() -> None:
    with pytest.raises(ValidationError, match="must be below 1"):
        model("lightgbm_regressor", objective="quantile", alpha=1.5)
    assert model("lightgbm_regressor", objective="huber", alpha=1.5)
