"""Principal components."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import Spec
from components.params import NewColumn
from components.prepare.fitted import Advanced, Seed, figure
from components.prepare.projected import Count, Projection, ProjectionParams, Share, loadings


class PCAParams(ProjectionParams):
    n_components: Count | Share | None = None
    """How many new columns to make, or which share of the variance to keep (0.95): then columns beyond what that takes
    are 0 in every row. Empty for as many as there are columns."""
    prefix: NewColumn = "pca"
    """What the new columns are called, before their numbers."""
    whiten: bool = False
    """Whether each new column gets a standard deviation of 1."""
    svd_solver: Annotated[Literal["auto", "full", "covariance_eigh", "arpack", "randomized"], Advanced] = "auto"
    """The algorithm; covariance_eigh is quick with many rows, randomized with many columns."""
    tol: Annotated[float, Field(ge=0), Advanced] = 0.0
    """How exact the solver arpack is; 0 for as exact as it can be."""
    n_oversamples: Annotated[int, Field(ge=1), Advanced] = 10
    """More directions that the randomized solver tries."""
    seed: Seed = 0
    """Makes the randomized solver repeatable."""


class PCA(Projection[PCAParams]):
    """Replaces columns by their principal components: new, uncorrelated columns, those that vary most first.

    Columns count by how much they vary, so put Standardize before it where their units differ.

    When: many columns say similar things, before neighbours and clusters, or to draw a table in two dimensions.
    Serving: replayed with the fitted components. Source: Jolliffe, *Principal Component Analysis* (2002);
    `sklearn.decomposition.PCA`.
    """

    spec = Spec(
        key="pca",
        title="Principal components",
        category="prepare/features",
        icon="compress",
        about="Replaces many columns by the few directions in which they vary.",
        words=(
            "pca",
            "principal component analysis",
            "dimensionality reduction",
            "reduce dimensions",
            "dimension reduction",
            "components",
            "eigenvectors",
        ),
        example={"columns": ["number", "other"], "n_components": 2},
    )
    is_quick = True

    def build(self) -> Any:
        from sklearn import decomposition

        return decomposition.PCA(**self.settings())

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        told = loadings(fitted.components_, columns, self.params.made())
        for row, variance, share in zip(
            told, fitted.explained_variance_, fitted.explained_variance_ratio_, strict=True
        ):
            row |= {"explained_variance": figure(variance), "explained_variance_ratio": figure(share)}
        return told
