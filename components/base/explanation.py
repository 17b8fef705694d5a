"""Reports for which a model is asked anew, or learned again."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from components.base.component import P
from components.base.estimator import Task
from components.base.evaluation import Predictions, Report, Reporting


@dataclass(frozen=True)
class Asked:
    """A model that can be asked, and test rows to ask it about.

    Rows are as they are where the model's line begins, so that columns are those which people know; the model prepares
    them as an endpoint does.

    Parameters
    ----------
    rows : pyarrow.Table
        The columns that the model's answers depend on.
    truth : ndarray of shape (n_rows,)
    ask : callable
        Takes a table like ``rows``; gives predictions of shape (n_rows,), and probabilities of shape
        (n_rows, n_classes) for a classification.
    estimator : the fitted scikit-learn estimator
    matrix : ndarray of shape (n_rows, width)
        The rows as the estimator takes them.
    features : for each column that arrives at the model, its name and its part of the matrix
    arrived : pyarrow.Table
        The same columns before they become numbers.
    ids : ndarray of shape (n_rows,)
        The stable ids of the rows.
    test_rows : how many test rows there are, of which ``rows`` are drawn
    """

    task: Task
    rows: Any
    truth: Any
    ask: Callable[[Any], tuple[Any, Any | None]]
    estimator: Any
    matrix: Any
    features: tuple[tuple[str, slice], ...]
    arrived: Any
    ids: Any
    test_rows: int
    classes: tuple[Any, ...] = ()
    positive: Any | None = None

    def answers(self, rows: Any, truth: Any = None) -> Predictions:
        """What the model says of some rows, beside what is true of them."""
        prediction, probabilities = self.ask(rows)
        known = self.truth if truth is None else truth
        return Predictions(self.task, known, prediction, probabilities, self.classes, self.positive)


class Explanation(Reporting[P]):
    """A report for which a model is asked."""

    @abstractmethod
    def most_rows(self) -> int:
        """Of how many test rows it is asked; fewer where there are fewer."""

    @abstractmethod
    def report(self, model: Asked) -> Report:
        """Metrics and the data of plots, as JSON."""


@dataclass(frozen=True)
class Relearned:
    """A model that can be learned again from some of its train rows.

    Parameters
    ----------
    labels : ndarray of shape (n_train_rows,)
        What is learned: numbers, or positions among the classes.
    learn : callable
        Takes positions of train rows, an ndarray; gives what a model that learned from these says of them, and of
        test rows.
    train_rows : how many train rows there are, of which ``labels`` are drawn
    test_rows : how many test rows it is scored on
    """

    task: Task
    labels: Any
    learn: Callable[[Any], tuple[Predictions, Predictions]]
    train_rows: int
    test_rows: int


class Relearning(Reporting[P]):
    """A report for which a model is learned again, from fewer rows."""

    @abstractmethod
    def most_rows(self) -> int:
        """From how many train rows it learns at most."""

    @abstractmethod
    def report(self, model: Relearned) -> Report:
        """Metrics and the data of plots, as JSON.

        Raises
        ------
        UnfitData
        """
