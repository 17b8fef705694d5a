"""Non-negative matrix factorization."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import Spec
from components.errors import UnfitData
from components.params import NewColumn
from components.prepare.fitted import Advanced, Seed
from components.prepare.projected import Count, Projection, ProjectionParams, loadings


class NMFParams(ProjectionParams):
    n_components: Count | None = None
    """How many new columns to make; empty for as many as there are columns."""
    prefix: NewColumn = "nmf"
    """What the new columns are called, before their numbers."""
    init: Annotated[Literal["random", "nndsvd", "nndsvda", "nndsvdar"] | None, Advanced] = None
    """Where it begins; empty for nndsvda, or random where there are more parts than columns."""
    tol: Annotated[float, Field(ge=0), Advanced] = 1e-4
    """It stops learning when parts change by less."""
    max_iter: Annotated[int, Field(ge=1, le=10_000), Advanced] = 200
    """Most rounds of learning, and the rounds for each row afterwards."""
    alpha_W: Annotated[float, Field(ge=0), Advanced] = 0.0  # noqa: N815  scikit-learn's name
    """Strength of the penalty on the new columns."""
    alpha_H: Annotated[Literal["same"] | Annotated[float, Field(ge=0)], Advanced] = "same"  # noqa: N815
    """Strength of the penalty on the parts."""
    l1_ratio: Annotated[float, Field(ge=0, le=1), Advanced] = 0.0
    """How much of the penalty makes small numbers 0 (1), instead of smaller (0)."""
    seed: Seed = 0
    """Where it begins, for an init that draws."""


class NMF(Projection[NMFParams]):
    """Takes rows of non-negative numbers apart into non-negative parts, and says how much of each part is in a row.

    How much of each part a row holds is computed in the same number of rounds for every row, so that it does not
    depend on which rows are computed together; scikit-learn stops for all when they change little on average.

    When: counts, amounts or intensities that add up: words in texts, goods in baskets. Serving: replayed with the
    fitted parts. Source: Lee & Seung, *Learning the parts of objects by non-negative matrix factorization* (1999);
    `sklearn.decomposition.NMF` (coordinate descent).
    """

    spec = Spec(
        key="nmf",
        title="Non-negative parts",
        category="prepare/features",
        icon="stacked_bar_chart",
        about="Takes counts and amounts apart into parts that add up.",
        words=("topics", "topic model", "non negative matrix factorization", "dimensionality reduction"),
        example={"columns": ["other", "target_number"], "n_components": 2},
    )

    def build(self) -> Any:
        from sklearn import decomposition

        return decomposition.NMF(**{**self.settings(), "n_components": self.params.n_components or "auto"})

    def most_components(self, given: Any) -> int:
        return int(given.shape[1])

    def fit(self, given: Any, target: Any) -> Any:
        fitted = super().fit(given, target)
        if not fitted.components_.any():
            raise UnfitData(
                "There are no parts to find: these columns hold nothing but zeros.",
                hint="Choose other columns, or check the filters before.",
                field="columns",
            )
        return fitted.set_params(tol=0.0)

    def unfit(self, matrix: Any) -> tuple[str, Any, str] | None:
        return "negative", matrix < 0, "Leave these columns out, or scale them to 0 to 1 with clipping before."

    def report(self, fitted: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
        return loadings(fitted.components_, columns, self.params.made())
