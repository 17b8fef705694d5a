"""Spectral clustering."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec
from components.clusters.nearest import TYPES, Nearest, by_rows
from components.clusters.settings import ClustersParams, SeededParams
from components.errors import UnfitData
from components.models.arguments import Advanced, arguments


class SpectralParams(ClustersParams, SeededParams):
    affinity: Literal["rbf", "nearest_neighbors"] = "rbf"
    """How alike rows are: by their distance, or by whether they are among each other's nearest."""
    gamma: Annotated[float, Field(gt=0)] = 1.0
    """How quickly rows get unlike with distance, for the affinity rbf."""
    n_neighbors: Annotated[int, Field(ge=1)] = 10
    """How many of the nearest rows are alike, for the affinity nearest_neighbors."""
    n_components: Annotated[Annotated[int, Field(ge=1)] | None, Advanced] = None
    """How many eigenvectors are looked at; empty for as many as clusters."""
    assign_labels: Annotated[Literal["kmeans", "discretize", "cluster_qr"], Advanced] = "kmeans"
    """What finds the clusters among the eigenvectors."""
    n_init: Annotated[int, Field(ge=1, le=1_000), Advanced] = 10
    """How often kmeans begins anew."""


class Spectral(Clusterer[SpectralParams]):
    """Groups rows by how they hang together in the graph of those that are alike.

    When: up to 5,000 rows in groups of any shape, of which you know the number. Scale the features first. Clusters are
    numbered by size. Serving: each record gets the cluster of the nearest learned row.
    Source: Ng, Jordan & Weiss, *On Spectral Clustering* (2002); `sklearn.cluster.SpectralClustering`.
    """

    spec = Spec(
        key="spectral",
        title="Spectral",
        category="models/cluster",
        icon="lan",
        about="Groups of any shape that hang together; for small tables.",
        words=("spectral clustering", "cluster", "clustering", "graph"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "n_clusters": 3, "affinity": "nearest_neighbors"},
    )
    most_rows = 5_000
    instead = "HDBSCAN or K-means"
    trusted_types = (TYPES[Nearest],)

    @property
    def pair_bytes(self) -> int:
        """How alike rows are, and what the solver makes of it."""
        return 24 if self.params.affinity == "rbf" else 0

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.SpectralClustering(**arguments(self.params))

    def fit(self, matrix: Any) -> Any:
        wanted, rows = self.params.n_neighbors, len(matrix)
        if self.params.affinity == "nearest_neighbors" and wanted > rows:
            raise UnfitData(
                f"{wanted:,} neighbours are asked for, but there are only {rows:,} rows.",
                hint="Lower 'n_neighbors'.",
                field="n_neighbors",
            )
        return super().fit(matrix)

    def learned(self, fitted: Any, matrix: Any) -> Nearest:
        return by_rows(fitted.labels_, matrix)
