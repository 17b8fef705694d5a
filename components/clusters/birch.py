"""BIRCH."""

from typing import Annotated, Any

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec, UnsupervisedParams
from components.clusters.nearest import TYPES, Nearest, by_centres
from components.clusters.settings import Count
from components.errors import UnfitData
from components.models.arguments import Advanced, arguments

MOST_SUBCLUSTERS = 10_000
"""They are joined pair by pair: so many take 800 MB."""


class BirchParams(UnsupervisedParams):
    n_clusters: Count | None = 3
    """How many clusters the small ones are joined to; empty to leave them as they are."""
    threshold: Annotated[float, Field(gt=0)] = 0.5
    """How wide a small cluster may be."""
    branching_factor: Annotated[int, Field(ge=2), Advanced] = 50
    """The most branches of a node of the tree."""


class Birch(Clusterer[BirchParams]):
    """Puts rows into many small clusters in one pass, then joins these.

    When: many rows in round groups; scale the features first. Clusters are numbered by size.
    Serving: each record gets the cluster of the nearest small one.
    Source: Zhang, Ramakrishnan & Livny, *BIRCH: An Efficient Data Clustering Method for Very Large Databases* (1996);
    `sklearn.cluster.Birch`.
    """

    spec = Spec(
        key="birch",
        title="BIRCH",
        category="models/cluster",
        icon="account_tree",
        about="Groups many rows in one pass.",
        words=("cluster", "clustering", "hierarchical clustering"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"]},
    )
    trusted_types = (TYPES[Nearest],)

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.Birch(**arguments(self.params))

    def fit(self, matrix: Any) -> Any:
        """The small clusters first, which may be too many to be joined."""
        wanted = self.params.n_clusters
        fitted = self.build().set_params(n_clusters=None).fit(matrix)
        small = fitted.labels_
        if wanted is not None:
            self._check_subclusters(len(fitted.subcluster_centers_))
            fitted.set_params(n_clusters=wanted).partial_fit()
        return by_centres(
            fitted.subcluster_centers_, fitted.subcluster_labels_, fitted.subcluster_labels_[small], matrix
        )

    def _check_subclusters(self, found: int) -> None:
        if found > MOST_SUBCLUSTERS:
            raise UnfitData(
                f"There are {found:,} small clusters, too many to be joined.",
                hint="Raise 'threshold', scale the features, or leave the number of clusters empty.",
                field="threshold",
            )
