"""How good answers to held-out rows are; plain scikit-learn, because rivals ask in environments of their own."""

from typing import Any

from sklearn import metrics

SCORES = {"roc_auc": metrics.roc_auc_score, "r2": metrics.r2_score, "accuracy": metrics.accuracy_score}


def score(metric: str, truth: Any, said: Any) -> float:
    """The metric: of probabilities of the second class for ROC AUC, else of predictions."""
    return float(SCORES[metric](truth, said))
