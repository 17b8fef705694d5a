"""A mixture of Gaussians."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import GROUPED_OUT, Clusterer, Spec
from components.clusters.numbering import numbering
from components.clusters.settings import Count, SeededParams
from components.models.arguments import Advanced, arguments

PER_COMPONENT = ("weights_", "means_", "covariances_", "precisions_", "precisions_cholesky_")


class GaussianMixtureParams(SeededParams):
    n_components: Count = 3
    """How many Gaussians, and so how many clusters."""
    covariance_type: Literal["full", "tied", "diag", "spherical"] = "full"
    """Their shape: each its own ellipsoid, all the same one, ellipsoids along the columns, or balls."""
    n_init: Annotated[int, Field(ge=1, le=1_000), Advanced] = 1
    """How often it begins anew; the best result counts."""
    init_params: Annotated[Literal["kmeans", "k-means++", "random", "random_from_data"], Advanced] = "kmeans"
    """What the first Gaussians are made from."""
    max_iter: Annotated[int, Field(ge=1), Advanced] = 100
    """The most rounds of one beginning."""
    tol: Annotated[float, Field(ge=0), Advanced] = 1e-3
    """How little the likelihood must gain to have settled."""
    reg_covar: Annotated[float, Field(ge=0), Advanced] = 1e-6
    """Added to the variances, so that none becomes zero."""


class GaussianMixture(Clusterer[GaussianMixtureParams]):
    """Takes the rows for draws from several Gaussians, and gives each row to the likeliest.

    When: groups like ellipsoids of different size and direction. Clusters are numbered by size. scikit-learn's own
    default is a single Gaussian; here there are three. Serving: each record gets the likeliest Gaussian.
    Source: Dempster, Laird & Rubin, *Maximum Likelihood from Incomplete Data via the EM Algorithm* (1977);
    `sklearn.mixture.GaussianMixture`.
    """

    spec = Spec(
        key="gaussian_mixture",
        title="Gaussian mixture",
        category="models/cluster",
        icon="blur_on",
        about="Groups like ellipsoids of different size and direction.",
        words=("gmm", "em", "cluster", "clustering", "mixture model"),
        outputs=GROUPED_OUT,
        example={"features": ["number", "other"], "n_components": 3},
    )

    def build(self) -> Any:
        from sklearn import mixture

        return mixture.GaussianMixture(**arguments(self.params))

    def learned(self, fitted: Any, matrix: Any) -> Any:
        """The same mixture, the Gaussians in the order of their numbers."""
        order = numbering(fitted.predict(matrix), matrix, self.params.n_components).argsort()
        shared = set(PER_COMPONENT[2:]) if self.params.covariance_type == "tied" else set()
        for name in PER_COMPONENT:
            if name not in shared:
                setattr(fitted, name, getattr(fitted, name)[order])
        return fitted
