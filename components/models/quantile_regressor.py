"""Quantile regression."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from components.base import MODEL_OUT, Spec, WeighedParams
from components.models.arguments import Advanced, arguments
from components.models.bounded import Bounded
from components.models.soundness import no_numbers


class QuantileRegressorParams(WeighedParams):
    quantile: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """The share of targets below the answer; 0.5 for the median."""
    alpha: Annotated[float, Field(ge=0)] = 1.0
    """Strength of the penalty on the sizes of the coefficients."""
    fit_intercept: Annotated[bool, Advanced] = True
    """Whether to learn a constant term."""
    solver: Annotated[Literal["highs", "highs-ds", "highs-ipm"], Advanced] = "highs"
    """The algorithm."""


class QuantileRegressor(Bounded[QuantileRegressorParams]):
    """A linear model below which a chosen share of the targets lies.

    When: a range instead of one number (one model for each end), or a median that outliers do not move. Solves a linear
    program, which takes up to 50,000 rows. Serving: scores each request.
    Source: Koenker & Bassett, *Regression Quantiles* (1978); `sklearn.linear_model.QuantileRegressor`.
    """

    spec = Spec(
        key="quantile_regressor",
        title="Quantile regression",
        category="models/regress",
        icon="percent",
        about="A linear model of a median or another quantile.",
        words=("median regression", "prediction interval", "percentile", "linear model"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"]},
    )
    task = "regression"
    takes_sparse = True
    most_rows = 50_000
    instead = "gradient boosting with the loss quantile"
    search_space: ClassVar[Mapping[str, Any]] = {"alpha": ("log", 1e-5, 10.0)}

    def build(self) -> Any:
        from sklearn import linear_model

        return linear_model.QuantileRegressor(**arguments(self.params))

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        try:
            return super().fit(matrix, target, **beside)
        except TypeError as error:  # scikit-learn goes on without the solution that its solver did not find
            raise no_numbers() from error
