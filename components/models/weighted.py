"""Classifiers whose library weighs rows, not classes."""

from typing import Any, TypeVar

from components.base import Estimator
from components.models.arguments import BalancedParams

B = TypeVar("B", bound=BalancedParams)


class Weighted(Estimator[B]):
    """Balances classes by the weights of their rows, which comes to the same."""

    def fit(self, matrix: Any, target: Any) -> Any:
        if self.params.class_weight is None:
            return super().fit(matrix, target)
        from sklearn.utils.class_weight import compute_sample_weight

        weights = compute_sample_weight(self.params.class_weight, target)
        return self.build().fit(matrix, target, sample_weight=weights)
