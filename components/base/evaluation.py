"""Reports on what models say."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from components.base.component import Component, P
from components.base.estimator import Task


@dataclass(frozen=True)
class Predictions:
    """What a model said about rows it was not trained on.

    Parameters
    ----------
    truth, prediction : ndarray of shape (n_rows,)
    probabilities : ndarray of shape (n_rows, n_classes), or None
    classes : labels in the order of the probabilities; empty for regression
    positive : the class that counts as positive, where there are two
    """

    task: Task
    truth: Any
    prediction: Any
    probabilities: Any | None = None
    classes: tuple[Any, ...] = ()
    positive: Any | None = None


class Evaluation(Component[P]):
    """A report on predictions."""

    is_lazy = False

    @abstractmethod
    def report(self, predictions: Predictions) -> dict[str, Any]:
        """Metrics and the data of plots, as JSON."""
