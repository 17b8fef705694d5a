"""Fill gaps by predicting each column from the others."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import ibis.expr.schema as sch
from pydantic import Field

from components.base import MatrixTransform, Spec
from components.errors import ComponentError
from components.prepare.fitted import Advanced, NumbersParams, Seed, arguments

MOST = 100
"""Columns; each is predicted from all others, again and again."""


class ImputeIterativeParams(NumbersParams):
    max_iter: Annotated[int, Field(ge=0, le=1_000)] = 10
    """Most rounds; in each, every column is predicted once. 0 for the first guess alone."""
    initial_strategy: Literal["mean", "median", "most_frequent"] = "mean"
    """The first guess."""
    n_nearest_features: Annotated[int, Field(ge=1)] | None = None
    """How many of the most correlated columns predict one; empty for all."""
    tol: Annotated[float, Field(ge=0), Advanced] = 1e-3
    """It stops when no guess changes by more, relative to the largest value."""
    imputation_order: Annotated[Literal["ascending", "descending", "roman", "arabic", "random"], Advanced] = "ascending"
    """Which column comes first: the one with the fewest gaps, the most gaps, from the left, from the right, or any."""
    skip_complete: Annotated[bool, Advanced] = False
    """Whether columns without gaps among the train rows keep the first guess later."""
    min_value: Annotated[float | None, Advanced] = None
    """The smallest value that is filled in."""
    max_value: Annotated[float | None, Advanced] = None
    """The largest value that is filled in."""
    seed: Seed = 0
    """Which columns are drawn, where some are."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if len(bound.columns) > MOST:
            raise ComponentError(
                f"{len(bound.columns):,} columns are too many to predict each from all others.",
                hint=f"Choose at most {MOST}, or take several of these nodes in a row.",
                field="columns",
            )
        return bound


class ImputeIterative(MatrixTransform[ImputeIterativeParams]):
    """Fills the gaps of each column with what a Bayesian ridge regression on the other columns predicts, in rounds.

    A column without any value among the train rows is filled with 0.

    When: columns hang together, and a mean would be too rough. Serving: replayed with the fitted regressions.
    Source: van Buuren & Groothuis-Oudshoorn, *mice: Multivariate Imputation by Chained Equations* (2011), with one
    imputation; `sklearn.impute.IterativeImputer` with ``keep_empty_features``.
    """

    spec = Spec(
        key="impute_iterative",
        title="Fill gaps by prediction",
        category="prepare/impute",
        icon="model_training",
        about="Fills gaps by predicting each column from the others.",
        words=("mice", "iterative imputer", "impute", "missing values", "na", "regression imputation"),
        example={"columns": ["number", "other", "target_number"]},
    )
    takes_missing = True
    takes_empty = True
    most_rows = 500_000
    instead = "the mean or the median, by group"
    trusted_types = (
        "numpy.dtype",
        "sklearn.impute._iterative.IterativeImputer",
        "sklearn.impute._iterative._ImputerTriplet",
    )

    def build(self) -> Any:
        from sklearn.impute._iterative import IterativeImputer

        limits = {"min_value": self.params.min_value, "max_value": self.params.max_value}
        given = {name: value for name, value in limits.items() if value is not None}
        return IterativeImputer(**arguments(self.params, *limits), **given, keep_empty_features=True)

    def sources(self) -> dict[str, tuple[str, ...]]:
        columns = tuple(self.params.columns)
        return dict.fromkeys(columns, columns)
