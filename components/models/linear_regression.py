"""Linear regression."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import Advanced, arguments

if TYPE_CHECKING:
    from sklearn.linear_model import LinearRegression as SklearnLinearRegression


class LinearRegressionParams(WeighedParams):
    fit_intercept: bool = True
    """Whether to learn a constant term."""
    positive: bool = False
    """Whether coefficients must not be negative."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-6
    """When the solver for sparse data has converged."""


class LinearRegression(Estimator[LinearRegressionParams]):
    """Ordinary least squares.

    When: a first model of a number, and one whose coefficients can be read. Serving: scores each request.
    Source: Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2009), §3.2;
    `sklearn.linear_model.LinearRegression`.
    """

    spec = Spec(
        key="linear_regression",
        title="Linear regression",
        category="models/regress",
        icon="show_chart",
        about="A linear model for numbers; its coefficients can be read.",
        words=("ols", "least squares", "lm", "regression", "linear model", "regressor", "glm"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"

    def build(self) -> "SklearnLinearRegression":
        from sklearn.linear_model import LinearRegression as SklearnLinearRegression

        return SklearnLinearRegression(**arguments(self.params))
