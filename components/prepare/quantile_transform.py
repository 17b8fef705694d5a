"""Spread numbers evenly, or normally, by their rank."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import MatrixTransform, Spec
from components.prepare.fitted import Advanced, NumbersParams, Seed, arguments


class QuantileTransformParams(NumbersParams):
    n_quantiles: Annotated[int, Field(ge=2, le=100_000)] = 1_000
    """How many steps the distribution is kept in; never more than there are train rows."""
    output: Literal["uniform", "normal"] = "uniform"
    """How the result is spread: evenly from 0 to 1, or normally around 0."""
    subsample: Annotated[int, Field(ge=10, le=10_000_000), Advanced] = 10_000
    """How many train rows the quantiles are taken from, drawn at random."""
    seed: Seed = 0
    """Which rows are drawn."""


class QuantileTransform(MatrixTransform[QuantileTransformParams]):
    """Replaces each number by its place among those of the train rows; missing values stay missing.

    When: outliers and odd distributions trouble a model that looks at distances. It flattens them, and what lies
    outside the train rows counts as their end. Serving: replayed with the fitted quantiles. Source: Bolstad et al., *A
    comparison of normalization methods* (2003); `sklearn.preprocessing.QuantileTransformer`.
    """

    spec = Spec(
        key="quantile_transform",
        title="Quantile transform",
        category="prepare/scale",
        icon="align_vertical_bottom",
        about="Spreads numeric columns evenly or normally, by rank.",
        words=("rank", "uniform", "normal distribution", "rank gauss", "percentile"),
        example={"columns": ["number", "other"], "n_quantiles": 20},
    )
    is_quick = True
    takes_missing = True

    def build(self) -> Any:
        from sklearn import preprocessing

        own = arguments(self.params, "output")
        return preprocessing.QuantileTransformer(output_distribution=self.params.output, **own)

    def fit(self, given: Any, target: Any) -> Any:
        steps = min(self.params.n_quantiles, given.shape[0], self.params.subsample)
        return self.build().set_params(n_quantiles=steps).fit(given)

    def sources(self) -> dict[str, tuple[str, ...]]:
        return {name: (name,) for name in self.params.columns}
