"""AdaBoost for numbers."""

from typing import Annotated, Any, Literal

from components.base import MODEL_OUT, Estimator, Spec
from components.models.adaptive_boosting import SEARCH_SPACE, AdaBoostParams
from components.models.arguments import Advanced, arguments
from components.models.trees import TRUSTED_TYPES


class AdaBoostRegressorParams(AdaBoostParams):
    loss: Annotated[Literal["linear", "square", "exponential"], Advanced] = "linear"
    """How an error becomes the weight of its row."""


class AdaBoostRegressor(Estimator[AdaBoostRegressorParams]):
    """Small trees, every one minding most the rows that those before got wrong; their weighted median answers.

    When: a small, simple ensemble; rows with wrong numbers mislead it. Serving: scores each request.
    Source: Drucker, *Improving Regressors using Boosting Techniques* (1997); `sklearn.ensemble.AdaBoostRegressor`.
    """

    spec = Spec(
        key="ada_boost_regressor",
        title="AdaBoost",
        category="models/regress",
        icon="exposure_plus_1",
        about="Small trees, each minding most what those before got wrong.",
        words=("adaptive boosting", "boosting", "ensemble"),
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

        return ensemble.AdaBoostRegressor(**arguments(self.params))
