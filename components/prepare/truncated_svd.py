"""Truncated singular value decomposition."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import Spec
from components.params import NewColumn
from components.prepare.fitted import Advanced, Seed, figure
from components.prepare.projected import Count, Projection, ProjectionParams, loadings


class TruncatedSVDParams(ProjectionParams):
    n_components: Count = 2
    """How many new columns to make."""
    prefix: NewColumn = "svd"
    """What the new columns are called, before their numbers."""
    algorithm: Annotated[Literal["randomized", "arpack"], Advanced] = "randomized"
    """The algorithm; arpack is exact, but finds fewer directions than there are columns."""
    n_iter: Annotated[int, Field(ge=0, le=1_000), Advanced] = 5
    """Rounds of the randomized algorithm; more for columns that vary about alike."""
    n_oversamples: Annotated[int, Field(ge=1), Advanced] = 10
    """More directions that the randomized algorithm tries."""
    tol: Annotated[float, Field(ge=0), Advanced] = 0.0
    """How exact arpack is; 0 for as exact as it can be."""
    seed: Seed = 0
    """Makes the randomized algorithm repeatable."""


class TruncatedSVD(Projection[TruncatedSVDParams]):
    """Replaces columns by the few directions that reproduce them best, without centring them first.

    Other than principal components it leaves zeros zeros, so it learns from wide one-hot columns without much memory.

    When: columns of word counts or one-hot categories, many of them (latent semantic analysis). Serving: replayed with
    the fitted directions. Source: Deerwester et al., *Indexing by Latent Semantic Analysis* (1990);
    `sklearn.decomposition.TruncatedSVD`.
    """

    spec = Spec(
        key="truncated_svd",
        title="Truncated SVD",
        category="prepare/features",
        icon="compress",
        about="Replaces many sparse columns by a few; for word counts and categories.",
        words=("svd", "lsa", "latent semantic analysis", "dimensionality reduction"),
        example={"columns": ["number", "other"], "n_components": 1},
    )
    is_quick = True
    takes_sparse = True

    def build(self) -> Any:
        from sklearn import decomposition

        return decomposition.TruncatedSVD(**self.settings())

    def most_components(self, given: Any) -> int:
        columns = int(given.shape[1])
        return min(columns, int(given.shape[0])) - 1 if self.params.algorithm == "arpack" else columns

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        told = loadings(fitted.components_, columns, self.params.made())
        for row, share in zip(told, fitted.explained_variance_ratio_, strict=True):
            row["explained_variance_ratio"] = figure(share)
        return told
