"""Histogram gradient boosting for classes."""

from typing import TYPE_CHECKING

from components.base import MODEL_OUT, Spec
from components.models.arguments import BalancedParams, arguments
from components.models.boosting import SEARCH_SPACE, TRUSTED_TYPES, Boosting, BoostingParams

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier as SklearnHistGradientBoostingClassifier


class HistGradientBoostingClassifierParams(BoostingParams, BalancedParams):
    pass


class HistGradientBoostingClassifier(Boosting[HistGradientBoostingClassifierParams]):
    """Trees that each correct the sum of those before, on binned numbers.

    When: usually the best score on tables; missing numbers are taken as they are. Serving: scores each request.
    Source: Ke et al., *LightGBM* (2017); `sklearn.ensemble.HistGradientBoostingClassifier`.
    """

    spec = Spec(
        key="hist_gradient_boosting_classifier",
        title="Gradient boosting",
        category="models/classify",
        icon="trending_up",
        about="Trees that correct each other; usually the best score on tables.",
        words=(
            "gbm",
            "boosting",
            "boosted trees",
            "gradient boosted trees",
            "histgradientboosting",
            "classifier",
            "predict category",
        ),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "max_iter": 5},
    )
    task = "classification"
    takes_missing = True
    trusted_types = TRUSTED_TYPES
    search_space = SEARCH_SPACE

    def build(self) -> "SklearnHistGradientBoostingClassifier":
        from sklearn.ensemble import HistGradientBoostingClassifier as SklearnHistGradientBoostingClassifier

        return SklearnHistGradientBoostingClassifier(**arguments(self.params))
