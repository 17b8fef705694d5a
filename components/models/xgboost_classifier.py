"""XGBoost for classes."""

from typing import Any

from components.base import LABEL, MODEL_OUT, Spec
from components.libraries import XGBOOST
from components.models.arguments import BalancedParams
from components.models.xgboosting import WEIGHT, XGBoost, XGBoostParams


class XGBoostClassifierParams(XGBoostParams, BalancedParams):
    pass


class XGBoostClassifier(XGBoost[XGBoostClassifierParams]):
    """Trees that each correct the sum of those before, regularized.

    When: often the best score on tables, and the one model that Spark's workers can train together; missing numbers
    are taken as they are. Serving: scores each request.
    Source: Chen & Guestrin, *XGBoost: A Scalable Tree Boosting System* (2016); `xgboost.XGBClassifier`.
    """

    spec = Spec(
        key="xgboost_classifier",
        title="XGBoost",
        category="models/classify",
        icon="rocket_launch",
        about="Regularized trees that correct each other; trains on Spark too.",
        words=("xgb", "boosting", "boosted trees", "gradient boosting", "gbm"),
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "n_estimators": 5},
        requires=(XGBOOST,),
    )
    task = "classification"
    trusted_types = (*XGBoost.trusted_types, "xgboost.sklearn.XGBClassifier")

    @classmethod
    def local(cls) -> Any:
        from xgboost import XGBClassifier

        return XGBClassifier

    @classmethod
    def spark(cls) -> Any:
        from xgboost.spark import SparkXGBClassifier

        return SparkXGBClassifier

    def settings(self) -> dict[str, Any]:
        # XGBoost knows weights of rows, not of classes.
        return {name: value for name, value in super().settings().items() if name != "class_weight"}

    def weights(self, target: Any) -> Any | None:
        from sklearn.utils.class_weight import compute_sample_weight

        return compute_sample_weight("balanced", target) if self.params.class_weight else None

    def weighed(self, frame: Any) -> Any:
        if self.params.class_weight is None:
            return frame
        from pyspark.sql.functions import create_map, lit

        counts = {row[0]: row[1] for row in frame.groupBy(LABEL).count().collect()}
        share = sum(counts.values()) / len(counts)
        weights = {label: share / count for label, count in counts.items()}
        by_label = create_map(*(lit(part) for pair in sorted(weights.items()) for part in pair))
        return frame.withColumn(WEIGHT, by_label[frame[LABEL]])
