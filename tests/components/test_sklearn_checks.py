"""Scikit-learn's own checks of estimators, on what our models build with their examples."""

from typing import Any

import pytest
from sklearn.utils import estimator_checks

from components.base import Estimator
from components.catalog import catalog

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

MODELS = sorted(
    key
    for key, kind in catalog().items()
    if issubclass(kind, Estimator) and kind.spec.category.startswith(("models/classify", "models/regress"))
)
CHECKS = (
    "check_estimators_dtypes",
    "check_estimators_overwrite_params",
    "check_dict_unchanged",
    "check_fit_idempotent",
    "check_n_features_in",
    "check_fit2d_1feature",
    "check_methods_subset_invariance",
    "check_methods_sample_order_invariance",
)
FEW = "calibrated by five folds, it needs five rows of each class"
FROM_ZERO = "the engine gives it classes as numbers from 0"
KNOWN = {
    ("check_fit2d_1feature", "svc"): FEW,
    ("check_fit2d_1feature", "linear_svc"): FEW,
    ("check_fit2d_1feature", "xgboost_classifier"): FROM_ZERO,
    ("check_estimators_dtypes", "xgboost_classifier"): FROM_ZERO,
    ("check_estimators_overwrite_params", "xgboost_classifier"): "XGBoost sets its objective by the number of classes",
}
"""What a check finds that is no mistake of ours."""


@pytest.mark.parametrize("key", MODELS)
@pytest.mark.parametrize("check", CHECKS)
def test_what_a_model_builds_passes(key: str, check: str) -> None:
    if (check, key) in KNOWN:
        pytest.skip(KNOWN[check, key])
    kind: Any = catalog()[key]
    for library in kind.spec.requires:
        if not library.is_there:
            pytest.skip(f"{library.name} is not installed")
    estimator = kind(kind.params_type().model_validate(dict(kind.spec.example))).build()
    getattr(estimator_checks, check)(key, estimator)
