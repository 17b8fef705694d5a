"""Compare what a model means for different groups of people."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from components.base import MODEL_OR_PREDICTIONS, TABLE_OUT, Evaluation, Predictions, Report, Spec
from components.params import Constant, Params, PlainColumn, Widget


class FairnessParams(Params):
    group: PlainColumn
    """The column that says which group a row belongs to: gender, region, age. The model need not learn from it."""
    positive: Constant | None = None
    """The answer that is good, or bad, for a person; empty for the positive one of two."""
    largest_difference: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Warn when the rates of two groups are further apart than this."""
    smallest_ratio: Annotated[float, Field(ge=0, le=1)] = 0.8
    """Warn when the lower selection rate is a smaller part of the higher one; 0.8 is the four-fifths rule."""
    least_rows: Annotated[int, Field(ge=1)] = 30
    """Groups with fewer test rows are shown, but not compared: their rates are mostly chance."""
    bins: Annotated[int, Field(ge=2, le=20), Widget(advanced=True)] = 4
    """Into how many groups of equal size a number (or a date) with many values is cut."""


class Fairness(Evaluation[FairnessParams]):
    """Rates of each group among the test rows, the largest differences between groups, and warnings.

    For classes: how often the class is predicted (selection rate), how often rightly among those that have it (true
    positive rate) and wrongly among those that have not (false positive rate), with 95 % intervals; the differences and
    ratios of demographic parity, equal opportunity and equalized odds. For numbers: the mean prediction and the mean
    error of each group, compared in standard deviations of the target. The group's column is taken from where the rows
    begin, so that it may be left out of the features, or encoded on the way.

    When: the model decides about people. Serving: not part of an endpoint. Source: Hardt, Price & Srebro, *Equality of
    Opportunity in Supervised Learning* (2016); the definitions are those of Fairlearn.
    """

    spec = Spec(
        key="fairness",
        title="Fairness",
        category="evaluate",
        icon="balance",
        about="Compares what a model means for different groups of people.",
        words=("bias", "discrimination", "ethics", "demographic parity", "equal opportunity", "protected"),
        inputs=MODEL_OR_PREDICTIONS,
        outputs=TABLE_OUT,
        serving="boundary",
        example={"group": "group", "least_rows": 1},
    )
    figures: ClassVar[Mapping[str, str]] = {
        "group": "string",
        "rows": "int64",
        "share": "float64",
        "is_compared": "boolean",
        "selection_rate": "float64",
        "true_positive_rate": "float64",
        "false_positive_rate": "float64",
        "precision": "float64",
        "accuracy": "float64",
        "base_rate": "float64",
        "mean_prediction": "float64",
        "mean_error": "float64",
        "mean_absolute_error": "float64",
    }

    def looks_at(self) -> tuple[str, ...]:
        return (self.params.group,)

    def report(self, predictions: Predictions) -> Report:
        from components.evaluate.rates import fairness

        return fairness(predictions, self.params)
