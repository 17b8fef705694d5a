"""Independent components."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import Spec
from components.params import NewColumn
from components.prepare.fitted import Advanced, Seed
from components.prepare.projected import Count, Projection, ProjectionParams, loadings


class ICAParams(ProjectionParams):
    n_components: Count | None = None
    """How many new columns to make; empty for as many as there are columns."""
    prefix: NewColumn = "ica"
    """What the new columns are called, before their numbers."""
    fun: Literal["logcosh", "exp", "cube"] = "logcosh"
    """What measures independence; exp suits values with outliers."""
    algorithm: Annotated[Literal["parallel", "deflation"], Advanced] = "parallel"
    """Whether all components are found at once, or one after the other."""
    whiten: Annotated[Literal["unit-variance", "arbitrary-variance"], Advanced] = "unit-variance"
    """Whether each new column gets a standard deviation of 1."""
    max_iter: Annotated[int, Field(ge=1, le=100_000), Advanced] = 200
    """Most rounds."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-4
    """It stops when components turn by less."""
    whiten_solver: Annotated[Literal["svd", "eigh"], Advanced] = "svd"
    """The algorithm that takes correlations away first; eigh is quicker with many rows."""
    seed: Seed = 0
    """Where it begins."""


class ICA(Projection[ICAParams]):
    """Replaces columns by independent components: signals that were mixed in the columns, taken apart.

    The components come in no order, and their signs mean nothing.

    When: sensors that each record a mixture, such as sound or brain waves. Serving: replayed with the fitted
    components. Source: Hyvärinen & Oja, *Independent Component Analysis: Algorithms and Applications* (2000);
    `sklearn.decomposition.FastICA`.
    """

    spec = Spec(
        key="ica",
        title="Independent components",
        category="prepare/features",
        icon="call_split",
        about="Takes signals apart that are mixed in several columns.",
        words=("independent component analysis", "fastica", "dimensionality reduction", "signal"),
        example={"columns": ["number", "other"], "n_components": 2},
    )

    least_rows = 2

    def build(self) -> Any:
        from sklearn import decomposition

        return decomposition.FastICA(**self.settings())

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        return loadings(fitted.components_, columns, self.params.made())
