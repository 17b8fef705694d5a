"""One metric of some of the rows, quickly: for what is counted a thousand times."""

from collections.abc import Callable
from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.scores import positive, scores

Array = np.ndarray[Any, Any]

LOWER_IS_BETTER = frozenset({"log_loss", "mae", "rmse", "mape", "median_ae"})
MEANS = frozenset({"accuracy", "log_loss", "mae", "rmse"})
"""Metrics that are means of what each row adds."""

WORDS = {
    "roc_auc": "ROC AUC",
    "f1": "F1",
    "r2": "R²",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "median_ae": "median absolute error",
    "mape": "mean absolute percentage error",
    "davies_bouldin": "Davies–Bouldin",
    "calinski_harabasz": "Calinski–Harabasz",
    "noise": "rows without a cluster",
    "flagged": "rows flagged",
    "score_median": "score, median",
    "score_p90": "score, 90th percentile",
    "score_p99": "score, 99th percentile",
    "score_max": "score, largest",
}


def words(name: str) -> str:
    """A metric's name within a sentence.

    >>> words("roc_auc"), words("log_loss")
    ('ROC AUC', 'log loss')
    """
    return WORDS.get(name, name.replace("_", " "))


def measure(name: str, p: Predictions) -> Callable[[Array], float]:
    """A metric as a function of the positions of rows; NaN where it is not defined for these."""
    if name in MEANS:
        parts = _parts(name, p)
        return (lambda rows: float(np.sqrt(parts[rows].mean()))) if name == "rmse" else lambda r: float(parts[r].mean())
    if name == "roc_auc" and len(p.classes) == 2:
        return _area(p)
    return lambda rows: scores(part(p, rows)).get(name, float("nan"))


def part(p: Predictions, rows: Array) -> Predictions:
    """The predictions of some rows."""
    chances = None if p.probabilities is None else np.asarray(p.probabilities)[rows]
    return Predictions(
        p.task, np.asarray(p.truth)[rows], np.asarray(p.prediction)[rows], chances, p.classes, p.positive
    )


def _parts(name: str, p: Predictions) -> Array:
    if name == "accuracy":
        return np.asarray(np.asarray(p.truth) == np.asarray(p.prediction), dtype=float)
    if name == "log_loss":
        is_class = np.column_stack([np.asarray(p.truth) == label for label in p.classes])
        return np.asarray(-np.log(np.clip(np.asarray(p.probabilities)[is_class], np.finfo(float).eps, 1)))
    error = np.asarray(p.truth, dtype=float) - np.asarray(p.prediction, dtype=float)
    return np.asarray(np.abs(error) if name == "mae" else error**2)


def _area(p: Predictions) -> Callable[[Array], float]:
    """The area under the ROC curve by ranks: how often a positive row has the higher chance; a tie is half."""
    label = positive(p)
    actual = np.asarray(p.truth) == label
    chance = np.asarray(p.probabilities)[:, list(p.classes).index(label)]
    _, ranks = np.unique(chance, return_inverse=True)
    levels = int(ranks.max(initial=-1)) + 1

    def area(rows: Array) -> float:
        hits = np.bincount(ranks[rows], weights=actual[rows], minlength=levels)
        others = np.bincount(ranks[rows], minlength=levels) - hits
        pairs = hits.sum() * others.sum()
        return float((hits * (np.cumsum(others) - others / 2)).sum() / pairs) if pairs else float("nan")

    return area
