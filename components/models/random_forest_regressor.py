"""Random forest for numbers."""

from typing import Any

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import arguments
from components.models.trees import FOREST_SEARCH_SPACE, TRUSTED_TYPES, ForestRegressorParams


class RandomForestRegressorParams(ForestRegressorParams):
    pass


class RandomForestRegressor(Estimator[RandomForestRegressorParams]):
    """The average of many decision trees, each grown on drawn rows and columns.

    When: a robust model with little tuning; missing numbers are taken as they are. Serving: scores each request.
    Source: Breiman, *Random Forests* (2001); `sklearn.ensemble.RandomForestRegressor`.
    """

    spec = Spec(
        key="random_forest_regressor",
        title="Random forest",
        category="models/regress",
        icon="forest",
        about="Many decision trees that are averaged; robust with little tuning.",
        words=("forest", "rf", "bagging", "ensemble", "randomforest", "regressor", "trees"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "n_estimators": 5},
    )
    task = "regression"
    takes_missing = True
    precision = "float32"
    trusted_types = TRUSTED_TYPES
    search_space = FOREST_SEARCH_SPACE

    def build(self) -> Any:
        from sklearn import ensemble

        return ensemble.RandomForestRegressor(**arguments(self.params))
