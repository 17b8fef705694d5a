"""Ridge regression."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.models.arguments import Advanced, Seed, arguments


class RidgeParams(WeighedParams):
    alpha: Annotated[float, Field(ge=0)] = 1.0
    """Strength of the penalty: larger values keep the coefficients smaller."""
    positive: bool = False
    """Whether coefficients must not be negative."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    solver: Annotated[Literal["auto", "lsqr", "sparse_cg", "sag", "lbfgs"], Advanced] = "auto"
    """The algorithm; of scikit-learn's, those that take wide one-hot columns too."""
    max_iter: Annotated[Annotated[int, Field(ge=1)] | None, Advanced] = None
    """The most iterations of a solver that iterates; empty for its own limit."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-4
    """When such a solver has converged."""
    seed: Annotated[Seed, Advanced] = 0
    """Makes the solver that shuffles rows repeatable."""

    @model_validator(mode="after")
    def _solver_can(self) -> Self:
        if self.positive and self.solver not in ("auto", "lbfgs"):
            raise ValueError("'positive' needs the solver 'auto' or 'lbfgs'")
        if self.solver == "lbfgs" and not self.positive:
            raise ValueError("the solver 'lbfgs' is only for 'positive' coefficients")
        return self


class Ridge(Estimator[RidgeParams]):
    """Least squares with a penalty on the squares of the coefficients.

    When: a linear model of a number, steadier than plain least squares where features depend on each other; scale
    numbers first. Serving: scores each request.
    Source: Hoerl & Kennard, *Ridge Regression* (1970); `sklearn.linear_model.Ridge`.
    """

    spec = Spec(
        key="ridge",
        title="Ridge regression",
        category="models/regress",
        icon="terrain",
        about="A linear model that keeps its coefficients small.",
        words=("l2", "linear model", "regularization", "penalized", "tikhonov"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"
    takes_sparse = True
    search_space: ClassVar[Mapping[str, Any]] = {"alpha": ("log", 1e-4, 1e4)}

    def build(self) -> Any:
        from sklearn import linear_model

        return linear_model.Ridge(**arguments(self.params))
