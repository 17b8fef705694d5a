"""What both histogram gradient boosting models share."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from components.base import Estimator, WeighedParams
from components.models.arguments import Advanced, Seed


class BoostingParams(WeighedParams):
    """The settings of scikit-learn's histogram gradient boosting."""

    learning_rate: Annotated[float, Field(gt=0, le=10)] = 0.1
    """How much each tree corrects; smaller values need more trees."""
    max_iter: Annotated[int, Field(ge=1, le=10_000)] = 100
    """The most trees (for each class)."""
    max_leaf_nodes: Annotated[int, Field(ge=2)] | None = 31
    """The most leaves of a tree; empty for no limit."""
    max_depth: Annotated[Annotated[int, Field(ge=1)] | None, Advanced] = None
    """How deep a tree may grow; empty for no limit."""
    min_samples_leaf: Annotated[int, Field(ge=1), Advanced] = 20
    """The fewest rows in a leaf."""
    l2_regularization: Annotated[float, Field(ge=0), Advanced] = 0.0
    """Strength of the L2 penalty on leaf values."""
    max_features: Annotated[float, Field(gt=0, le=1), Advanced] = 1.0
    """The share of columns each split considers."""
    max_bins: Annotated[int, Field(ge=2, le=255), Advanced] = 255
    """Into how many bins numbers are put."""
    early_stopping: Annotated[Literal["auto"] | bool, Advanced] = "auto"
    """Stop when rows that are set aside no longer gain: validation rows where a split gives some, else train rows;
    ``auto`` does so above 10,000 rows.
    """
    validation_fraction: Annotated[float, Field(gt=0, lt=1), Advanced] = 0.1
    """The share of train rows set aside for early stopping, where there are no validation rows."""
    n_iter_no_change: Annotated[int, Field(ge=1), Advanced] = 10
    """How many trees without a gain end the training."""
    tol: Annotated[float, Field(ge=0), Advanced] = 1e-7
    """The least gain that counts."""
    seed: Seed = 0
    """Makes binning and early stopping repeatable."""


B = TypeVar("B", bound=BoostingParams)

STOPS_FROM = 10_000
"""Above so many rows scikit-learn stops early by itself."""


class Boosting(Estimator[B]):
    """Watches validation rows where it may stop early and a split gives some."""

    def stops_early(self, rows: int) -> bool:
        asked = self.params.early_stopping
        return rows > STOPS_FROM if asked == "auto" else bool(asked)

    def readied(self, matrix: Any) -> Any:
        """Columns without a value hold zeros: scikit-learn cannot put them into bins, and zeros say as little."""
        import numpy as np

        empty = [at for at in np.flatnonzero(np.isnan(matrix[0])) if np.isnan(matrix[:, at]).all()]
        if not empty:
            return matrix
        filled = matrix.copy()
        filled[:, empty] = 0.0
        return filled


SEARCH_SPACE: dict[str, Any] = {
    "learning_rate": ("log", 0.01, 0.5),
    "max_iter": (50, 500),
    "max_leaf_nodes": (7, 127),
    "min_samples_leaf": (5, 100),
    "l2_regularization": ("log", 1e-6, 10.0),
}

TRUSTED_TYPES: tuple[str, ...] = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
