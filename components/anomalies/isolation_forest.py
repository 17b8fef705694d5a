"""Isolation forest."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.anomalies.settings import Contamination
from components.base import GROUPED_OUT, Detector, Spec
from components.clusters.settings import SeededParams
from components.models.arguments import Advanced, arguments
from components.models.trees import TRUSTED_TYPES


class IsolationForestParams(SeededParams):
    n_estimators: Annotated[int, Field(ge=1, le=5000)] = 100
    """How many trees."""
    contamination: Contamination = "auto"
    """The share of the learned rows that is flagged; ``auto`` flags what is set apart more quickly than is usual."""
    max_samples: Annotated[
        Literal["auto"] | Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, le=1)], Advanced
    ] = "auto"
    """How many rows, or which share, each tree sees; ``auto`` for at most 256."""
    max_features: Annotated[Annotated[float, Field(gt=0, le=1)], Advanced] = 1.0
    """The share of the columns that each tree sees."""
    bootstrap: Annotated[bool, Advanced] = False
    """Whether each tree sees rows drawn with replacement."""


class IsolationForest(Detector[IsolationForestParams]):
    """Parts rows by chance: what is alone after a few cuts is strange.

    When: the first to try, on any number of rows and columns; missing numbers are taken as they are. The score goes
    from about -0.5 to 0.5; above 0 is an anomaly. Serving: scores each record.
    Source: Liu, Ting & Zhou, *Isolation Forest* (2008); `sklearn.ensemble.IsolationForest`, the score being its
    negated `decision_function`.
    """

    spec = Spec(
        key="isolation_forest",
        title="Isolation forest",
        category="models/anomaly",
        icon="forest",
        about="Finds rows that are quickly set apart from all others.",
        words=("anomaly", "anomaly detection", "outlier detection", "fraud", "novelty", "outliers"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "n_estimators": 10},
    )
    takes_missing = True
    precision = "float32"
    trusted_types = TRUSTED_TYPES

    def build(self) -> Any:
        from sklearn import ensemble

        return ensemble.IsolationForest(**arguments(self.params))
