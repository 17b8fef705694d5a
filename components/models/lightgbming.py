"""What both LightGBM models share: settings and files.

Source: Ke et al., *LightGBM: A Highly Efficient Gradient Boosting Decision Tree* (2017).
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from components.base import E, WeighedParams
from components.models.arguments import Advanced, Seed, arguments
from components.models.early import EARLY, Early, EarlyParams
from components.models.threads import is_small


class LightGBMParams(EarlyParams, WeighedParams):
    """The settings of LightGBM's trees."""

    n_estimators: Annotated[int, Field(ge=1, le=10_000)] = 100
    """How many trees (for each class)."""
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.1
    """How much each tree corrects; smaller values need more trees."""
    num_leaves: Annotated[int, Field(ge=2, le=131_072)] = 31
    """The most leaves of a tree."""
    max_depth: Annotated[int, Field(ge=-1, le=64), Advanced] = -1
    """How deep a tree may grow; -1 for no limit."""
    min_child_samples: Annotated[int, Field(ge=1), Advanced] = 20
    """The fewest rows in a leaf."""
    min_child_weight: Annotated[float, Field(ge=0), Advanced] = 1e-3
    """The least sum of curvatures in a leaf."""
    min_split_gain: Annotated[float, Field(ge=0), Advanced] = 0.0
    """How much a split must gain."""
    subsample: Annotated[float, Field(gt=0, le=1), Advanced] = 1.0
    """The share of rows each tree sees, drawn anew for each."""
    colsample_bytree: Annotated[float, Field(gt=0, le=1), Advanced] = 1.0
    """The share of columns each tree considers."""
    reg_alpha: Annotated[float, Field(ge=0), Advanced] = 0.0
    """Strength of the L1 penalty on leaf values."""
    reg_lambda: Annotated[float, Field(ge=0), Advanced] = 0.0
    """Strength of the L2 penalty on leaf values."""
    boosting_type: Annotated[Literal["gbdt", "dart"], Advanced] = "gbdt"
    """Plain boosting, or ``dart``, which leaves out trees while it learns: slower, sometimes better."""
    seed: Seed = 0
    """Another seed draws other rows and columns, where a share of them is asked for."""


class LightGBM(Early[E]):
    """A LightGBM model; its trees are saved in LightGBM's own text format."""

    takes_missing = True
    takes_sparse = True  # what a sparse matrix leaves out is zero to it, as in a dense one
    precision = "float32"
    file = "estimator.txt"
    trusted_types: ClassVar[tuple[str, ...]] = ("collections.OrderedDict", "lightgbm.basic.Booster")
    search_space: ClassVar[Mapping[str, Any]] = {
        "learning_rate": ("log", 0.01, 0.5),
        "n_estimators": (50, 500),
        "num_leaves": (7, 127),
        "min_child_samples": (5, 100),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.5, 1.0),
        "reg_lambda": ("log", 1e-3, 10.0),
    }

    @classmethod
    @abstractmethod
    def library(cls) -> Any:
        """The class of LightGBM that learns."""

    def build(self) -> Any:
        drawn = {"subsample_freq": 1} if self.params.subsample < 1 else {}  # type: ignore[attr-defined]
        steady = {"deterministic": True, "force_row_wise": True, "verbosity": -1}
        return self.library()(**arguments(self.params, *EARLY), **drawn, **steady)

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        # It asks for threads by itself; how many changes nothing in what it learns.
        estimator = self.build().set_params(n_jobs=1 if is_small(matrix) else None)
        matrix, target, beside = self.set_aside(matrix, target, beside)
        return estimator.fit(matrix, target, **self._watching(beside))

    def _watching(self, beside: dict[str, Any]) -> dict[str, Any]:
        """The rows to watch as LightGBM takes them."""
        if "X_val" not in beside:
            return beside
        from lightgbm import early_stopping

        rest = {name: value for name, value in beside.items() if name not in ("X_val", "y_val")}
        patience = self.params.n_iter_no_change  # type: ignore[attr-defined]
        return {
            **rest,
            "eval_set": [(beside["X_val"], beside["y_val"])],
            "callbacks": [early_stopping(patience, verbose=False)],
        }

    @classmethod
    def save(cls, fitted: Any, path: Path) -> None:
        fitted.booster_.save_model(path)

    @classmethod
    def load(cls, path: Path, others: Iterable[str] = ()) -> "Trees":
        from lightgbm import Booster

        return Trees(Booster(model_str=path.read_text()), is_classification=cls.task == "classification")


class Trees:
    """Saved trees that answer as the LightGBM model did that they come from.

    Parameters
    ----------
    booster : lightgbm.Booster
    """

    def __init__(self, booster: Any, *, is_classification: bool) -> None:
        self._booster = booster
        self._is_classification = is_classification

    def predict(self, matrix: Any) -> Any:
        """Numbers, or positions of classes."""
        return self.predict_proba(matrix).argmax(axis=1) if self._is_classification else self._ask(matrix)

    def predict_proba(self, matrix: Any) -> Any:
        """The probability of each class."""
        import numpy as np

        found = self._ask(matrix)
        return found if found.ndim == 2 else np.column_stack([1.0 - found, found])

    def to_sklearn(self) -> Any:
        """The library's own estimator, which needs nothing of this product."""
        import lightgbm
        import numpy as np
        from sklearn.preprocessing import LabelEncoder

        made = (lightgbm.LGBMClassifier if self._is_classification else lightgbm.LGBMRegressor)()
        made._Booster, made.fitted_, made._fitted_with_feature_names = self._booster, True, False
        made._n_features = made._n_features_in = self._booster.num_feature()
        made._best_iteration, made._objective = self._booster.best_iteration, self._booster.params["objective"]
        if self._is_classification:
            made._n_classes = max(2, self._booster.num_model_per_iteration())
            made._le = LabelEncoder().fit(np.arange(made._n_classes))
            made._classes = made._le.classes_
        return made

    def _ask(self, matrix: Any) -> Any:
        # Requests come side by side: a thread for each is enough.
        return self._booster.predict(matrix, num_threads=1)
