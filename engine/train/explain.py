"""Which columns a model leans on: permutation importance over original columns.

Source: Breiman, Random Forests, Machine Learning 45 (2001); as in scikit-learn's ``permutation_importance``. A one-hot
column is shuffled as a whole.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from engine.train.fill import as_numbers
from engine.train.matrix import Matrix
from engine.train.target import plain

if TYPE_CHECKING:
    from engine.train.training import Trained

REPEATS = 3
MAX_FEATURES = 200


def importance(trained: "Trained", sample: pa.Table, target: str) -> list[dict[str, Any]]:
    """How much worse the model gets when one column is shuffled.

    Parameters
    ----------
    sample
        Test rows with the target and the features.

    Returns
    -------
    list of ``{"column", "mean", "std"}``
        Largest first; the loss in accuracy, or in R² for a regression.
    """
    if sample.num_rows < 2:
        return []
    matrix = trained.spec.fill(sample)
    truth = _truth(trained, sample.column(target))
    if trained.classes is None and float(np.var(truth)) == 0.0:
        return []
    # A few rows are answered quickest by one thread; on a busy machine, threads that wait for each other cost most.
    with threadpool_limits(1):
        found = list(_losses(trained, matrix, truth))
    return sorted(found, key=lambda row: -row["mean"])


def _losses(trained: "Trained", matrix: Matrix, truth: npt.NDArray[Any]) -> Iterator[dict[str, Any]]:
    reference = _quality(trained, matrix, truth)
    generator = np.random.default_rng(0)
    for feature, place in list(trained.spec.slices())[:MAX_FEATURES]:
        orders = [generator.permutation(len(truth)) for _ in range(REPEATS)]
        losses = [reference - _quality(trained, shuffled(matrix, place, order), truth) for order in orders]
        yield {"column": feature.name, "mean": float(np.mean(losses)), "std": float(np.std(losses))}


def shuffled(matrix: Matrix, place: slice, order: npt.NDArray[Any]) -> Matrix:
    """The matrix with the rows of some columns in another order.

    A sparse one stays sparse: what it leaves out is a zero to some models, and missing to others.
    """
    if not isinstance(matrix, np.ndarray):
        from scipy.sparse import hstack

        columns = matrix.tocsc()
        return hstack([columns[:, : place.start], columns[order, place], columns[:, place.stop :]], format="csr")
    changed = matrix.copy()
    changed[:, place] = matrix[order, place]
    return changed


def _truth(trained: "Trained", column: pa.ChunkedArray) -> npt.NDArray[Any]:
    return trained.classes.encode(plain(column)) if trained.classes else as_numbers(column)


def _quality(trained: "Trained", matrix: Matrix, truth: npt.NDArray[Any]) -> float:
    found, _ = trained.answer(matrix)
    if trained.classes:
        return float((found == truth).mean())
    return float(1 - ((truth - found) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())
