"""LightGBM for numbers."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from components.base import MODEL_OUT, Spec
from components.libraries import LIGHTGBM
from components.models.arguments import Advanced
from components.models.lightgbming import LightGBM, LightGBMParams

Objective = Literal["regression", "regression_l1", "huber", "quantile", "mape", "poisson", "gamma", "tweedie"]


class LightGBMRegressorParams(LightGBMParams):
    objective: Annotated[Objective, Advanced] = "regression"
    """What to minimise: squared errors for the mean, absolute ones (l1) for the median, poisson for counts, …"""
    alpha: Annotated[float, Field(gt=0), Advanced] = 0.9
    """Which quantile the objective quantile predicts; for huber, from which error on only its size counts."""

    @model_validator(mode="after")
    def _is_a_quantile(self) -> Self:
        if self.objective == "quantile" and self.alpha >= 1:
            raise ValueError("for the objective 'quantile', 'alpha' must be below 1")
        return self


class LightGBMRegressor(LightGBM[LightGBMRegressorParams]):
    """Trees that each correct the sum of those before, grown leaf by leaf on binned numbers.

    When: often the best score on tables, and quick on many rows; missing numbers are taken as they are. Serving: scores
    each request.
    Source: Ke et al., *LightGBM: A Highly Efficient Gradient Boosting Decision Tree* (2017); `lightgbm.LGBMRegressor`.
    """

    spec = Spec(
        key="lightgbm_regressor",
        title="LightGBM",
        category="models/regress",
        icon="bolt",
        about="Trees grown leaf by leaf that correct each other; quick on many rows.",
        words=("lgbm", "gbm", "boosting", "boosted trees", "gradient boosting"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "n_estimators": 5},
        requires=(LIGHTGBM,),
    )
    task = "regression"
    trusted_types = (*LightGBM.trusted_types, "lightgbm.sklearn.LGBMRegressor")

    @classmethod
    def library(cls) -> Any:
        from lightgbm import LGBMRegressor

        return LGBMRegressor
