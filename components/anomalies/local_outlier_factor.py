"""Local outlier factor."""

from typing import Annotated, Any

from pydantic import Field

from components.anomalies.settings import Contamination
from components.base import GROUPED_OUT, Detector, Spec, UnsupervisedParams
from components.clusters.nearest import TYPES, Known, Metric
from components.models.arguments import arguments
from components.models.neighbours import TREES


class LocalOutlierFactorParams(UnsupervisedParams):
    n_neighbors: Annotated[int, Field(ge=1, le=10_000)] = 20
    """How many of the nearest rows a row is compared with."""
    contamination: Contamination = "auto"
    """The share of the learned rows that is flagged; ``auto`` flags factors above 1.5."""
    metric: Metric = "euclidean"
    """What near means: straight lines, city blocks, or the largest difference of a column."""


class LocalOutlierFactor(Detector[LocalOutlierFactorParams]):
    """Compares how dense it is around a row with how dense it is around its neighbours.

    When: rows that are strange for their surroundings, though not far from everything; up to 100,000 rows, which the
    model keeps. Scale the features first. The score is the factor less its threshold; above 0 is an anomaly.
    Serving: compares each record with the learned rows; a learned row is not its own neighbour.
    Source: Breunig et al., *LOF: Identifying Density-Based Local Outliers* (2000);
    `sklearn.neighbors.LocalOutlierFactor`, with `novelty` for rows that it has not learned from.
    """

    spec = Spec(
        key="local_outlier_factor",
        title="Local outlier factor",
        category="models/anomaly",
        icon="scatter_plot",
        about="Finds rows in sparser places than their neighbours.",
        words=("lof", "anomaly", "anomaly detection", "outlier detection", "novelty", "outliers"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "n_neighbors": 5},
    )
    most_rows = 100_000
    instead = "an isolation forest"
    trusted_types = (*TREES, TYPES[Known])

    def build(self) -> Any:
        from sklearn import neighbors

        return neighbors.LocalOutlierFactor(**arguments(self.params), algorithm="kd_tree", novelty=True)

    def learned(self, fitted: Any, matrix: Any) -> Known:
        return Known(matrix, fitted.negative_outlier_factor_ - fitted.offset_, fitted)
