"""Which metric says most about a model, and which way it is better."""

from collections.abc import Mapping

LOWER_IS_BETTER = frozenset(
    {"log_loss", "brier", "mae", "rmse", "mape", "smape", "mase", "median_ae", "davies_bouldin", "cost", "cost_at_0_5"}
    | {"false_alarms", "misses", "error", "slices", "largest_lift", "calibration_error", "largest_calibration_error"}
    | {"demographic_parity_difference", "equal_opportunity_difference", "equalized_odds_difference"}
    | {"accuracy_difference", "mean_error_difference"}
)

SHARES = frozenset({"noise", "flagged"})
"""Metrics that are shares of the rows."""
DESCRIBING = (
    frozenset({"clusters", "score_median", "score_p90", "score_p99", "score_max", "best_threshold", "base"})
    | {"coverage", "earlier_coverage"}
    | SHARES
)
"""Metrics of which neither more nor less is better; an interval should hold as many values as it promises."""

_MAIN = ("roc_auc", "balanced_accuracy", "accuracy", "r2", "rmse", "mae", "silhouette", "flagged")


def main_metric(metrics: Mapping[str, float]) -> str | None:
    """The metric that says most about a model.

    >>> main_metric({"accuracy": 0.8, "roc_auc": 0.9})
    'roc_auc'
    """
    return next((name for name in (*_MAIN, *metrics) if name in metrics), None)


def better(name: str) -> str:
    """Which way a metric is better: ``lower``, ``higher`` or, where it only describes, neither."""
    return "" if name in DESCRIBING else "lower" if name in LOWER_IS_BETTER else "higher"
