"""Report how good a model is."""

from typing import Annotated

from pydantic import Field

from components.base import MODEL_OR_PREDICTIONS, Evaluation, Grouped, Predictions, Report, Spec
from components.evaluate.conformal import interval_plots, prediction_intervals
from components.evaluate.groups import group_intervals, group_plots, group_scores, silhouettes
from components.evaluate.intervals import intervals
from components.evaluate.plots import plots
from components.evaluate.profiles import profiles
from components.evaluate.scores import baseline, scores
from components.evaluate.trade_offs import trade_offs
from components.params import Params


class EvaluateParams(Params):
    bins: Annotated[int, Field(ge=2, le=100)] = 10
    """Into how many bins the calibration curve and the histogram of residuals are divided."""


class Evaluate(Evaluation[EvaluateParams]):
    """Scores a model on rows it was not trained on, and gives the data of its plots.

    Every score comes beside that of a dummy model, with a 95 % bootstrap interval. For classes: the confusion matrix,
    every class by itself, ROC, gain and lift, precision and recall, calibration, and what each threshold would cost;
    for numbers: predictions against what is true, residuals, errors by size, and prediction intervals (split
    conformal). Of a model that groups rows or finds outliers, it tells how far the groups are apart, how large they
    are, and what the rows of each have in common.

    When: after a model, to see what it is worth. Serving: not part of an endpoint.
    Source: scikit-learn's metrics, under their names.
    """

    spec = Spec(
        key="evaluate",
        title="Evaluate",
        category="evaluate",
        icon="analytics",
        about="Scores a model on rows it has not seen.",
        words=(
            "score",
            "scorer",
            "metrics",
            "accuracy",
            "auc",
            "roc",
            "roc curve",
            "confusion matrix",
            "precision",
            "recall",
            "f1",
            "rmse",
            "r2",
            "mae",
            "test and score",
            "performance",
            "validate",
        ),
        inputs=MODEL_OR_PREDICTIONS,
        outputs=(),
        serving="training_only",
        version=2,
    )
    tasks = ("classification", "regression", "clustering", "anomaly")

    def report(self, predictions: Predictions) -> Report:
        return judge(predictions, self.params.bins)

    def report_groups(self, grouped: Grouped) -> Report:
        return describe(grouped, self.params.bins)


def judge(predictions: Predictions, bins: int = 10) -> Report:
    """The report on what a model with a target says.

    Returns
    -------
    dict
        ``task, rows, metrics, plots``; ``intervals``; for classes ``trade_offs``; for numbers ``conformal``; and
        ``baseline`` where it is known what the model learned from.
    """
    learned = predictions.learned
    conformal = prediction_intervals(predictions)
    extra = {
        "baseline": baseline(learned, predictions) if learned is not None else {},
        "intervals": intervals(predictions),
        "trade_offs": trade_offs(predictions),
        "conformal": conformal,
    }
    return {
        "task": predictions.task,
        "rows": len(predictions.truth),
        "metrics": scores(predictions),
        "plots": {**plots(predictions, bins), **interval_plots(predictions, conformal)},
        **{name: value for name, value in extra.items() if value},
    }


def describe(grouped: Grouped, bins: int = 10) -> Report:
    """The report on what a model without a target says.

    Returns
    -------
    dict
        ``task, rows, unseen, metrics, plots``; ``intervals``, and ``profiles``: sentences on what rows have in common.
    """
    apart = silhouettes(grouped)
    extra = {"intervals": group_intervals(grouped, apart), "profiles": profiles(grouped)}
    return {
        "task": grouped.task,
        "rows": grouped.rows,
        "unseen": grouped.unseen,
        "metrics": group_scores(grouped, apart),
        "plots": group_plots(grouped, bins, apart),
        **{name: value for name, value in extra.items() if value},
    }
