"""K-medoids."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec
from components.clusters.nearest import TYPES, Metric, Nearest
from components.clusters.numbering import numbering
from components.clusters.settings import ClustersParams, SeededParams
from components.libraries import KMEDOIDS
from components.models.arguments import Advanced, arguments


class KMedoidsParams(ClustersParams, SeededParams):
    metric: Metric = "euclidean"
    """What near means: straight lines, city blocks, or the largest difference of a column."""
    method: Annotated[Literal["fasterpam", "fastpam1", "pam", "alternate"], Advanced] = "fasterpam"
    """How rows in the middle are exchanged: ``fasterpam`` is the quickest, ``alternate`` the least exact."""
    init: Annotated[Literal["random", "first", "build"], Advanced] = "random"
    """The first rows in the middle: by chance, the first ones, or built one after the other."""
    max_iter: Annotated[int, Field(ge=1), Advanced] = 300
    """The most rounds."""


class KMedoids(Clusterer[KMedoidsParams]):
    """Groups rows around a number of rows in the middle, so that the distances to them are short.

    When: like K-means, where a few rows far away must not pull the centres along, or where the middle of a group must
    be a real row; up to 10,000 rows. Scale the features first. Clusters are numbered by size.
    Serving: each record gets the cluster of the nearest middle row.
    Source: Kaufman & Rousseeuw, *Clustering by Means of Medoids* (1987); Schubert & Rousseeuw, *Fast and Eager
    k-Medoids Clustering* (2021); `kmedoids.KMedoids`.
    """

    spec = Spec(
        key="k_medoids",
        title="K-medoids",
        category="models/cluster",
        icon="adjust",
        about="Groups around real rows in the middle; rows far away matter less.",
        words=("pam", "cluster", "clustering", "medoids"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "n_clusters": 3},
        requires=(KMEDOIDS,),
    )
    most_rows = 10_000
    instead = "K-means"
    trusted_types = (TYPES[Nearest],)

    @property
    def pair_bytes(self) -> int:
        return 8

    def build(self) -> Any:
        import kmedoids

        return kmedoids.KMedoids(**arguments(self.params))

    def fit(self, matrix: Any) -> Any:
        if len(matrix) <= self.params.n_clusters:
            raise ValueError(f"{self.params.n_clusters} clusters need more than {len(matrix)} rows")
        return super().fit(matrix)

    def learned(self, fitted: Any, matrix: Any) -> Nearest:
        import numpy as np

        middles = np.asarray(fitted.medoid_indices_, dtype=np.int64)
        numbers = numbering(np.asarray(fitted.labels_, dtype=np.int64), matrix, len(middles))
        return Nearest(matrix[middles], numbers, metric=self.params.metric)
