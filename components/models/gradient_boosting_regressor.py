"""Gradient boosting with exact splits, for numbers."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import Advanced, arguments
from components.models.gradient_boosting import SEARCH_SPACE, GradientBoostingParams
from components.models.trees import TRUSTED_TYPES
from components.params import only_if


class GradientBoostingRegressorParams(GradientBoostingParams):
    loss: Literal["squared_error", "absolute_error", "huber", "quantile"] = "squared_error"
    """What to minimise: squared errors for the mean, absolute errors for the median, huber for both, …"""
    alpha: Annotated[float, Field(gt=0, lt=1), Advanced, only_if(loss=("quantile", "huber"))] = 0.9
    """Which quantile to predict, with the loss quantile; beyond which quantile errors count less, with huber."""


class GradientBoostingRegressor(Estimator[GradientBoostingRegressorParams]):
    """Trees that each correct the sum of those before, split at exact places.

    When: up to some ten thousand rows; on more, gradient boosting on binned numbers scores the same and is many times
    quicker. Serving: scores each request.
    Source: Friedman, *Greedy Function Approximation: A Gradient Boosting Machine* (2001);
    `sklearn.ensemble.GradientBoostingRegressor`.
    """

    spec = Spec(
        key="gradient_boosting_regressor",
        title="Gradient boosting, exact",
        category="models/regress",
        icon="stacked_line_chart",
        about="Trees that correct each other, without binning; for smaller tables.",
        words=("gbm", "boosting", "boosted trees", "gradientboosting"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "n_estimators": 5},
    )
    task = "regression"
    takes_sparse = True
    precision = "float32"
    trusted_types = TRUSTED_TYPES
    search_space = SEARCH_SPACE

    def build(self) -> Any:
        from sklearn import ensemble

        return ensemble.GradientBoostingRegressor(**arguments(self.params))
