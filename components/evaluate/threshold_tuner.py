"""Find the probability from which on an alarm pays."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from components.base import MODEL_OR_PREDICTIONS, TABLE_OUT, Evaluation, Predictions, Report, Spec
from components.params import Constant, Params, Widget

Cost = Annotated[float, Field(ge=0, le=1e12)]


class ThresholdTunerParams(Params):
    false_alarm_cost: Cost = 1.0
    """What it costs to act on a row that is not of the class: a call that was not needed."""
    miss_cost: Cost = 1.0
    """What it costs to overlook a row of the class: a customer who left."""
    choose_by: Literal["cost", "f1", "balanced_accuracy"] = "cost"
    """What the threshold is chosen for: the least cost, or the best F1 or balanced accuracy."""
    positive: Constant | None = None
    """The class that raises an alarm; empty for the positive one of two."""
    folds: Annotated[int, Field(ge=2, le=20), Widget(advanced=True)] = 5
    """Without validation rows: into how many parts the test rows are cut, each counted at a threshold of the others."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1), Widget(advanced=True)] = 0
    """Another seed cuts other parts."""


class ThresholdTuner(Evaluation[ThresholdTunerParams]):
    """Weighs false alarms against misses and names the threshold where the sum is least.

    The threshold is chosen on validation rows where a split gave some, and its cost counted on test rows. Without them
    each part of the test rows is counted at the threshold that the other parts choose; so what it promises was never
    counted on rows that chose it. At the threshold 0.5 two classes are predicted as the model does by itself.

    When: a miss costs more, or less, than a false alarm. Serving: not part of an endpoint; put Decide by cost behind
    the model, with this threshold or its own, and the endpoint says the class by it.
    Source: Elkan, *The Foundations of Cost-Sensitive Learning* (2001); as in
    `sklearn.model_selection.TunedThresholdClassifierCV`.
    """

    spec = Spec(
        key="threshold_tuner",
        title="Tune threshold",
        category="evaluate",
        icon="tune",
        about="Finds the probability from which on an alarm pays.",
        words=("threshold", "cutoff", "cost", "decision threshold", "profit", "precision recall"),
        inputs=MODEL_OR_PREDICTIONS,
        outputs=TABLE_OUT,
        serving="boundary",
        example={"false_alarm_cost": 1, "miss_cost": 5},
    )
    tasks = ("classification",)
    chooses = True
    figures: ClassVar[Mapping[str, str]] = {
        "threshold": "float64",
        "cost": "float64",
        "false_alarms": "int64",
        "misses": "int64",
        "precision": "float64",
        "recall": "float64",
        "f1": "float64",
        "balanced_accuracy": "float64",
    }

    def report(self, predictions: Predictions) -> Report:
        from components.evaluate.thresholds import tuned

        return tuned(predictions, **dict(self.params))
