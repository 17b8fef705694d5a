"""What makes one model better than another."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from components.base import Predictions, Task
from components.ensembles.decided import decided
from components.errors import ComponentError, UnfitData
from components.evaluate.scores import score

ClassMetric = Literal[
    "roc_auc", "average_precision", "log_loss", "accuracy", "balanced_accuracy", "f1", "precision", "recall"
]
NumberMetric = Literal["r2", "rmse", "mae", "median_ae", "mape"]
Metric = ClassMetric | NumberMetric
METRICS: dict[Task, tuple[str, ...]] = {"classification": get_args(ClassMetric), "regression": get_args(NumberMetric)}
"""The first of each is meant where none is named."""
LOWER_IS_BETTER = frozenset(("log_loss", "rmse", "mae", "median_ae", "mape"))
ROWS_AT_ONCE = 8_192
"""Some models compare each row that is asked about with every train row."""


def metric_for(task: Task, chosen: str | None) -> str:
    """The metric to go by.

    Raises
    ------
    ComponentError
        When it is one for the other task.
    """
    known = METRICS[task]
    if chosen is not None and chosen not in known:
        kind = "classes" if task == "classification" else "numbers"
        raise ComponentError(
            f"The metric {chosen!r} does not fit a model that predicts {kind}.",
            hint=f"Choose one of {', '.join(known)}.",
            field="metric",
        )
    return chosen or known[0]


@dataclass(frozen=True)
class Judge:
    """Scores fitted estimators on rows they were not fitted on.

    Parameters
    ----------
    classes
        How many there are; 0 for a regression.
    positive
        Of two classes, the position of the one to look for.
    """

    metric: str
    classes: int
    positive: int = 1

    def score(self, estimator: Any, matrix: Any, truth: Any) -> float:
        """The metric itself: for an error, less is better.

        Raises
        ------
        UnfitData
            When it is not defined for these rows.
        """
        return self.of(self.said(estimator, matrix), truth, by=estimator)

    def said(self, estimator: Any, matrix: Any) -> Any:
        """Numbers, or a row of probabilities for each row."""
        return asked(estimator.predict_proba if self.classes else estimator.predict, matrix)

    def of(self, said: Any, truth: Any, *, by: Any = None) -> float:
        """The metric of what was said.

        Parameters
        ----------
        by
            The estimator that said it, where it has a threshold of its own.

        Raises
        ------
        UnfitData
        """
        found = score(self._predictions(said, truth, by), self.metric)
        if found is None:
            raise UnfitData(
                f"The metric {self.metric!r} is not defined for the rows that were held out.",
                hint="Choose another metric.",
                field="metric",
            )
        return found

    def is_better(self, one: float, other: float) -> bool:
        """Whether one score is better than another."""
        return one < other if self.lower_is_better else one > other

    @property
    def lower_is_better(self) -> bool:
        """Whether it is an error."""
        return self.metric in LOWER_IS_BETTER

    def _predictions(self, said: Any, truth: Any, by: Any) -> Predictions:
        if not self.classes:
            return Predictions("regression", truth, said)
        labels = tuple(range(self.classes))
        return Predictions("classification", truth, decided(by, said), said, labels, self.positive)


def asked(ask: Any, matrix: Any) -> Any:
    """The answers, so many rows at a time."""
    import numpy as np

    starts = range(0, matrix.shape[0], ROWS_AT_ONCE)
    return np.concatenate([np.asarray(ask(matrix[start : start + ROWS_AT_ONCE]), dtype=np.float64) for start in starts])
