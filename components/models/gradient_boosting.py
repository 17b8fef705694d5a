"""What both gradient boosting models with exact splits share."""

from typing import Annotated, Any

from pydantic import Field

from components.models.arguments import Advanced
from components.models.trees import ManyTreesParams, TreeParams


class GradientBoostingParams(TreeParams, ManyTreesParams):
    """The settings of scikit-learn's gradient boosting with exact splits."""

    learning_rate: Annotated[float, Field(gt=0, le=10)] = 0.1
    """How much each tree corrects; smaller values need more trees."""
    max_depth: Annotated[int, Field(ge=1)] | None = 3
    """How deep a tree may grow; empty for no limit."""
    subsample: Annotated[float, Field(gt=0, le=1), Advanced] = 1.0
    """The share of rows each tree sees."""
    n_iter_no_change: Annotated[Annotated[int, Field(ge=1)] | None, Advanced] = None
    """How many trees without a gain on rows set aside end the training; empty to grow them all."""
    validation_fraction: Annotated[float, Field(gt=0, lt=1), Advanced] = 0.1
    """The share of train rows set aside to end early."""
    tol: Annotated[float, Field(gt=0), Advanced] = 1e-4
    """The least gain that counts."""


SEARCH_SPACE: dict[str, Any] = {
    "learning_rate": ("log", 0.01, 0.5),
    "n_estimators": (50, 500),
    "max_depth": (2, 8),
    "min_samples_leaf": (1, 50),
    "subsample": (0.5, 1.0),
}
