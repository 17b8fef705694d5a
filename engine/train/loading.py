"""Rows as a model takes them: the matrix, the target's values, and how much each row counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.base import Estimator
from components.ports import ROW
from engine.backends.backend import Backend
from engine.errors import UnfitForTraining
from engine.train.fill import as_numbers
from engine.train.matrix import Matrix, MatrixSpec, check_signs
from engine.train.order import in_order
from engine.train.target import plain

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Loaded:
    """Some rows, in the order of their ids.

    Parameters
    ----------
    labels
        The target's values.
    weight
        The column that says how much each row counts; None where all count the same.
    weights : ndarray of shape (n_rows,), or None
        What it says.
    """

    matrix: Matrix
    labels: pa.ChunkedArray
    weight: str | None = None
    weights: Weights | None = None

    def beside(self) -> dict[str, Any]:
        """What scikit-learn's ``fit`` takes beside matrix and target.

        Raises
        ------
        UnfitForTraining
            For weights that are none.
        """
        if self.weight is None or self.weights is None:
            return {}
        check_weights(self.weights, self.weight)
        return {"sample_weight": self.weights}


def load_rows(component: Estimator[Any], rows: ir.Table, spec: MatrixSpec, count: int, backend: Backend) -> Loaded:
    """Everything in one pass, so that it cannot come apart.

    Raises
    ------
    UnfitForTraining
        For values that the model cannot take.
    """
    target, weight = component.params.target, component.weight
    features = [feature.name for feature in spec.features]
    categories = {f.name: f.categories for f in spec.features if f.kind == "one_hot"}
    kept = [ROW, target, *([weight] if weight else [])]

    def read(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> Loaded:
        filling, labels, weights = spec.filling(count), [], []
        for batch in backend.numbers(ordered, categories, spec.precision, keep=kept):
            look(batch)
            filling.add(batch)
            labels.append(plain(batch.column(target)))
            if weight:
                weights.append(as_numbers(batch.column(weight)))
        filling.check(takes_missing=component.takes_missing, learned_from=count)
        matrix = filling.matrix()
        if not component.takes_negative:
            check_signs(matrix, spec)
        return Loaded(matrix, pa.chunked_array(labels), weight, np.concatenate(weights) if weights else None)

    return in_order(rows.select(*kept, *features), [target, *features], read)


def check_weights(weights: Weights, column: str) -> None:
    """Refuse numbers that cannot say how much a row counts.

    Raises
    ------
    UnfitForTraining
    """
    wrong = {"missing": np.isnan(weights), "negative": weights < 0, "infinite": np.isinf(weights)}
    name, count = next(((name, int(found.sum())) for name, found in wrong.items() if found.any()), ("", 0))
    if not count and weights.any():
        return
    what = f"{name} in {count:,} train {'row' if count == 1 else 'rows'}" if count else "0 in every train row"
    raise UnfitForTraining(
        f"Column {column!r} says how much rows count, but it is {what}.",
        hint="Fill or filter these rows, or choose another column.",
        field="sample_weight",
    )
