"""Extra trees for numbers."""

from typing import Annotated, Any

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import Advanced, arguments
from components.models.trees import FOREST_SEARCH_SPACE, TRUSTED_TYPES, ForestRegressorParams


class ExtraTreesRegressorParams(ForestRegressorParams):
    bootstrap: Annotated[bool, Advanced] = False
    """Whether each tree sees rows drawn with replacement."""


class ExtraTreesRegressor(Estimator[ExtraTreesRegressorParams]):
    """The average of many decision trees whose splits are drawn at random.

    When: like a random forest, quicker to train and often smoother; missing numbers are taken as they are.
    Serving: scores each request.
    Source: Geurts, Ernst & Wehenkel, *Extremely Randomized Trees* (2006); `sklearn.ensemble.ExtraTreesRegressor`.
    """

    spec = Spec(
        key="extra_trees_regressor",
        title="Extra trees",
        category="models/regress",
        icon="park",
        about="Many decision trees split at random places; smoother than a random forest.",
        words=("extremely randomized trees", "ensemble", "forest"),
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

        return ensemble.ExtraTreesRegressor(**arguments(self.params))
