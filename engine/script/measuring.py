"""The metrics of a script: their source is copied into it, so they know nothing but numpy and scikit-learn.

The same as `components.evaluate.scores`, for arrays.
"""

import math
import warnings
from typing import Any

import numpy as np
from sklearn import metrics


def classification_metrics(truth: Any, chances: Any, classes: list[Any], positive: Any) -> dict[str, float]:
    """Scores of the rows whose answer the model knows; of two classes, for the positive one, else macro averages."""
    predicted = np.asarray(classes, dtype=object)[chances.argmax(axis=1)]
    truth, is_binary = np.asarray(truth, dtype=object), len(classes) == 2
    labels = [(truth == positive, predicted == positive)] if is_binary else [(truth.tolist(), predicted.tolist())]
    average = {"average": "binary" if is_binary else "macro", "zero_division": 0}
    (known, said) = labels[0]
    found = {
        "accuracy": metrics.accuracy_score(known, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(known, said),
        "precision": metrics.precision_score(known, said, **average),
        "recall": metrics.recall_score(known, said, **average),
        "f1": metrics.f1_score(known, said, **average),
    }
    is_class = np.column_stack([truth == label for label in classes])
    asked = [classes.index(positive)] if is_binary else range(len(classes))
    pairs = [(is_class[:, k], chances[:, k]) for k in asked if 0 < is_class[:, k].sum() < len(truth)]
    if pairs:
        found["roc_auc"] = np.mean([metrics.roc_auc_score(*pair) for pair in pairs])
        found["average_precision"] = np.mean([metrics.average_precision_score(*pair) for pair in pairs])
    found["log_loss"] = -np.log(np.clip(chances[is_class], np.finfo(float).eps, 1)).mean()
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}


def regression_metrics(truth: Any, predicted: Any) -> dict[str, float]:
    """Scores of numbers; one that is not defined for these rows is left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {
            "mae": metrics.mean_absolute_error(truth, predicted),
            "rmse": metrics.root_mean_squared_error(truth, predicted),
            "median_ae": metrics.median_absolute_error(truth, predicted),
        }
        if np.ptp(truth) > 0:
            found["r2"] = metrics.r2_score(truth, predicted)
        if (truth != 0).all():
            found["mape"] = metrics.mean_absolute_percentage_error(truth, predicted)
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}
