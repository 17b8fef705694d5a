"""Fill gaps from the most similar rows."""

from typing import Annotated, Any, Literal

from pydantic import Field

from components.base import MatrixTransform, Spec
from components.prepare.fitted import NumbersParams, arguments


class ImputeKNNParams(NumbersParams):
    n_neighbors: Annotated[int, Field(ge=1, le=1_000)] = 5
    """How many of the most similar train rows are averaged."""
    weights: Literal["uniform", "distance"] = "uniform"
    """Whether they count the same, or nearer ones more."""


class ImputeKNN(MatrixTransform[ImputeKNNParams]):
    """Fills a gap with the mean of the column among the train rows that are most similar in the other columns.

    Similar means near in the chosen columns, so bring them to one scale before. A column without any value among the
    train rows is filled with 0. The train rows become part of a model behind it.

    When: columns hang together, and there are at most some ten thousand rows. Serving: replayed with the train rows
    that it keeps. Source: Troyanskaya et al., *Missing value estimation methods for DNA microarrays* (2001);
    `sklearn.impute.KNNImputer` with ``keep_empty_features``.
    """

    spec = Spec(
        key="impute_knn",
        title="Fill gaps from similar rows",
        category="prepare/impute",
        icon="group_work",
        about="Fills gaps with the mean of the most similar train rows.",
        words=("knn imputer", "impute", "missing values", "nearest neighbors", "na"),
        example={"columns": ["number", "other"], "n_neighbors": 3},
    )
    takes_missing = True
    takes_empty = True
    most_rows = 30_000
    instead = "the iterative imputation, which takes far more rows"
    block_rows = 128

    def build(self) -> Any:
        from sklearn import impute

        return impute.KNNImputer(**arguments(self.params), keep_empty_features=True)

    def sources(self) -> dict[str, tuple[str, ...]]:
        columns = tuple(self.params.columns)
        return dict.fromkeys(columns, columns)
