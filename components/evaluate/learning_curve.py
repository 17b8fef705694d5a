"""Learn a model from more and more rows."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from components.base import TABLE_OUT, Relearned, Relearning, Report, Spec
from components.evaluate.compare_models import Metric
from components.params import Params, Widget
from components.ports import Port


class LearningCurveParams(Params):
    points: Annotated[int, Field(ge=2, le=20)] = 6
    """From how many shares of the train rows the model learns."""
    smallest: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The smallest share."""
    metric: Metric | None = None
    """What is drawn; empty for ROC AUC (accuracy where it is not defined), or R². The table has every metric."""
    rows: Annotated[int, Field(ge=100, le=5_000_000)] = 100_000
    """The most train rows that are used; of more, so many are drawn."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1), Widget(advanced=True)] = 0
    """Another seed begins with other rows."""


class LearningCurve(Relearning[LearningCurveParams]):
    """Scores a model that has learned from growing shares of the train rows: on these rows, and on the test rows.

    What is learned again is the model itself, with its own settings, from some rows of its matrix. What prepared that
    matrix (means, categories, scales) stays as all train rows gave it: such figures hardly change with the number of
    rows, so the curve keeps its shape, while its left end is a little better than it would be with few rows alone. No
    test row has part in either. Each share holds the rows of the one before, and every class in the same shares.

    When: to see whether more rows would help, or a simpler model. Serving: not part of an endpoint.
    Source: `sklearn.model_selection.learning_curve`, with the split of the pipeline instead of folds.
    """

    spec = Spec(
        key="learning_curve",
        title="Learning curve",
        category="evaluate",
        icon="trending_up",
        about="Learns a model from more and more rows.",
        words=("more data", "sample size", "enough data", "overfitting"),
        inputs=(Port("model", "model"),),
        outputs=TABLE_OUT,
        serving="boundary",
        example={"points": 3},
    )
    figures: ClassVar[Mapping[str, str]] = {
        "share": "float64",
        "train_rows": "int64",
        "metric": "string",
        "train": "float64",
        "test": "float64",
    }

    def most_rows(self) -> int:
        return self.params.rows

    def report(self, model: Relearned) -> Report:
        from components.evaluate.learning import learning_curve

        return learning_curve(model, self.params)
