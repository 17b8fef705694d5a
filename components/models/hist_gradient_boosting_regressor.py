"""Histogram gradient boosting for numbers."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from components.base import MODEL_OUT, Spec
from components.models.arguments import Advanced, arguments
from components.models.boosting import SEARCH_SPACE, TRUSTED_TYPES, Boosting, BoostingParams
from components.params import only_if

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor as SklearnHistGradientBoostingRegressor


class HistGradientBoostingRegressorParams(BoostingParams):
    loss: Literal["squared_error", "absolute_error", "gamma", "poisson", "quantile"] = "squared_error"
    """What to minimise: squared errors for the mean, absolute errors for the median, poisson for counts, …"""
    quantile: Annotated[Annotated[float, Field(ge=0, le=1)] | None, Advanced, only_if(loss="quantile")] = None
    """Which quantile to predict, with the loss ``quantile``."""

    @model_validator(mode="after")
    def _quantile_has_its_loss(self) -> Self:
        if (self.loss == "quantile") != (self.quantile is not None):
            raise ValueError("'quantile' is set exactly when the loss is 'quantile'")
        return self


class HistGradientBoostingRegressor(Boosting[HistGradientBoostingRegressorParams]):
    """Trees that each correct the sum of those before, on binned numbers.

    When: usually the best score on tables; missing numbers are taken as they are. Serving: scores each request.
    Source: Ke et al., *LightGBM* (2017); `sklearn.ensemble.HistGradientBoostingRegressor`.
    """

    spec = Spec(
        key="hist_gradient_boosting_regressor",
        title="Gradient boosting",
        category="models/regress",
        icon="trending_up",
        about="Trees that correct each other; usually the best score on tables.",
        words=(
            "gbm",
            "boosting",
            "boosted trees",
            "gradient boosted trees",
            "histgradientboosting",
            "regressor",
            "predict number",
        ),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "max_iter": 5},
    )
    task = "regression"
    takes_missing = True
    trusted_types = TRUSTED_TYPES
    search_space = SEARCH_SPACE

    def build(self) -> "SklearnHistGradientBoostingRegressor":
        from sklearn.ensemble import HistGradientBoostingRegressor as SklearnHistGradientBoostingRegressor

        return SklearnHistGradientBoostingRegressor(**arguments(self.params))
