"""Affinity propagation."""

from typing import Annotated, Any

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec
from components.clusters.nearest import TYPES, Nearest, by_centres
from components.clusters.settings import SeededParams
from components.models.arguments import Advanced, arguments


class AffinityPropagationParams(SeededParams):
    damping: Annotated[float, Field(ge=0.5, lt=1)] = 0.5
    """How much of the last messages is kept; more keeps them from swinging."""
    preference: float | None = None
    """How much rows want to be an example: less, such as -50, gives fewer clusters; empty for the median."""
    max_iter: Annotated[int, Field(ge=1), Advanced] = 200
    """The most rounds of messages."""
    convergence_iter: Annotated[int, Field(ge=1), Advanced] = 15
    """After so many rounds without a change, it has settled."""


class AffinityPropagation(Clusterer[AffinityPropagationParams]):
    """Rows send each other messages until some are examples for the others.

    When: up to 5,000 rows in many small groups of unknown number, each with a real row as its example. Scale the
    features first. Clusters are numbered by size; where the messages do not settle, every row may be -1.
    Serving: each record gets the cluster of the nearest example.
    Source: Frey & Dueck, *Clustering by Passing Messages Between Data Points* (2007);
    `sklearn.cluster.AffinityPropagation`.
    """

    spec = Spec(
        key="affinity_propagation",
        title="Affinity propagation",
        category="models/cluster",
        icon="hub",
        about="Rows choose examples among themselves; for small tables.",
        words=("cluster", "clustering", "exemplars"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "damping": 0.8},
    )
    most_rows = 5_000
    instead = "K-medoids or K-means"
    trusted_types = (TYPES[Nearest],)

    @property
    def pair_bytes(self) -> int:
        return 40

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.AffinityPropagation(**arguments(self.params))

    def learned(self, fitted: Any, matrix: Any) -> Nearest:
        import numpy as np

        examples = np.reshape(fitted.cluster_centers_, (-1, matrix.shape[1]))
        return by_centres(examples, range(len(examples)), fitted.labels_, matrix)
