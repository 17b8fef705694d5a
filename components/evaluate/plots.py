"""The data of a report's plots, as JSON."""

from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.scores import positive

POINTS = 200
SAMPLE = 500

Array = np.ndarray[Any, Any]


def plots(p: Predictions, bins: int = 10) -> dict[str, Any]:
    """Every plot that these predictions allow, by name.

    Returns
    -------
    dict
        For classes ``confusion_matrix``, and with probabilities and two classes ``roc_curve``,
        ``precision_recall_curve`` and ``calibration_curve`` of the positive class. For numbers
        ``residual_histogram`` and ``predicted_against_actual``.
    """
    if len(p.truth) == 0:
        return {}
    if p.task == "regression":
        return {
            "residual_histogram": residual_histogram(p, bins),
            "predicted_against_actual": predicted_against_actual(p),
        }
    found = {"confusion_matrix": confusion_matrix(p)}
    if len(p.classes) != 2 or p.probabilities is None:
        return found
    is_positive, chance = _binary(p)
    if 0 < is_positive.sum() < len(is_positive):
        found["roc_curve"] = roc_curve(is_positive, chance)
        found["precision_recall_curve"] = precision_recall_curve(is_positive, chance)
    return found | {"calibration_curve": calibration_curve(is_positive, chance, bins)}


def confusion_matrix(p: Predictions) -> dict[str, Any]:
    """Rows by true class (lines) and predicted class (columns), in the order of ``labels``."""
    from sklearn import metrics

    truth, prediction = _texts(p.truth), _texts(p.prediction)
    known = [str(label) for label in p.classes]
    labels = [*known, *sorted(set(truth) - set(known))]
    return {"labels": labels, "counts": metrics.confusion_matrix(truth, prediction, labels=labels).tolist()}


def roc_curve(is_positive: Array, chance: Array) -> dict[str, list[float]]:
    """The true positive rate by the false positive rate, at most 200 points."""
    from sklearn import metrics

    false_rate, true_rate, _ = metrics.roc_curve(is_positive, chance)
    kept = _thinned(len(false_rate))
    return {"false_positive_rate": false_rate[kept].tolist(), "true_positive_rate": true_rate[kept].tolist()}


def precision_recall_curve(is_positive: Array, chance: Array) -> dict[str, list[float]]:
    """Precision by recall, at most 200 points."""
    from sklearn import metrics

    precision, recall, _ = metrics.precision_recall_curve(is_positive, chance)
    kept = _thinned(len(precision))
    return {"recall": recall[kept].tolist(), "precision": precision[kept].tolist()}


def calibration_curve(is_positive: Array, chance: Array, bins: int) -> list[dict[str, float]]:
    """For each bin of equal width that has rows: mean predicted probability, share of positives and rows."""
    places = np.minimum((chance * bins).astype(int), bins - 1)
    return [
        {
            "predicted": float(chance[places == place].mean()),
            "actual": float(is_positive[places == place].mean()),
            "rows": int((places == place).sum()),
        }
        for place in np.unique(places)
    ]


def residual_histogram(p: Predictions, bins: int) -> dict[str, list[float]]:
    """How many rows have which residual (truth minus prediction); one more edge than counts."""
    truth, prediction = _numbers(p)
    counts, edges = np.histogram(truth - prediction, bins=bins)
    return {"counts": counts.tolist(), "edges": edges.tolist()}


def predicted_against_actual(p: Predictions) -> dict[str, list[float]]:
    """At most 500 rows, evenly taken."""
    truth, prediction = _numbers(p)
    kept = _thinned(len(truth), SAMPLE)
    return {"actual": truth[kept].tolist(), "predicted": prediction[kept].tolist()}


def _binary(p: Predictions) -> tuple[Array, Array]:
    label = positive(p)
    return np.asarray(p.truth) == label, np.asarray(p.probabilities)[:, list(p.classes).index(label)]


def _numbers(p: Predictions) -> tuple[Array, Array]:
    return np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)


def _texts(labels: Any) -> list[str]:
    return [str(label) for label in np.asarray(labels).tolist()]


def _thinned(length: int, most: int = POINTS) -> Array:
    """Places of at most so many items, the first and the last among them."""
    return np.unique(np.linspace(0, length - 1, min(length, most)).round().astype(int))
