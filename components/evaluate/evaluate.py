"""Report how good a model is."""

from typing import Annotated

from pydantic import Field

from components.base import MODEL_OR_PREDICTIONS, Evaluation, Grouped, Predictions, Report, Spec
from components.evaluate.groups import group_plots, group_scores
from components.evaluate.plots import plots
from components.evaluate.scores import scores
from components.params import Params


class EvaluateParams(Params):
    bins: Annotated[int, Field(ge=2, le=100)] = 10
    """Into how many bins the calibration curve and the histogram of residuals are divided."""


class Evaluate(Evaluation[EvaluateParams]):
    """Scores a model on rows it was not trained on, and gives the data of its plots.

    For classes: the confusion matrix, every class by itself, ROC and gain curves, precision and recall, calibration;
    for numbers: predictions against what is true, and residuals. Of a model that groups rows or finds outliers, it
    tells how far the groups are apart, how large they are, and in which columns they differ from all rows.

    When: after a model, to see what it is worth. Serving: not part of an endpoint.
    Source: scikit-learn's metrics, under their names.
    """

    spec = Spec(
        key="evaluate",
        title="Evaluate",
        category="evaluate",
        icon="analytics",
        about="Scores a model on rows it has not seen.",
        inputs=MODEL_OR_PREDICTIONS,
        outputs=(),
        serving="training_only",
    )
    tasks = ("classification", "regression", "clustering", "anomaly")

    def report(self, predictions: Predictions) -> Report:
        return {
            "task": predictions.task,
            "rows": len(predictions.truth),
            "metrics": scores(predictions),
            "plots": plots(predictions, bins=self.params.bins),
        }

    def report_groups(self, grouped: Grouped) -> Report:
        return describe(grouped, self.params.bins)


def describe(grouped: Grouped, bins: int = 10) -> Report:
    """The report on what a model without a target says."""
    return {
        "task": grouped.task,
        "rows": grouped.rows,
        "unseen": grouped.unseen,
        "metrics": group_scores(grouped),
        "plots": group_plots(grouped, bins),
    }
