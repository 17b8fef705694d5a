"""Huber regression."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import Advanced, arguments


class HuberParams(WeighedParams):
    epsilon: Annotated[float, Field(ge=1)] = 1.35
    """From how many times the usual error on a row is an outlier."""
    alpha: Annotated[float, Field(ge=0)] = 1e-4
    """Strength of the penalty on the squares of the coefficients."""
    max_iter: Annotated[int, Field(ge=1, le=100_000)] = 100
    """The most iterations of the solver."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-5
    """When the solver has converged."""


class Huber(Estimator[HuberParams]):
    """A linear model in which large errors count by their size, not by their square.

    When: a linear model of a number, with outliers among the rows; scale numbers first. Serving: scores each request.
    Source: Huber & Ronchetti, *Robust Statistics* (2009), §7; `sklearn.linear_model.HuberRegressor`.
    """

    spec = Spec(
        key="huber",
        title="Huber regression",
        category="models/regress",
        icon="shield",
        about="A linear model that outliers do not pull away.",
        words=("robust regression", "outliers", "linear model"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"
    takes_sparse = True
    search_space: ClassVar[Mapping[str, Any]] = {"epsilon": (1.01, 3.0), "alpha": ("log", 1e-6, 1e2)}

    def build(self) -> Any:
        from sklearn import linear_model

        return linear_model.HuberRegressor(**arguments(self.params))
