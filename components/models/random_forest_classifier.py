"""Random forest for classes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from components.base import MODEL_OUT, Estimator, Spec
from components.models.arguments import Advanced, ClassifierParams, Seed, arguments

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier as SklearnRandomForestClassifier


class RandomForestClassifierParams(ClassifierParams):
    n_estimators: Annotated[int, Field(ge=1, le=5000)] = 100
    """How many trees."""
    max_depth: Annotated[int, Field(ge=1)] | None = None
    """How deep a tree may grow; empty for no limit."""
    min_samples_leaf: Annotated[int, Field(ge=1)] = 1
    """The fewest rows in a leaf."""
    class_weight: Literal["balanced", "balanced_subsample"] | None = None
    """``balanced`` gives rare classes more weight; ``balanced_subsample`` does so within each tree's rows."""
    criterion: Annotated[Literal["gini", "entropy", "log_loss"], Advanced] = "gini"
    """What makes a good split."""
    min_samples_split: Annotated[int, Field(ge=2), Advanced] = 2
    """The fewest rows a node needs to be split."""
    max_features: Annotated[Literal["sqrt", "log2"] | Annotated[float, Field(gt=0, le=1)] | None, Advanced] = "sqrt"
    """How many columns each split considers: a rule, a share, or empty for all."""
    max_leaf_nodes: Annotated[Annotated[int, Field(ge=2)] | None, Advanced] = None
    """The most leaves of a tree; empty for no limit."""
    min_impurity_decrease: Annotated[float, Field(ge=0), Advanced] = 0.0
    """How much a split must gain."""
    bootstrap: Annotated[bool, Advanced] = True
    """Whether each tree sees rows drawn with replacement."""
    ccp_alpha: Annotated[float, Field(ge=0), Advanced] = 0.0
    """Strength of pruning."""
    seed: Seed = 0
    """Another seed grows other trees."""


class RandomForestClassifier(Estimator[RandomForestClassifierParams]):
    """The average of many decision trees, each grown on drawn rows and columns.

    When: a robust model with little tuning; missing numbers are taken as they are. Serving: scores each request.
    Source: Breiman, *Random Forests* (2001); `sklearn.ensemble.RandomForestClassifier`.
    """

    spec = Spec(
        key="random_forest_classifier",
        title="Random forest",
        category="models/classify",
        icon="forest",
        about="Many decision trees that vote; robust with little tuning.",
        outputs=MODEL_OUT,
        example={"target": "target_class", "features": ["number", "other"], "n_estimators": 5},
    )
    task = "classification"
    takes_missing = True
    precision = "float32"
    trusted_types = ("sklearn.tree._tree.Tree",)
    search_space: ClassVar[Mapping[str, Any]] = {
        "n_estimators": (50, 500),
        "max_depth": (2, 30),
        "min_samples_leaf": (1, 20),
        "max_features": (0.2, 1.0),
    }

    def build(self) -> "SklearnRandomForestClassifier":
        from sklearn.ensemble import RandomForestClassifier as SklearnRandomForestClassifier

        return SklearnRandomForestClassifier(**arguments(self.params))
