"""A decision tree for classes."""

from typing import Any

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import BalancedParams, arguments
from components.models.trees import TREE_SEARCH_SPACE, TRUSTED_TYPES, ClassCriterion, Splitter, TreeParams


class DecisionTreeClassifierParams(TreeParams, BalancedParams):
    criterion: ClassCriterion = "gini"
    """What makes a good split."""
    splitter: Splitter = "best"
    """Whether each column is split at its best place, or at a random one."""


class DecisionTreeClassifier(Estimator[DecisionTreeClassifierParams]):
    """Asks one question about one column after another, until it can answer.

    When: a model that can be read as rules; missing numbers are taken as they are. Alone it learns rows by heart
    unless its depth or its leaves are limited. Serving: scores each request.
    Source: Breiman et al., *Classification and Regression Trees* (1984); `sklearn.tree.DecisionTreeClassifier`.
    """

    spec = Spec(
        key="decision_tree_classifier",
        title="Decision tree",
        category="models/classify",
        icon="account_tree",
        about="Questions about one column after another; can be read as rules.",
        words=("tree", "cart", "rules", "rpart", "c4.5"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "max_depth": 3},
    )
    task = "classification"
    takes_missing = True
    precision = "float32"
    trusted_types = TRUSTED_TYPES
    search_space = TREE_SEARCH_SPACE

    def build(self) -> Any:
        from sklearn import tree

        return tree.DecisionTreeClassifier(**arguments(self.params))
