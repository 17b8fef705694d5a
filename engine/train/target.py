"""What a model learns to predict: labels as numbers and back."""

from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from components.base import MOST_CLASSES
from components.ports import ROLE
from engine.backends.backend import Backend
from engine.errors import UnfitForTraining


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
    if len(labels) > MOST_CLASSES:
        raise UnfitForTraining(
            f"The target {target!r} has more than {MOST_CLASSES} different values, too many for a classification.",
            hint="Use a regression model for numbers, or group rare values.",
            field="target",
        )
    return Classes(tuple(labels))


@dataclass(frozen=True)
class Prior:
    """What can be said of rows without a model: the answers of the train rows.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Labels, or numbers.
    counts : ndarray of shape (n_values,), or None
        How many rows each stands for; None for one row each.
    """

    values: npt.NDArray[Any]
    counts: npt.NDArray[np.int64] | None = None


@dataclass(frozen=True)
class RowCounts:
    """What a model gets to learn from and to be scored on.

    Parameters
    ----------
    rows, without_role
        All rows, and those that are neither train nor validation nor test rows.
    train_rows
        Train rows, whether or not their target is known.
    train, validation, test
        Rows with a known target.
    """

    rows: int
    without_role: int
    train_rows: int
    train: int
    test: int
    validation: int = 0


def count_rows(table: ir.Table, target: str, backend: Backend) -> RowCounts:
    """Count, in one pass over two columns."""
    role, known = table[ROLE], table[target].notnull()
    counted = table.aggregate(
        rows=table.count(),
        without_role=role.isnull().sum(),
        train_rows=(role == "train").sum(),
        train=((role == "train") & known).sum(),
        test=((role == "test") & known).sum(),
        validation=((role == "validation") & known).sum(),
    )
    return RowCounts(**{name: int(count or 0) for name, count in backend.row(counted).items()})


def check_rows(counts: RowCounts, target: str, *, is_tested: bool = True) -> None:
    """Refuse a table that a model cannot learn from or be scored on.

    Parameters
    ----------
    is_tested
        Whether the model is scored on rows of this table, and not fold by fold.

    Raises
    ------
    UnfitForTraining
    """
    check_roles(counts)
    if not counts.train_rows:
        raise UnfitForTraining(
            "There are no train rows.", hint="Check the filters and the split before the model.", field="target"
        )
    if not counts.train:
        raise UnfitForTraining(
            f"The target {target!r} is missing in every train row.", hint="Choose another target.", field="target"
        )
    if is_tested and not counts.test:
        raise UnfitForTraining(
            "There are no test rows to score the model on.",
            hint="Give the split a larger test share or fewer folds, or check the filters before the model.",
        )


def check_roles(counts: RowCounts) -> None:
    """Refuse rows without a role among others that have one.

    Raises
    ------
    UnfitForTraining
    """
    if counts.without_role:
        raise UnfitForTraining(
            f"{_rows(counts.without_role)} neither train nor test: they came in after the split.",
            hint="Move the split, and every node that learns, behind the node that adds rows.",
        )


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count:,} rows are"


def plain(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Target values as they are learned and told: decimals are floats."""
    return pc.cast(values, pa.float64()) if pa.types.is_decimal(values.type) else values
