"""Naive Bayes for numbers."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from components.base import MODEL_OUT, Spec, WeighedParams
from components.models.arguments import BalancedParams, arguments
from components.models.soundness import check_sound
from components.models.weighted import Weighted


class GaussianNBParams(BalancedParams, WeighedParams):
    var_smoothing: Annotated[float, Field(ge=0)] = 1e-9
    """The share of the largest variance of a feature that is added to all of them."""


class GaussianNB(Weighted[GaussianNBParams]):
    """Takes each feature of each class as normally distributed, and as independent of the others.

    When: a quick first model of numbers; its probabilities are too sure where features depend on each other.
    Serving: scores each request. Source: Zhang, *The Optimality of Naive Bayes* (2004);
    `sklearn.naive_bayes.GaussianNB`.
    """

    spec = Spec(
        key="gaussian_nb",
        title="Gaussian naive Bayes",
        category="models/classify",
        icon="bubble_chart",
        about="A bell curve per feature and class; trains in one look.",
        words=("naive bayes", "bayes", "gaussiannb"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"]},
    )
    task = "classification"
    search_space: ClassVar[Mapping[str, Any]] = {"var_smoothing": ("log", 1e-12, 1e-3)}

    def build(self) -> Any:
        from sklearn import naive_bayes

        return naive_bayes.GaussianNB(**arguments(self.params, "class_weight"))

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        estimator = super().fit(matrix, target, **beside)
        check_sound(estimator.var_, 1 / estimator.var_)
        return estimator
