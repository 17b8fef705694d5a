"""Score several models on the same rows."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from components.base import TABLE_OUT, Comparison, Predictions, Report, Spec
from components.params import Params, Widget
from components.ports import Port

Metric = Literal[
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "roc_auc",
    "average_precision",
    "log_loss",
    "r2",
    "mae",
    "rmse",
    "median_ae",
]


class CompareModelsParams(Params):
    metric: Metric | None = None
    """What decides; empty for ROC AUC (accuracy where it is not defined), or the root mean squared error."""
    confidence: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95
    """How sure the intervals are."""
    resamples: Annotated[int, Field(ge=100, le=10_000), Widget(advanced=True)] = 1_000
    """How often the test rows are drawn again."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1), Widget(advanced=True)] = 0
    """Another seed draws other rows."""


class CompareModels(Comparison[CompareModelsParams]):
    """Puts the scores of two or more models side by side, and says whether the best one is better beyond chance.

    All models are scored on the test rows that they have in common. The rows are drawn again, with replacement, the
    same ones for every model; the differences to the best model that come out give an interval and a p-value (for the
    best one, none). Of more than 20,000 rows so many are drawn, which makes intervals wider than they are.

    When: to choose between models. Serving: not part of an endpoint. Source: Efron & Tibshirani, *An Introduction to
    the Bootstrap* (1993), percentile intervals of paired differences.
    """

    spec = Spec(
        key="compare_models",
        title="Compare models",
        category="evaluate",
        icon="leaderboard",
        about="Scores several models on the same rows.",
        words=("leaderboard", "benchmark", "model comparison", "test and score", "champion"),
        inputs=(Port("models", "model", many=True),),
        outputs=TABLE_OUT,
        serving="boundary",
        example={"resamples": 100},
    )
    figures: ClassVar[Mapping[str, str]] = {
        "model": "string",
        "metric": "string",
        "value": "float64",
        "low": "float64",
        "high": "float64",
        "difference": "float64",
        "difference_low": "float64",
        "difference_high": "float64",
        "p_value": "float64",
        "is_best": "boolean",
    }

    def report(self, answers: Mapping[str, Predictions]) -> Report:
        from components.evaluate.comparing import compared

        return compared(answers, self.params)
