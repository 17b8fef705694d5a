"""Which columns a model leans on: permutation importance over original columns.

Source: Breiman, Random Forests, Machine Learning 45 (2001); as in scikit-learn's ``permutation_importance``. A one-hot
column is shuffled as a whole.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.train.matrix import as_numbers
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
    reference = _quality(trained, matrix, truth)
    generator = np.random.default_rng(0)
    found = []
    for feature, place in list(trained.spec.slices())[:MAX_FEATURES]:
        kept = matrix[:, place].copy()
        losses = []
        for _ in range(REPEATS):
            matrix[:, place] = kept[generator.permutation(len(kept))]
            losses.append(reference - _quality(trained, matrix, truth))
        matrix[:, place] = kept
        found.append({"column": feature.name, "mean": float(np.mean(losses)), "std": float(np.std(losses))})
    return sorted(found, key=lambda row: -row["mean"])


def _truth(trained: "Trained", column: pa.ChunkedArray) -> npt.NDArray[Any]:
    return trained.classes.encode(plain(column)) if trained.classes else as_numbers(column)


def _quality(trained: "Trained", matrix: npt.NDArray[np.float64], truth: npt.NDArray[Any]) -> float:
    found, _ = trained.answer(matrix)
    if trained.classes:
        return float((found == truth).mean())
    return float(1 - ((truth - found) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())
