"""What decision trees, and what is made of them, share."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from components.base import EstimatorParams, WeighedParams
from components.models.arguments import Advanced, ClassifierParams, Seed

MaxFeatures = Annotated[Literal["sqrt", "log2"] | Annotated[float, Field(gt=0, le=1)] | None, Advanced]
ClassCriterion = Annotated[Literal["gini", "entropy", "log_loss"], Advanced]
NumberCriterion = Annotated[Literal["squared_error", "absolute_error", "poisson"], Advanced]
Splitter = Annotated[Literal["best", "random"], Advanced]


class TreeParams(WeighedParams):
    """How a tree grows."""

    max_depth: Annotated[int, Field(ge=1)] | None = None
    """How deep a tree may grow; empty for no limit."""
    min_samples_leaf: Annotated[int, Field(ge=1)] = 1
    """The fewest rows in a leaf."""
    min_samples_split: Annotated[int, Field(ge=2), Advanced] = 2
    """The fewest rows a node needs to be split."""
    max_features: MaxFeatures = None
    """How many columns each split considers: a rule, a share, or empty for all."""
    max_leaf_nodes: Annotated[Annotated[int, Field(ge=2)] | None, Advanced] = None
    """The most leaves of a tree; empty for no limit."""
    min_impurity_decrease: Annotated[float, Field(ge=0), Advanced] = 0.0
    """How much a split must gain."""
    min_weight_fraction_leaf: Annotated[float, Field(ge=0, le=0.5), Advanced] = 0.0
    """The least share of all weight in a leaf."""
    ccp_alpha: Annotated[float, Field(ge=0), Advanced] = 0.0
    """Strength of pruning."""
    seed: Seed = 0
    """Another seed grows other trees."""


class ManyTreesParams(EstimatorParams):
    """How many trees there are."""

    n_estimators: Annotated[int, Field(ge=1, le=5000)] = 100
    """How many trees."""


class ForestParams(TreeParams, ManyTreesParams):
    """How the trees of a forest grow."""

    bootstrap: Annotated[bool, Advanced] = True
    """Whether each tree sees rows drawn with replacement."""
    max_samples: Annotated[Annotated[float, Field(gt=0, le=1)] | None, Advanced] = None
    """The share of rows drawn for each tree; empty for as many as there are."""

    @model_validator(mode="after")
    def _rows_are_drawn(self) -> Self:
        if self.max_samples is not None and not self.bootstrap:
            raise ValueError("'max_samples' is set only where 'bootstrap' is: else each tree sees every row")
        return self


class ForestWeightsParams(ClassifierParams):
    class_weight: Literal["balanced", "balanced_subsample"] | None = None
    """``balanced`` gives rare classes more weight; ``balanced_subsample`` does so within each tree's rows."""


class ForestClassifierParams(ForestParams, ForestWeightsParams):
    """The settings of a forest for classes."""

    criterion: ClassCriterion = "gini"
    """What makes a good split."""
    max_features: MaxFeatures = "sqrt"
    """How many columns each split considers: a rule, a share, or empty for all."""


class ForestRegressorParams(ForestParams):
    """The settings of a forest for numbers."""

    criterion: NumberCriterion = "squared_error"
    """What makes a good split: squared errors for the mean, absolute errors for the median, poisson for counts."""
    max_features: MaxFeatures = 1.0
    """How many columns each split considers: a rule, a share, or empty for all."""


TREE_SEARCH_SPACE: dict[str, Any] = {
    "max_depth": (2, 30),
    "min_samples_leaf": (1, 50),
    "ccp_alpha": ("log", 1e-5, 0.1),
}

FOREST_SEARCH_SPACE: dict[str, Any] = {
    "n_estimators": (50, 500),
    "max_depth": (2, 30),
    "min_samples_leaf": (1, 20),
    "max_features": (0.2, 1.0),
}

TRUSTED_TYPES: tuple[str, ...] = ("sklearn.tree._tree.Tree",)
