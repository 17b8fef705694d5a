"""Poisson regression."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec, WeighedParams
from components.errors import UnfitData
from components.models.arguments import Advanced, arguments


class PoissonRegressorParams(WeighedParams):
    alpha: Annotated[float, Field(ge=0)] = 1.0
    """Strength of the penalty on the squares of the coefficients."""
    max_iter: Annotated[int, Field(ge=1, le=100_000)] = 100
    """The most iterations of the solver."""
    solver: Annotated[Literal["lbfgs", "newton-cholesky"], Advanced] = "lbfgs"
    """The algorithm; newton-cholesky is quicker with many rows and few columns."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-4
    """When the solver has converged."""


class PoissonRegressor(Estimator[PoissonRegressorParams]):
    """A linear model of the logarithm of an expected count.

    When: counts and rates, which cannot be negative; scale numbers first. Serving: scores each request.
    Source: McCullagh & Nelder, *Generalized Linear Models* (1989), ch. 6; `sklearn.linear_model.PoissonRegressor`.
    """

    spec = Spec(
        key="poisson_regressor",
        title="Poisson regression",
        category="models/regress",
        icon="numbers",
        about="A linear model for counts; answers are never negative.",
        words=("count model", "glm", "counts", "linear model"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"
    takes_skewed_target = True
    takes_sparse = True
    search_space: ClassVar[Mapping[str, Any]] = {"alpha": ("log", 1e-6, 1e2)}

    def build(self) -> Any:
        from sklearn import linear_model

        return linear_model.PoissonRegressor(**arguments(self.params))

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        negative = int((target < 0).sum())
        if negative or not target.any():
            wrong = f"is negative in {negative:,} train rows" if negative else "is 0 in every train row"
            name = self.params.target
            raise UnfitData(
                f"Counts cannot be negative, nor all of them 0; the target {name!r} {wrong}.",
                hint="Choose another target or model, or filter those rows.",
                field="target",
                column=name,
            )
        return super().fit(matrix, target, **beside)
