"""AdaBoost for classes."""

from typing import Any

from components.base import MODEL_OUT, Spec
from components.models.adaptive_boosting import SEARCH_SPACE, AdaBoostParams
from components.models.arguments import BalancedParams, arguments
from components.models.trees import TRUSTED_TYPES
from components.models.weighted import Weighted


class AdaBoostClassifierParams(AdaBoostParams, BalancedParams):
    pass


class AdaBoostClassifier(Weighted[AdaBoostClassifierParams]):
    """Trees with a single question each, every one minding most the rows that those before got wrong.

    When: a small, simple ensemble; rows with wrong labels mislead it. Serving: scores each request.
    Source: Freund & Schapire, *A Decision-Theoretic Generalization of On-Line Learning* (1997); Zhu et al.,
    *Multi-class AdaBoost* (2009); `sklearn.ensemble.AdaBoostClassifier`.
    """

    spec = Spec(
        key="ada_boost_classifier",
        title="AdaBoost",
        category="models/classify",
        icon="exposure_plus_1",
        about="Tiny trees, each minding most what those before got wrong.",
        words=("adaptive boosting", "boosting", "ensemble"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "n_estimators": 5},
    )
    task = "classification"
    takes_sparse = True
    precision = "float32"
    trusted_types = TRUSTED_TYPES
    search_space = SEARCH_SPACE

    def build(self) -> Any:
        from sklearn import ensemble

        return ensemble.AdaBoostClassifier(**arguments(self.params, "class_weight"))
