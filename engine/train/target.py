"""What a model learns to predict: labels as numbers and back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import UnfitForTraining

MAX_CLASSES = 200


@dataclass(frozen=True)
class Classes:
    """The labels of a classification target, in the order of the probabilities."""

    labels: tuple[Any, ...]

    def encode(self, values: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
        """Label positions.

        Returns
        -------
        ndarray of shape (n_rows,), int64
            -1 for a label that the train rows do not have.
        """
        known = pa.array(self.labels, type=values.type)
        positions = pc.fill_null(pc.index_in(values, value_set=known), -1)
        encoded: npt.NDArray[np.int64] = positions.to_numpy(zero_copy_only=False).astype(np.int64)
        return encoded


def learn_classes(values: pa.ChunkedArray, target: str) -> Classes:
    """The labels of the train rows, sorted.

    Raises
    ------
    UnfitForTraining
        Fewer than two labels, or so many that it is no classification.
    """
    labels = sorted(value for value in pc.unique(values).to_pylist() if value is not None)
    if len(labels) < 2:
        raise UnfitForTraining(
            f"The target {target!r} has only one class among the train rows: {labels[0]!r}.",
            hint="Choose another target, or check the filters before the model.",
            field="target",
        )
    if len(labels) > MAX_CLASSES:
        raise UnfitForTraining(
            f"The target {target!r} has {len(labels):,} different values, which is too many for a classification.",
            hint="Use a regression model for numbers, or group rare values.",
            field="target",
        )
    return Classes(tuple(labels))


def check_target(values: pa.ChunkedArray, target: str) -> None:
    """Refuse a target without values.

    Raises
    ------
    UnfitForTraining
    """
    if len(values) == 0:
        raise UnfitForTraining(
            "There are no train rows.", hint="Check the filters and the split before the model.", field="target"
        )
    if values.null_count == len(values):
        raise UnfitForTraining(
            f"The target {target!r} is missing in every train row.", hint="Choose another target.", field="target"
        )
