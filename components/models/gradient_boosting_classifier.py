"""Gradient boosting with exact splits, for classes."""

from typing import Annotated, Any, Literal

from components.base import MODEL_OUT, Spec
from components.models.arguments import Advanced, BalancedParams, arguments
from components.models.gradient_boosting import SEARCH_SPACE, GradientBoostingParams
from components.models.trees import TRUSTED_TYPES
from components.models.weighted import Weighted


class GradientBoostingClassifierParams(GradientBoostingParams, BalancedParams):
    loss: Annotated[Literal["log_loss", "exponential"], Advanced] = "log_loss"
    """What to minimise; exponential, for two classes only, makes it AdaBoost."""


class GradientBoostingClassifier(Weighted[GradientBoostingClassifierParams]):
    """Trees that each correct the sum of those before, split at exact places.

    When: up to some ten thousand rows; on more, gradient boosting on binned numbers scores the same and is many times
    quicker. Serving: scores each request.
    Source: Friedman, *Greedy Function Approximation: A Gradient Boosting Machine* (2001);
    `sklearn.ensemble.GradientBoostingClassifier`.
    """

    spec = Spec(
        key="gradient_boosting_classifier",
        title="Gradient boosting, exact",
        category="models/classify",
        icon="stacked_line_chart",
        about="Trees that correct each other, without binning; for smaller tables.",
        words=("gbm", "boosting", "boosted trees", "gradientboosting"),
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

        return ensemble.GradientBoostingClassifier(**arguments(self.params, "class_weight"))
