"""Classifiers whose library weighs rows, not classes."""

from typing import Any, TypeVar

from components.base import Estimator
from components.models.arguments import BalancedParams

B = TypeVar("B", bound=BalancedParams)


class Weighted(Estimator[B]):
    """Balances classes by the weights of their rows, which comes to the same."""

    def fit(self, matrix: Any, target: Any, **beside: Any) -> Any:
        if self.params.class_weight is None:
            return super().fit(matrix, target, **beside)
        from sklearn.utils.class_weight import compute_sample_weight

        balanced = compute_sample_weight(self.params.class_weight, target)
        weights = balanced * beside.pop("sample_weight", 1.0)
        return super().fit(matrix, target, sample_weight=weights, **beside)
