"""K-means."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec
from components.clusters.nearest import TYPES, Nearest, by_centres
from components.clusters.settings import ClustersParams, SeededParams
from components.models.arguments import Advanced, arguments

Starts = Annotated[Literal["auto"] | Annotated[int, Field(ge=1, le=1_000)], Advanced]


class CentresParams(ClustersParams, SeededParams):
    """The settings of models that move centres."""

    init: Annotated[Literal["k-means++", "random"], Advanced] = "k-means++"
    """How the first centres are chosen: far from each other, or by chance."""
    n_init: Starts = "auto"
    """How often it begins anew; the best result counts."""


class KMeansParams(CentresParams):
    max_iter: Annotated[int, Field(ge=1), Advanced] = 300
    """The most rounds of one beginning."""
    tol: Annotated[float, Field(ge=0), Advanced] = 1e-4
    """How little the centres must move to have settled."""
    algorithm: Annotated[Literal["lloyd", "elkan"], Advanced] = "lloyd"
    """How rows find their centre: ``elkan`` is quicker where clusters are well apart, and takes more memory."""


K = TypeVar("K", bound=CentresParams)


class Centred(Clusterer[K]):
    """A model whose clusters are known by their centres."""

    trusted_types = (TYPES[Nearest],)

    def learned(self, fitted: Any, matrix: Any) -> Nearest:
        return by_centres(fitted.cluster_centers_, range(len(fitted.cluster_centers_)), fitted.labels_, matrix)


class KMeans(Centred[KMeansParams]):
    """Moves a number of centres until each is the mean of the rows nearest to it.

    When: round groups of about the same width, of which you know the number, in any number of rows; scale the features
    first. Clusters are numbered by size. Serving: each record gets the cluster of the nearest centre.
    Source: Lloyd, *Least Squares Quantization in PCM* (1982); Arthur & Vassilvitskii, *k-means++* (2007);
    `sklearn.cluster.KMeans`.
    """

    spec = Spec(
        key="k_means",
        title="K-means",
        category="models/cluster",
        icon="bubble_chart",
        about="Finds a number of round groups; quick on any number of rows.",
        words=("kmeans", "clustering", "segmentation", "cluster", "segment", "customer segments", "grouping"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "n_clusters": 3},
    )

    def build(self) -> Any:
        from sklearn import cluster

        return cluster.KMeans(**arguments(self.params))
