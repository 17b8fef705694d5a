"""Random forest for classes."""

from typing import Any

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import arguments
from components.models.trees import FOREST_SEARCH_SPACE, TRUSTED_TYPES, ForestClassifierParams


class RandomForestClassifierParams(ForestClassifierParams):
    pass


class RandomForestClassifier(Estimator[RandomForestClassifierParams]):
    """The average of many decision trees, each grown on drawn rows and columns.

    When: a robust model with little tuning; missing numbers are taken as they are. Serving: scores each request.
    Source: Breiman, *Random Forests* (2001); `sklearn.ensemble.RandomForestClassifier`.
    """

    spec = Spec(
        key="random_forest_classifier",
        title="Random forest",
        category="models/classify",
        icon="forest",
        about="Many decision trees that vote; robust with little tuning.",
        words=("forest", "rf", "bagging", "ensemble", "randomforest", "classifier", "trees"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "n_estimators": 5},
    )
    task = "classification"
    takes_missing = True
    precision = "float32"
    trusted_types = TRUSTED_TYPES
    search_space = FOREST_SEARCH_SPACE

    def build(self) -> Any:
        from sklearn import ensemble

        return ensemble.RandomForestClassifier(**arguments(self.params))
