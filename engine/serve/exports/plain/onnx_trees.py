"""Trees of histogram boosting as ONNX, which takes whole numbers for their flags and compares in 32 bits only."""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cache
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

HISTOGRAM_BOOSTING = ("SklearnHistGradientBoostingClassifier", "SklearnHistGradientBoostingRegressor")
"""What skl2onnx calls the models whose trees say where missing values go."""

Thresholds = Mapping[int, "np.ndarray[Any, np.dtype[np.float64]]"]
"""For a feature's place in the matrix, the numbers that the trees compare it with, in order."""


def thresholds_of(estimator: Any) -> Thresholds:
    """What histogram boosting compares its features with, in 64 bits; nothing for other models."""
    if not isinstance(estimator, HistGradientBoostingClassifier | HistGradientBoostingRegressor):
        return {}
    nodes = np.concatenate([predictor.nodes for predictor in _predictors(estimator)])
    splits = nodes[nodes["is_leaf"] == 0]
    return {
        int(feature): np.unique(splits["num_threshold"][splits["feature_idx"] == feature])
        for feature in np.unique(splits["feature_idx"])
    }


def by_places(estimator: Any, thresholds: Thresholds) -> Any:
    """The same trees, asking how many thresholds a number exceeds: a small whole number, the same in 32 bits.

    ``x <= thresholds[feature][place]`` is ``(x > thresholds[feature]).sum() <= place``.
    """
    made = copy(estimator)
    made._predictors = [[_by_places(predictor, thresholds) for predictor in each] for each in estimator._predictors]
    return made


def _by_places(predictor: Any, thresholds: Thresholds) -> Any:
    made = copy(predictor)
    made.nodes = predictor.nodes.copy()
    is_split = made.nodes["is_leaf"] == 0
    for feature, known in thresholds.items():
        asks = is_split & (made.nodes["feature_idx"] == feature)
        made.nodes["num_threshold"][asks] = np.searchsorted(known, made.nodes["num_threshold"][asks])
    return made


def _predictors(estimator: Any) -> Iterator[Any]:
    return (predictor for each in estimator._predictors for predictor in each)


@cache
def mend_trees() -> None:
    """Let skl2onnx write these flags as 0 and 1; once for each process."""
    from skl2onnx.common._registration import get_converter, register_converter

    for name in HISTOGRAM_BOOSTING:
        known = get_converter(name)
        register_converter(name, _mended(known), overwrite=True, options=known.get_allowed_options())


def _mended(write: Callable[..., None]) -> Callable[..., None]:
    def convert(scope: Any, operator: Any, container: Any) -> None:
        write(scope, operator, _WithNumbers(container))

    return convert


class _WithNumbers:
    """A container that takes flags as whole numbers."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def add_node(self, *place: Any, **attributes: Any) -> Any:
        plain = {name: _numbers(value) if isinstance(value, list) else value for name, value in attributes.items()}
        return self._container.add_node(*place, **plain)


def _numbers(values: list[Any]) -> list[Any]:
    return [int(value) if isinstance(value, bool) else value for value in values]
