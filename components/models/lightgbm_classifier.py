"""LightGBM for classes."""

from typing import Any

from components.base import MODEL_OUT, Spec
from components.libraries import LIGHTGBM
from components.models.arguments import BalancedParams
from components.models.lightgbming import LightGBM, LightGBMParams


class LightGBMClassifierParams(LightGBMParams, BalancedParams):
    pass


class LightGBMClassifier(LightGBM[LightGBMClassifierParams]):
    """Trees that each correct the sum of those before, grown leaf by leaf on binned numbers.

    When: often the best score on tables, and quick on many rows; missing numbers are taken as they are. Serving: scores
    each request.
    Source: Ke et al., *LightGBM: A Highly Efficient Gradient Boosting Decision Tree* (2017);
    `lightgbm.LGBMClassifier`.
    """

    spec = Spec(
        key="lightgbm_classifier",
        title="LightGBM",
        category="models/classify",
        icon="bolt",
        about="Trees grown leaf by leaf that correct each other; quick on many rows.",
        words=("lgbm", "gbm", "boosting", "boosted trees", "gradient boosting"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "n_estimators": 5},
        requires=(LIGHTGBM,),
    )
    task = "classification"
    trusted_types = (*LightGBM.trusted_types, "lightgbm.sklearn.LGBMClassifier")

    @classmethod
    def library(cls) -> Any:
        from lightgbm import LGBMClassifier

        return LGBMClassifier
