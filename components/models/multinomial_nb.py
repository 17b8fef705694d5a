"""Naive Bayes for counts."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from components.base import MODEL_OUT, Spec, WeighedParams
from components.models.arguments import Advanced, BalancedParams, arguments
from components.models.weighted import Weighted


class MultinomialNBParams(BalancedParams, WeighedParams):
    alpha: Annotated[float, Field(ge=0)] = 1.0
    """How much is added to every count, so that what was never seen is not impossible."""
    fit_prior: bool = True
    """Whether frequent classes are taken as more likely to begin with."""
    force_alpha: Annotated[bool, Advanced] = True
    """Whether an ``alpha`` below 1e-10 is taken as it is."""


class MultinomialNB(Weighted[MultinomialNBParams]):
    """Compares how often each feature counts in each class.

    When: counts and shares, such as words of texts; no feature may be negative, which is refused by name.
    Serving: scores each request. Source: Manning, Raghavan & Schütze, *Introduction to Information Retrieval* (2008),
    ch. 13; `sklearn.naive_bayes.MultinomialNB`.
    """

    spec = Spec(
        key="multinomial_nb",
        title="Multinomial naive Bayes",
        category="models/classify",
        icon="tag",
        about="Compares how often features count in each class; for words and counts.",
        words=("naive bayes", "bayes", "text classification", "spam"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["other"]},
    )
    task = "classification"
    takes_sparse = True
    takes_negative = False
    search_space: ClassVar[Mapping[str, Any]] = {"alpha": ("log", 1e-3, 10.0), "fit_prior": (True, False)}

    def build(self) -> Any:
        from sklearn import naive_bayes

        return naive_bayes.MultinomialNB(**arguments(self.params, "class_weight"))
