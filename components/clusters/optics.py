"""OPTICS."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec, UnsupervisedParams
from components.clusters.nearest import TYPES, Known, Metric, Reachable
from components.clusters.numbering import numbering, renumbered
from components.models.arguments import Advanced, arguments

AtLeast = Annotated[int, Field(ge=2)] | Annotated[float, Field(gt=0, lt=1)]


class OPTICSParams(UnsupervisedParams):
    min_samples: AtLeast = 5
    """How many rows, itself included, must be near a row for it to be inside a cluster; or their share of all."""
    max_eps: Annotated[float, Field(gt=0)] | None = None
    """How near rows must be to be looked at; empty for any distance. Less is quicker."""
    metric: Metric = "euclidean"
    """What near means: straight lines, city blocks, or the largest difference of a column."""
    cluster_method: Literal["xi", "dbscan"] = "xi"
    """How clusters are taken out of the order: where it is steep, or at one distance as DBSCAN does."""
    xi: Annotated[Annotated[float, Field(gt=0, lt=1)], Advanced] = 0.05
    """How steep an end of a cluster is, for the method xi."""
    eps: Annotated[Annotated[float, Field(gt=0)] | None, Advanced] = None
    """The distance for the method dbscan; empty for ``max_eps``."""
    min_cluster_size: Annotated[AtLeast | None, Advanced] = None
    """The fewest rows of a cluster, or their share, for the method xi; empty for ``min_samples``."""
    predecessor_correction: Annotated[bool, Advanced] = True
    """Whether ends of clusters that were reached from elsewhere are taken off, for the method xi."""


class OPTICS(Clusterer[OPTICSParams]):
    """Orders rows by how they are reached from dense places, and takes clusters of any density out of that order.

    When: groups of different density, among noise, which is cluster -1; up to 20,000 rows. Scale the features first.
    Clusters are numbered by size. Serving: a record gets the cluster of the learned row from which it is reached most
    easily, if that is no further than the cluster's own rows are reached (for the method dbscan: than `eps`), else -1;
    a row that was learned from keeps its cluster.
    Source: Ankerst et al., *OPTICS: Ordering Points to Identify the Clustering Structure* (1999);
    `sklearn.cluster.OPTICS`.
    """

    spec = Spec(
        key="optics",
        title="OPTICS",
        category="models/cluster",
        icon="grain",
        about="Groups of different density, by how rows are reached; the rest is noise.",
        words=("cluster", "clustering", "density"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"]},
    )
    most_rows = 20_000
    instead = "HDBSCAN"
    trusted_types = (TYPES[Reachable], TYPES[Known])

    def build(self) -> Any:
        from sklearn import cluster

        settings = arguments(self.params, "max_eps", "metric")
        if self.params.max_eps is not None:
            settings["max_eps"] = self.params.max_eps
        # Straight lines by the power 2, as is scikit-learn's default: its "euclidean" rounds, and an order may tip.
        metric = "minkowski" if self.params.metric == "euclidean" else self.params.metric
        return cluster.OPTICS(**settings, metric=metric)

    def learned(self, fitted: Any, matrix: Any) -> Known:
        labels = renumbered(fitted.labels_, numbering(fitted.labels_, matrix))
        share = self.params.min_samples
        wanted = share if isinstance(share, int) else max(2, int(share * len(matrix)))
        reach = self._reach(fitted, labels)
        near = Reachable(matrix, labels, fitted.core_distances_, reach, looked_at=2 * wanted, metric=self.params.metric)
        return Known(matrix, labels, near)

    def _reach(self, fitted: Any, labels: Any) -> Any:
        """For each cluster, the furthest that one of its rows is reached from those before it."""
        import numpy as np

        clusters = int(labels.max(initial=-1)) + 1
        if self.params.cluster_method == "dbscan":
            return np.full(clusters, self.params.eps or fitted.max_eps)
        ordered = [fitted.ordering_[labels[fitted.ordering_] == cluster][1:] for cluster in range(clusters)]
        distances = [fitted.reachability_[rows] for rows in ordered]
        return np.array([found[np.isfinite(found)].max(initial=0.0) for found in distances])
