"""How good predictions are, in numbers with scikit-learn's names."""

import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from components.base import Predictions
from components.evaluate.positive import positive_class

Array = np.ndarray[Any, Any]


def scores(p: Predictions) -> dict[str, float]:
    """The metrics of a set of predictions.

    Parameters
    ----------
    p
        With two classes, precision, recall, F1, ROC AUC and average precision are those of the positive class; with
        more, they are macro averages (one class against the rest).

    Returns
    -------
    dict
        ``accuracy, balanced_accuracy, precision, recall, f1, roc_auc, average_precision, log_loss`` or
        ``r2, mae, rmse, mape, median_ae``. A metric that is not defined for these rows is left out: no rows, no
        probabilities, only one class among the true answers, or a true value of zero for ``mape``.
    """
    if len(p.truth) == 0:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _of_classes(p) if p.task == "classification" else _of_numbers(p)
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}


def score(p: Predictions, metric: str) -> float | None:
    """One of the metrics by itself; None where it is not defined for these rows."""
    is_of_chances = metric in ("roc_auc", "average_precision", "log_loss")
    if p.task == "classification" and is_of_chances and p.probabilities is not None and len(p.truth):
        found = _of_probabilities(p).get(metric)
        return found if found is not None and math.isfinite(found) else None
    return scores(replace(p, probabilities=None)).get(metric)


def baseline(p_train_truth: Any, p: Predictions, counts: Any = None) -> dict[str, float]:
    """The metrics of a model that learned nothing: class shares, or the mean, of the train rows.

    Parameters
    ----------
    p_train_truth : array of shape (n_train_rows,)
        The true answers of the train rows.
    p
        The predictions to compare with; the same rows are scored.
    counts : array of the same shape, or None
        How many train rows have each of these answers; None where each stands for one row.
    """
    train = np.asarray(p_train_truth)
    if len(train) == 0 or len(p.truth) == 0:
        return {}
    return scores(dummy(train, p, counts))


def dummy(p_train_truth: Any, p: Predictions, counts: Any = None) -> Predictions:
    """What a model that learned nothing but the train rows' answers says of the same rows."""
    train = np.asarray(p_train_truth)
    return _prior(train, p, counts) if p.task == "classification" else _mean(train, p, counts)


def _prior(train: Array, p: Predictions, counts: Any) -> Predictions:
    from sklearn.dummy import DummyClassifier

    dummy = DummyClassifier(strategy="prior").fit(np.zeros((len(train), 1)), train, sample_weight=counts)
    rows = np.zeros((len(p.truth), 1))
    classes = tuple(dummy.classes_.tolist())
    return Predictions(p.task, p.truth, dummy.predict(rows), dummy.predict_proba(rows), classes, p.positive)


def _mean(train: Array, p: Predictions, counts: Any) -> Predictions:
    from sklearn.dummy import DummyRegressor

    dummy = DummyRegressor(strategy="mean").fit(np.zeros((len(train), 1)), train, sample_weight=counts)
    return Predictions(p.task, p.truth, dummy.predict(np.zeros((len(p.truth), 1))))


def _of_classes(p: Predictions) -> dict[str, float]:
    from sklearn import metrics

    truth, prediction = _typed(p.truth), _typed(p.prediction)
    average: dict[str, Any] = {"average": "macro"}
    if len(p.classes) == 2:
        truth, prediction = (labels == positive(p) for labels in (truth, prediction))
        average = {"average": "binary"}
    found = {
        "accuracy": metrics.accuracy_score(truth, prediction),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, prediction),
        "precision": metrics.precision_score(truth, prediction, zero_division=0, **average),
        "recall": metrics.recall_score(truth, prediction, zero_division=0, **average),
        "f1": metrics.f1_score(truth, prediction, zero_division=0, **average),
    }
    return found | (_of_probabilities(p) if p.probabilities is not None else {})


def _of_probabilities(p: Predictions) -> dict[str, float]:
    """Macro averages over the classes that some rows have and others have not; log loss over the known classes."""
    from sklearn import metrics

    truth, probabilities = np.asarray(p.truth), np.asarray(p.probabilities)
    is_class = np.column_stack([truth == label for label in p.classes])
    asked = [list(p.classes).index(positive(p))] if len(p.classes) == 2 else range(len(p.classes))
    defined = [k for k in asked if 0 < is_class[:, k].sum() < len(truth)]
    found: dict[str, float] = {}
    if defined:
        pairs = [(is_class[:, k], probabilities[:, k]) for k in defined]
        found["roc_auc"] = float(np.mean([metrics.roc_auc_score(*pair) for pair in pairs]))
        found["average_precision"] = float(np.mean([metrics.average_precision_score(*pair) for pair in pairs]))
    if is_class.any(axis=1).all() and len(p.classes) > 1:
        chance = np.clip(probabilities[is_class], np.finfo(float).eps, 1)
        found["log_loss"] = float(-np.log(chance).mean())
    return found


def _of_numbers(p: Predictions) -> dict[str, float]:
    from sklearn import metrics

    truth, prediction = np.asarray(p.truth, dtype=float), np.asarray(p.prediction, dtype=float)
    found = {
        "mae": metrics.mean_absolute_error(truth, prediction),
        "rmse": metrics.root_mean_squared_error(truth, prediction),
        "median_ae": metrics.median_absolute_error(truth, prediction),
    }
    if np.ptp(truth) > 0:
        found["r2"] = metrics.r2_score(truth, prediction)
    if (truth != 0).all():
        found["mape"] = metrics.mean_absolute_percentage_error(truth, prediction)
    return found


def _typed(labels: Any) -> Array:
    """Labels as their own type: of three whole numbers among objects, scikit-learn says that they are unknown."""
    return np.array(np.asarray(labels).tolist())


def positive(p: Predictions) -> Any:
    """The class that counts as positive among two."""
    return positive_class(p.classes, p.positive)
