"""XGBoost for numbers."""

from typing import Annotated, Any, Literal

from components.base import MODEL_OUT, Spec
from components.libraries import XGBOOST
from components.models.arguments import Advanced
from components.models.xgboosting import XGBoost, XGBoostParams

Objective = Literal["reg:squarederror", "reg:absoluteerror", "count:poisson", "reg:gamma", "reg:tweedie"]


class XGBoostRegressorParams(XGBoostParams):
    objective: Annotated[Objective, Advanced] = "reg:squarederror"
    """What to minimise: squared errors for the mean, absolute errors for the median, poisson for counts, …"""


class XGBoostRegressor(XGBoost[XGBoostRegressorParams]):
    """Trees that each correct the sum of those before, regularized.

    When: often the best score on tables, and the one model that Spark's workers can train together; missing numbers
    are taken as they are. Serving: scores each request.
    Source: Chen & Guestrin, *XGBoost: A Scalable Tree Boosting System* (2016); `xgboost.XGBRegressor`.
    """

    spec = Spec(
        key="xgboost_regressor",
        title="XGBoost",
        category="models/regress",
        icon="rocket_launch",
        about="Regularized trees that correct each other; trains on Spark too.",
        words=("xgb", "boosting", "boosted trees", "gradient boosting", "gbm"),
        outputs=MODEL_OUT,
        example={"target": "target_number", "features": ["number", "other"], "n_estimators": 5},
        requires=(XGBOOST,),
    )
    task = "regression"
    trusted_types = (*XGBoost.trusted_types, "xgboost.sklearn.XGBRegressor")

    @classmethod
    def local(cls) -> Any:
        from xgboost import XGBRegressor

        return XGBRegressor

    @classmethod
    def spark(cls) -> Any:
        from xgboost.spark import SparkXGBRegressor

        return SparkXGBRegressor
