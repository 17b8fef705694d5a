"""Bayesian ridge regression."""

from typing import Annotated, Any

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import Advanced, arguments
from components.models.soundness import check_sound

Prior = Annotated[float, Field(ge=0), Advanced]
Start = Annotated[Annotated[float, Field(ge=0)] | None, Advanced]


class BayesianRidgeParams(WeighedParams):
    max_iter: Annotated[int, Field(ge=1, le=100_000)] = 300
    """The most iterations."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-3
    """When the coefficients have settled."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    alpha_1: Prior = 1e-6
    """Shape of the gamma prior of the precision of the noise."""
    alpha_2: Prior = 1e-6
    """Rate of the gamma prior of the precision of the noise."""
    lambda_1: Prior = 1e-6
    """Shape of the gamma prior of the precision of the coefficients."""
    lambda_2: Prior = 1e-6
    """Rate of the gamma prior of the precision of the coefficients."""
    alpha_init: Start = None
    """The precision of the noise to start from; empty for that of the target."""
    lambda_init: Start = None
    """The precision of the coefficients to start from; empty for 1."""


class BayesianRidge(Estimator[BayesianRidgeParams]):
    """Ridge regression that finds the strength of its penalty from the rows.

    When: a linear model of a number without tuning, also from few rows. Serving: scores each request.
    Source: MacKay, *Bayesian Interpolation* (1992); Tipping, *Sparse Bayesian Learning* (2001);
    `sklearn.linear_model.BayesianRidge`.
    """

    spec = Spec(
        key="bayesian_ridge",
        title="Bayesian ridge regression",
        category="models/regress",
        icon="blur_linear",
        about="A linear model that tunes itself.",
        words=("bayes", "linear model", "bayesian"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"

    def build(self) -> Any:
        from sklearn import linear_model

        return linear_model.BayesianRidge(**arguments(self.params))

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        estimator = super().fit(matrix, target, **beside)
        check_sound(estimator.coef_, estimator.intercept_)
        return estimator
