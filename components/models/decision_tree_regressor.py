"""A decision tree for numbers."""

from typing import Any

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import arguments
from components.models.trees import TREE_SEARCH_SPACE, TRUSTED_TYPES, NumberCriterion, Splitter, TreeParams


class DecisionTreeRegressorParams(TreeParams):
    criterion: NumberCriterion = "squared_error"
    """What makes a good split: squared errors for the mean, absolute errors for the median, poisson for counts."""
    splitter: Splitter = "best"
    """Whether each column is split at its best place, or at a random one."""


class DecisionTreeRegressor(Estimator[DecisionTreeRegressorParams]):
    """Asks one question about one column after another, until it can answer.

    When: a model that can be read as rules; missing numbers are taken as they are. Alone it learns rows by heart
    unless its depth or its leaves are limited. Serving: scores each request.
    Source: Breiman et al., *Classification and Regression Trees* (1984); `sklearn.tree.DecisionTreeRegressor`.
    """

    spec = Spec(
        key="decision_tree_regressor",
        title="Decision tree",
        category="models/regress",
        icon="account_tree",
        about="Questions about one column after another; can be read as rules.",
        words=("tree", "cart", "rules", "regression tree"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "max_depth": 3},
    )
    task = "regression"
    takes_missing = True
    precision = "float32"
    trusted_types = TRUSTED_TYPES
    search_space = TREE_SEARCH_SPACE

    def build(self) -> Any:
        from sklearn import tree

        return tree.DecisionTreeRegressor(**arguments(self.params))
