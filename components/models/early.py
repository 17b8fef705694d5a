"""Boosters whose library watches rows that are set aside, but does not set them aside itself."""

from typing import Annotated, Any

from pydantic import Field

from components.base import E, Estimator, EstimatorParams
from components.errors import UnfitData
from components.models.arguments import Advanced
from components.params import only_if

IfEarly = only_if(early_stopping=True)


class EarlyParams(EstimatorParams):
    """When to stop adding trees."""

    early_stopping: Annotated[bool, Advanced] = False
    """Stop when rows that are set aside no longer gain: validation rows where a split gives some, else train rows."""
    validation_fraction: Annotated[float, Field(gt=0, lt=1), Advanced, IfEarly] = 0.1
    """The share of train rows set aside where there are no validation rows."""
    n_iter_no_change: Annotated[int, Field(ge=1), Advanced, IfEarly] = 10
    """How many trees without a gain end the training."""


EARLY = tuple(name for name in EarlyParams.model_fields if name not in EstimatorParams.model_fields)


class Early(Estimator[E]):
    """Learns until rows that it does not learn from no longer gain."""

    def stops_early(self, rows: int) -> bool:
        return bool(self.params.early_stopping)  # type: ignore[attr-defined]

    def set_aside(self, matrix: Any, target: Any, beside: dict[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
        """The rows to learn from, and beside them those to watch, as ``X_val`` and ``y_val``.

        Raises
        ------
        UnfitData
            When there are too few rows to set some aside.
        """
        if not self.stops_early(matrix.shape[0]) or "X_val" in beside:
            return matrix, target, beside
        known, held = self._drawn(target)
        weights = {name: values[known] for name, values in beside.items()}
        return matrix[known], target[known], {**weights, "X_val": matrix[held], "y_val": target[held]}

    def _drawn(self, target: Any) -> tuple[Any, Any]:
        import numpy as np
        from sklearn.model_selection import train_test_split

        params: Any = self.params
        classes = target if self.task == "classification" else None
        try:
            known, held = train_test_split(
                np.arange(len(target)), test_size=params.validation_fraction, random_state=params.seed, stratify=classes
            )
        except ValueError as error:
            raise UnfitData(
                "There are too few train rows to set some of every class aside for early stopping.",
                hint="Give the split validation rows, raise 'validation_fraction', or switch early stopping off.",
                field="early_stopping",
            ) from error
        return np.sort(known), np.sort(held)
