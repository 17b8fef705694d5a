"""Logistic regression."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import Advanced, BalancedParams, Seed, arguments

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression as SklearnLogisticRegression


class LogisticRegressionParams(BalancedParams, WeighedParams):
    C: Annotated[float, Field(gt=0)] = 1.0
    """Inverse strength of regularization: smaller values keep the coefficients smaller."""
    max_iter: Annotated[int, Field(ge=1, le=100_000)] = 100
    """The most iterations of the solver."""
    l1_ratio: Annotated[float, Field(ge=0, le=1), Advanced] = 0.0
    """Share of the L1 penalty, which sets coefficients to zero; above 0 it needs the solver saga or liblinear."""
    solver: Annotated[Literal["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"], Advanced] = "lbfgs"
    """The algorithm."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-4
    """When the solver has converged."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    seed: Annotated[Seed, Advanced] = 0
    """Makes the solvers that shuffle rows repeatable."""


class LogisticRegression(Estimator[LogisticRegressionParams]):
    """A linear model of the log-odds of each class.

    When: a first model, and one whose coefficients can be read; scale numbers and encode texts first.
    Serving: scores each request. Source: Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2009),
    §4.4; `sklearn.linear_model.LogisticRegression`.
    """

    spec = Spec(
        key="logistic_regression",
        title="Logistic regression",
        category="models/classify",
        icon="ssid_chart",
        about="A linear model for classes; its coefficients can be read.",
        words=(
            "logit",
            "logistic",
            "linear classifier",
            "glm",
            "logreg",
            "classifier",
            "binary classification",
            "sigmoid",
        ),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"]},
    )
    task = "classification"
    takes_sparse = True
    search_space: ClassVar[Mapping[str, Any]] = {"C": ("log", 1e-3, 1e3), "class_weight": (None, "balanced")}

    def build(self) -> "SklearnLogisticRegression":
        from sklearn.linear_model import LogisticRegression as SklearnLogisticRegression

        return SklearnLogisticRegression(**arguments(self.params))
