"""What both XGBoost models share: settings, files, and how they learn on Spark's workers.

Source: Chen & Guestrin, *XGBoost: A Scalable Tree Boosting System* (2016).
"""

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from components.base import FEATURES, LABEL, E, WeighedParams
from components.errors import ComponentError
from components.libraries import XGBOOST
from components.models.arguments import Advanced, Seed, arguments
from components.models.early import EARLY, Early, EarlyParams

WEIGHT = "weight"
SINCE_CONNECT = (3, 3)
"""The first XGBoost whose `xgboost.spark` speaks Spark Connect."""


class XGBoostParams(EarlyParams, WeighedParams):
    """The settings of XGBoost's trees."""

    n_estimators: Annotated[int, Field(ge=1, le=10_000)] = 100
    """How many trees (for each class)."""
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.3
    """How much each tree corrects; smaller values need more trees."""
    max_depth: Annotated[int, Field(ge=1, le=64)] = 6
    """How deep a tree may grow."""
    min_child_weight: Annotated[float, Field(ge=0), Advanced] = 1.0
    """The least weight of rows in a leaf: for numbers, how many rows."""
    subsample: Annotated[float, Field(gt=0, le=1), Advanced] = 1.0
    """The share of rows each tree sees."""
    colsample_bytree: Annotated[float, Field(gt=0, le=1), Advanced] = 1.0
    """The share of columns each tree considers."""
    reg_lambda: Annotated[float, Field(ge=0), Advanced] = 1.0
    """Strength of the L2 penalty on leaf values."""
    reg_alpha: Annotated[float, Field(ge=0), Advanced] = 0.0
    """Strength of the L1 penalty on leaf values."""
    gamma: Annotated[float, Field(ge=0), Advanced] = 0.0
    """How much a split must gain."""
    max_bin: Annotated[int, Field(ge=2, le=65_535), Advanced] = 256
    """Into how many bins numbers are put."""
    seed: Seed = 0
    """Another seed draws other rows and columns, where a share of them is asked for."""


class XGBoost(Early[E]):
    """An XGBoost model; its trees are saved in XGBoost's own format."""

    takes_missing = True
    takes_sparse = True  # what a sparse matrix leaves out is missing to it, in training as in every answer
    precision = "float32"
    distributes = True
    file = "estimator.ubj"
    trusted_types: ClassVar[tuple[str, ...]] = ("xgboost.core.Booster",)
    search_space: ClassVar[Mapping[str, Any]] = {
        "learning_rate": ("log", 0.01, 0.5),
        "n_estimators": (50, 500),
        "max_depth": (2, 12),
        "min_child_weight": ("log", 1.0, 100.0),
        "subsample": (0.5, 1.0),
        "colsample_bytree": (0.5, 1.0),
        "reg_lambda": ("log", 1e-3, 10.0),
    }

    @classmethod
    @abstractmethod
    def local(cls) -> Any:
        """The class of XGBoost that learns here."""

    @classmethod
    @abstractmethod
    def spark(cls) -> Any:
        """The class of XGBoost that learns on Spark."""

    def settings(self) -> dict[str, Any]:
        """The arguments of both classes."""
        return arguments(self.params, *EARLY) | {"tree_method": "hist"}

    def weights(self, target: Any) -> Any | None:
        """What each row counts; None where all count the same."""
        return None

    def weighed(self, frame: Any) -> Any:
        """A Spark DataFrame with the column `WEIGHT`, where rows do not count the same."""
        return frame

    def build(self) -> Any:
        return self.local()(**self.settings())

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        matrix, target, beside = self.set_aside(matrix, target, beside)
        weights, balanced = beside.pop("sample_weight", None), self.weights(target)
        if balanced is not None:
            weights = balanced if weights is None else balanced * weights
        watched = {"eval_set": [(beside["X_val"], beside["y_val"])], "verbose": False} if beside else {}
        patience = {"early_stopping_rounds": self.params.n_iter_no_change} if beside else {}  # type: ignore[attr-defined]
        try:
            return self.build().set_params(**patience).fit(matrix, target, sample_weight=weights, **watched)
        except ValueError as error:
            raise ValueError(_plain(error)) from error

    def distributed(self, workers: int, *, connect: bool) -> Callable[[Any], Any]:
        if connect and _release() < SINCE_CONNECT:
            raise ComponentError(
                f"XGBoost {XGBOOST.version} cannot learn on Spark's workers through Spark Connect.",
                hint="XGBoost 3.3, which needs Python 3.12, can; or take fewer rows or features.",
            )
        if self.stops_early(0):
            raise ComponentError(
                "XGBoost does not stop early where it learns on Spark's workers.",
                hint="Switch early stopping off, or take fewer rows or features.",
                field="early_stopping",
            )
        return partial(self._learn_on_spark, workers)

    def _learn_on_spark(self, workers: int, frame: Any) -> Any:
        logging.getLogger("XGBoost-PySpark").setLevel(logging.WARNING)
        frame = self.weighed(frame)
        columns = {"features_col": FEATURES, "label_col": LABEL}
        columns |= {"weight_col": WEIGHT} if WEIGHT in frame.columns else {}
        learned = self.spark()(num_workers=workers, verbose=False, **columns, **self.settings()).fit(frame)
        estimator = self.build()
        estimator.load_model(learned.get_booster().save_raw("ubj"))
        return estimator

    @classmethod
    def save(cls, fitted: Any, path: Path) -> None:
        fitted.save_model(path)

    @classmethod
    def load(cls, path: Path, others: Iterable[str] = ()) -> Any:
        # Requests come side by side: a thread for each is enough.
        estimator = cls.local()(n_jobs=1)
        estimator.load_model(bytearray(path.read_bytes()))
        return estimator


def _release() -> tuple[int, ...]:
    return tuple(int(part) for part in XGBOOST.version.split(".")[:2])


def _plain(error: ValueError) -> str:
    """What XGBoost checked, without the place in its source and the stack below it."""
    first = str(error).splitlines()[0]
    return first.rsplit("Check failed: ", 1)[-1].split(": ", 1)[-1]
