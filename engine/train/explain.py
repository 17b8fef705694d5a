"""Which columns a model leans on: permutation importance over original columns.

Source: Breiman, Random Forests, Machine Learning 45 (2001); as in scikit-learn's ``permutation_importance``. A one-hot
column is shuffled as a whole.
"""

import time
from collections.abc import Iterator, Sequence
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
ROWS_AT_ONCE, NUMBERS_AT_ONCE = 8_192, 4_000_000
"""So much is asked about in one call: rows, and numbers in their matrix."""
FEWEST_ROWS = 50
"""However slow a model is, it is asked about so many."""


def importance(trained: "Trained", sample: pa.Table, target: str, seconds: float | None = None) -> list[dict[str, Any]]:
    """How much worse the model gets when one column is shuffled.

    Parameters
    ----------
    sample
        Test rows with the target and the features, in an order that says nothing.
    seconds
        How long that may take: a slow model is asked about fewer of the rows. None for all of them.

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
        if seconds is not None:
            rows = _rows_in_time(trained, matrix, seconds)
            matrix, truth = matrix[:rows], truth[:rows]
        found = list(_losses(trained, matrix, truth))
    return sorted(found, key=lambda row: -row["mean"])


def _rows_in_time(trained: "Trained", matrix: Matrix, seconds: float) -> int:
    """About how many of the rows can be asked about with each column shuffled, judged by asking about a few."""
    asked = REPEATS * min(len(trained.spec.features), MAX_FEATURES) + 1
    trained.answer(matrix[:1])  # the first time, libraries are loaded
    begun = time.monotonic()
    trained.answer(matrix)
    each = (time.monotonic() - begun) / matrix.shape[0]
    return max(FEWEST_ROWS, int(seconds / max(asked * each, 1e-9)))


def _losses(trained: "Trained", matrix: Matrix, truth: npt.NDArray[Any]) -> Iterator[dict[str, Any]]:
    reference = _quality(trained, trained.answer(matrix)[0], truth)
    generator = np.random.default_rng(0)
    features = list(trained.spec.slices())[:MAX_FEATURES]
    asked = [(place, generator.permutation(len(truth))) for _, place in features for _ in range(REPEATS)]
    losses = [reference - _quality(trained, found, truth) for found in _answers(trained, matrix, asked)]
    for at, (feature, _) in enumerate(features):
        own = losses[at * REPEATS : (at + 1) * REPEATS]
        yield {"column": feature.name, "mean": float(np.mean(own)), "std": float(np.std(own))}


def _answers(
    trained: "Trained", matrix: Matrix, asked: Sequence[tuple[slice, npt.NDArray[Any]]]
) -> Iterator[npt.NDArray[Any]]:
    """The answers with each column shuffled, many at a time: a forest takes as long for fifty rows as for thousands."""
    rows, width = matrix.shape
    at_once = max(1, min(ROWS_AT_ONCE, NUMBERS_AT_ONCE // max(width, 1)) // rows)
    for start in range(0, len(asked), at_once):
        changed = [shuffled(matrix, place, order) for place, order in asked[start : start + at_once]]
        found, _ = trained.answer(stacked(changed))
        yield from np.split(found, len(changed))


def stacked(matrices: Sequence[Matrix]) -> Matrix:
    """The rows of all of them, one after the other."""
    if isinstance(matrices[0], np.ndarray):
        return np.vstack(matrices) if len(matrices) > 1 else matrices[0]
    from scipy.sparse import vstack

    return vstack(matrices, format="csr")


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


def _quality(trained: "Trained", found: npt.NDArray[Any], truth: npt.NDArray[Any]) -> float:
    if trained.classes:
        return float((found == truth).mean())
    return float(1 - ((truth - found) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())
