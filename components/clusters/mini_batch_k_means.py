"""K-means by small batches."""

from typing import Annotated, Any

from pydantic import Field

from components.base import GROUPED_OUT, Spec
from components.clusters.k_means import Centred, CentresParams
from components.models.arguments import Advanced, arguments


class MiniBatchKMeansParams(CentresParams):
    batch_size: Annotated[int, Field(ge=1)] = 1024
    """How many rows are drawn for each step."""
    max_iter: Annotated[int, Field(ge=1), Advanced] = 100
    """The most times that all rows are gone through."""
    tol: Annotated[float, Field(ge=0), Advanced] = 0.0
    """How little the centres must move to have settled; 0 looks at ``max_no_improvement`` only."""
    max_no_improvement: Annotated[Annotated[int, Field(ge=1)] | None, Advanced] = 10
    """After so many batches that did not help, it ends; empty to go on."""
    init_size: Annotated[Annotated[int, Field(ge=1)] | None, Advanced] = None
    """How many rows the first centres are chosen from; empty for three batches."""
    reassignment_ratio: Annotated[float, Field(ge=0, le=1), Advanced] = 0.01
    """Up to which share of the largest cluster's rows a centre is moved somewhere else."""


class MiniBatchKMeans(Centred[MiniBatchKMeansParams]):
    """K-means that looks at a small batch of rows at a time.

    When: as K-means, where many rows or columns make that slow; the groups are a little less tight. Clusters are
    numbered by size. Serving: each record gets the cluster of the nearest centre.
    Source: Sculley, *Web-Scale K-Means Clustering* (2010); `sklearn.cluster.MiniBatchKMeans`.
    """

    spec = Spec(
        key="mini_batch_k_means",
        title="K-means by batches",
        category="models/cluster",
        icon="bubble_chart",
        about="K-means for very many rows.",
        words=("kmeans", "cluster", "clustering", "minibatchkmeans", "big data"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "n_clusters": 3},
    )

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.MiniBatchKMeans(**arguments(self.params))
