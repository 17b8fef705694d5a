"""HDBSCAN."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec, UnsupervisedParams
from components.clusters.nearest import TYPES, Known, Metric, Reachable
from components.clusters.numbering import numbering, renumbered
from components.models.arguments import Advanced, arguments

MIXED = -2


class HDBSCANParams(UnsupervisedParams):
    min_cluster_size: Annotated[int, Field(ge=2)] = 5
    """The fewest rows of a cluster."""
    min_samples: Annotated[int, Field(ge=1)] | None = None
    """How many rows, itself included, must be near a row for it not to be noise; empty for ``min_cluster_size``."""
    metric: Metric = "euclidean"
    """What near means: straight lines, city blocks, or the largest difference of a column."""
    cluster_selection_method: Literal["eom", "leaf"] = "eom"
    """Which clusters of the hierarchy are taken: the most stable ones, or the smallest ones."""
    cluster_selection_epsilon: Annotated[float, Field(ge=0), Advanced] = 0.0
    """Clusters nearer than this to each other are one."""
    max_cluster_size: Annotated[Annotated[int, Field(ge=2)] | None, Advanced] = None
    """The most rows of a cluster; empty for no limit."""
    alpha: Annotated[float, Field(gt=0), Advanced] = 1.0
    """Distances are divided by it before clusters are joined."""
    allow_single_cluster: Annotated[bool, Advanced] = False
    """Whether there may be but one cluster."""


class HDBSCAN(Clusterer[HDBSCANParams]):
    """Joins rows where they are dense, at every density, and keeps the clusters that last; the rest is -1, noise.

    When: groups of any shape and of different density, of unknown number, among noise; up to 50,000 rows. Scale the
    features first. Clusters are numbered by size. Serving: a record is reached from the learned row with the least
    mutual reachability distance, and gets its cluster if that is no more than the distance at which the cluster parts
    from the others; else it is noise. A row that was learned from keeps its cluster. Clusters are not found anew, so
    this approximates what learning with the record would give.
    Source: Campello, Moulavi & Sander, *Density-Based Clustering Based on Hierarchical Density Estimates* (2013);
    `sklearn.cluster.HDBSCAN`; new rows after `approximate_predict` of McInnes, Healy & Astels, *hdbscan* (2017).
    """

    spec = Spec(
        key="hdbscan",
        title="HDBSCAN",
        category="models/cluster",
        icon="grain",
        about="Groups of any shape and density; the rest is noise.",
        words=("cluster", "clustering", "density", "hierarchical clustering"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"]},
    )
    most_rows = 50_000
    instead = "K-means or BIRCH"
    trusted_types = (TYPES[Reachable], TYPES[Known])

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.HDBSCAN(**arguments(self.params), copy=True)

    def learned(self, fitted: Any, matrix: Any) -> Known:
        import numpy as np
        from sklearn.neighbors import KDTree

        labels = renumbered(fitted.labels_, numbering(fitted.labels_, matrix))
        wanted = self.params.min_samples or self.params.min_cluster_size
        cores = KDTree(matrix, metric=self.params.metric).query(matrix, k=wanted)[0][:, -1]
        tree = fitted._single_linkage_tree_  # the only place where scikit-learn keeps at which distances rows join
        near = Reachable(
            matrix,
            labels,
            cores,
            np.array(parting(tree, labels)),
            neighbours=wanted - 1,
            looked_at=2 * wanted,
            alpha=self.params.alpha,
            metric=self.params.metric,
        )
        return Known(matrix, labels, near)


def parting(tree: Any, labels: Any) -> list[float]:
    """For each cluster, the distance at which it parts from the others; of the only one, at which its rows join.

    Parameters
    ----------
    tree : structured ndarray of shape (n_rows - 1,)
        The joins, nearest first: what is joined, at which distance; node ``n_rows + i`` is what join ``i`` makes.
    labels : ndarray of shape (n_rows,)
    """
    clusters, rows = int(labels.max(initial=-1)) + 1, len(labels)
    of, sizes = labels.tolist(), [1] * rows
    found, largest = [0.0] * clusters, [0] * clusters
    pairs = zip(tree["left_node"].tolist(), tree["right_node"].tolist(), tree["value"].tolist(), strict=True)
    for left, right, distance in pairs:
        is_one = of[left] == of[right]
        for side in (left, right):
            cluster = of[side]
            if cluster >= 0 and sizes[side] >= largest[cluster]:
                found[cluster] = distance
                largest[cluster] = sizes[side] + (0 if is_one else 1)
        of.append(of[left] if is_one else MIXED)
        sizes.append(sizes[left] + sizes[right])
    return found
