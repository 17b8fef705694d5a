"""DBSCAN."""

from typing import Annotated, Any

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec, UnsupervisedParams
from components.clusters.nearest import TYPES, Known, Metric, Nearest
from components.clusters.numbering import numbering, renumbered
from components.errors import UnfitData
from components.models.arguments import arguments

MOST_NEIGHBOURS = 50_000_000
"""scikit-learn keeps every row's neighbours at once: these take 400 MB."""


class DBSCANParams(UnsupervisedParams):
    eps: Annotated[float, Field(gt=0)] = 0.5
    """How near rows must be to be neighbours."""
    min_samples: Annotated[int, Field(ge=1)] = 5
    """How many neighbours, itself included, a row needs to be inside a cluster."""
    metric: Metric = "euclidean"
    """What near means: straight lines, city blocks, or the largest difference of a column."""


class DBSCAN(Clusterer[DBSCANParams]):
    """Joins rows that have enough neighbours near them; what is left alone is noise, cluster -1.

    When: groups of any shape, of one density, among noise; their number need not be known; up to 100,000 rows. Scale
    the features first. Clusters are numbered by size. Serving: a record gets the cluster of the nearest core row, or -1
    where none is within `eps`; a row that was learned from keeps its cluster.
    Source: Ester et al., *A Density-Based Algorithm for Discovering Clusters* (1996); `sklearn.cluster.DBSCAN`; new
    rows as `predict` of the R package dbscan has them.
    """

    spec = Spec(
        key="dbscan",
        title="DBSCAN",
        category="models/cluster",
        icon="grain",
        about="Groups of any shape, by how near rows are; the rest is noise.",
        words=("cluster", "clustering", "density"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "eps": 2.0},
    )
    most_rows = 100_000
    instead = "HDBSCAN, K-means or BIRCH"
    trusted_types = (TYPES[Nearest], TYPES[Known])

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.DBSCAN(**arguments(self.params))

    def fit(self, matrix: Any) -> Any:
        self.check_rows(len(matrix))
        self._check_neighbours(matrix)
        return super().fit(matrix)

    def _check_neighbours(self, matrix: Any) -> None:
        from sklearn.neighbors import KDTree

        if len(matrix) ** 2 <= MOST_NEIGHBOURS:
            return
        tree = KDTree(matrix, metric=self.params.metric)
        found = int(tree.query_radius(matrix, self.params.eps, count_only=True).sum())
        if found > MOST_NEIGHBOURS:
            raise UnfitData(
                f"Within {self.params.eps:g} of a row there are {found // len(matrix):,} others on average: too many "
                "to tell groups apart, and to keep in memory.",
                hint="Lower 'eps', scale the features, or sample rows first.",
                field="eps",
            )

    def learned(self, fitted: Any, matrix: Any) -> Known:
        labels = renumbered(fitted.labels_, numbering(fitted.labels_, matrix))
        core = fitted.core_sample_indices_
        inside = Nearest(matrix[core], labels[core], self.params.eps, self.params.metric)
        return Known(matrix, labels, inside)
