"""From probabilities to the class that is said."""

from typing import Any


def threshold_of(estimator: Any) -> float | None:
    """The probability from which on the positive class is said; None where the likeliest class is."""
    from sklearn.model_selection import FixedThresholdClassifier

    return float(estimator.threshold) if isinstance(estimator, FixedThresholdClassifier) else None


def decided(estimator: Any, chances: Any) -> Any:
    """The position of the class that a fitted estimator says.

    Parameters
    ----------
    chances : ndarray of shape (n_rows, n_classes)
        What it gave as probabilities.

    Returns
    -------
    ndarray of shape (n_rows,)
    """
    import numpy as np

    threshold = threshold_of(estimator)
    if threshold is None:
        return chances.argmax(axis=1)
    positive = estimator.pos_label
    return np.where(chances[:, positive] >= threshold, positive, 1 - positive)
