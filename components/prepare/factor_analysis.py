"""Factor analysis."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import Spec
from components.params import NewColumn
from components.prepare.fitted import Advanced, Seed
from components.prepare.projected import Count, Projection, ProjectionParams, loadings


class FactorAnalysisParams(ProjectionParams):
    n_components: Count | None = None
    """How many new columns to make; empty for as many as there are columns."""
    prefix: NewColumn = "factor"
    """What the new columns are called, before their numbers."""
    rotation: Literal["varimax", "quartimax"] | None = None
    """How factors are turned so that each leans on few columns; empty to leave them as they are."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-2
    """It stops when the likelihood rises by less."""
    max_iter: Annotated[int, Field(ge=1, le=100_000), Advanced] = 1_000
    """Most rounds."""
    svd_method: Annotated[Literal["randomized", "lapack"], Advanced] = "randomized"
    """The algorithm inside; lapack is exact and slower."""
    iterated_power: Annotated[int, Field(ge=0, le=100), Advanced] = 3
    """Rounds of the randomized algorithm."""
    seed: Seed = 0
    """Makes the randomized algorithm repeatable."""


class FactorAnalysis(Projection[FactorAnalysisParams]):
    """Replaces columns by the hidden factors that they have in common, and leaves out what each has for itself.

    When: answers of a questionnaire, or measurements that a few unseen causes drive. Serving: replayed with the fitted
    factors. Source: Bartholomew, Knott & Moustaki, *Latent Variable Models and Factor Analysis* (2011);
    `sklearn.decomposition.FactorAnalysis`.
    """

    spec = Spec(
        key="factor_analysis",
        title="Factor analysis",
        category="prepare/features",
        icon="hub",
        about="Finds the few hidden causes that columns have in common.",
        words=("dimensionality reduction", "latent", "factors"),
        example={"columns": ["number", "other"], "n_components": 1},
    )

    def build(self) -> Any:
        from sklearn import decomposition

        return decomposition.FactorAnalysis(**self.settings())

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        return loadings(fitted.components_, columns, self.params.made())
