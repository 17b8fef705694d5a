"""Agglomerative clustering."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from components.base import GROUPED_OUT, Clusterer, Spec, UnsupervisedParams
from components.clusters.nearest import TYPES, Metric, Nearest, by_rows
from components.clusters.settings import Count
from components.models.arguments import Advanced, arguments


class AgglomerativeParams(UnsupervisedParams):
    n_clusters: Count | None = 2
    """At how many clusters joining ends; empty where ``distance_threshold`` says it."""
    linkage: Literal["ward", "complete", "average", "single"] = "ward"
    """Which are joined next: those that widen least, or those whose furthest, average or nearest rows are near."""
    metric: Metric = "euclidean"
    """What near means; the linkage ward takes straight lines only."""
    distance_threshold: Annotated[Annotated[float, Field(ge=0)] | None, Advanced] = None
    """Clusters further apart than this are not joined; only with an empty ``n_clusters``."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.n_clusters is None) == (self.distance_threshold is None):
            raise ValueError("set either 'n_clusters' or 'distance_threshold', and leave the other one empty")
        if self.linkage == "ward" and self.metric != "euclidean":
            raise ValueError("the linkage ward takes the metric euclidean only")
        return self


class Agglomerative(Clusterer[AgglomerativeParams]):
    """Joins the two nearest groups again and again, beginning with single rows.

    When: up to 20,000 rows whose groups contain smaller ones. Scale the features first. Clusters are numbered by size.
    Serving: each record gets the cluster of the nearest learned row.
    Source: Ward, *Hierarchical Grouping to Optimize an Objective Function* (1963);
    `sklearn.cluster.AgglomerativeClustering`.
    """

    spec = Spec(
        key="agglomerative",
        title="Agglomerative",
        category="models/cluster",
        icon="account_tree",
        about="Joins the nearest groups, step by step.",
        words=("hierarchical", "hierarchical clustering", "cluster", "clustering", "dendrogram", "ward", "linkage"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "n_clusters": 3},
    )
    most_rows = 20_000
    instead = "BIRCH or K-means"
    trusted_types = (TYPES[Nearest],)

    @property
    def pair_bytes(self) -> int:
        """Each distance once, and a copy."""
        return 8

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.AgglomerativeClustering(**arguments(self.params))

    def learned(self, fitted: Any, matrix: Any) -> Nearest:
        return by_rows(fitted.labels_, matrix, self.params.metric)
