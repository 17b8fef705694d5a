"""Elliptic envelope."""

from typing import Annotated, Any

from pydantic import Field

from components.anomalies.settings import Share
from components.base import GROUPED_OUT, Detector, Spec
from components.clusters.settings import SeededParams
from components.errors import UnfitData
from components.models.arguments import Advanced, arguments


class EllipticEnvelopeParams(SeededParams):
    contamination: Share = 0.1
    """The share of the learned rows that is flagged."""
    support_fraction: Annotated[Annotated[float, Field(gt=0, lt=1)] | None, Advanced] = None
    """The share of rows that shape the ellipsoid; empty for a little more than half."""
    assume_centered: Annotated[bool, Advanced] = False
    """Whether the rows are known to lie around zero."""


class EllipticEnvelope(Detector[EllipticEnvelopeParams]):
    """Lays an ellipsoid around the rows in the middle, and measures how far outside a row is.

    When: one group like an ellipsoid, many more rows than columns, whose columns do not determine each other. The score
    is the squared Mahalanobis distance less its threshold; above 0 is an anomaly. Serving: scores each record.
    Source: Rousseeuw & Van Driessen, *A Fast Algorithm for the Minimum Covariance Determinant Estimator* (1999);
    `sklearn.covariance.EllipticEnvelope`, the score being its negated `decision_function`.
    """

    spec = Spec(
        key="elliptic_envelope",
        title="Elliptic envelope",
        category="models/anomaly",
        icon="circle",
        about="Measures how far rows are from the middle of one large group.",
        words=("anomaly", "outlier detection", "novelty", "covariance", "mahalanobis"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"]},
    )

    def build(self) -> Any:
        from sklearn import covariance

        return covariance.EllipticEnvelope(**arguments(self.params))

    def fit(self, matrix: Any) -> Any:
        rows, width = matrix.shape
        if rows <= width + 1:
            raise UnfitData(
                f"{rows:,} rows are too few for an ellipsoid in {width:,} columns.",
                hint="Choose fewer features, or an isolation forest.",
                field="features",
            )
        return super().fit(matrix)
