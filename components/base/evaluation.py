"""Reports on what models say."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.base.component import Component, P
from components.base.estimator import Task
from components.base.unsupervised import GroupTask
from components.errors import ComponentError


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


@dataclass(frozen=True)
class Group:
    """The rows that got one answer from a model without a target: a cluster, or what is flagged.

    Parameters
    ----------
    means
        Of each of the columns; None where nothing is known.
    """

    answer: Any
    rows: int
    means: tuple[float | None, ...]


@dataclass(frozen=True)
class Grouped:
    """What a model without a target said of some rows.

    Parameters
    ----------
    groups
        In the order of the answers.
    columns
        Names of the columns of the matrix, the first of them, of which means are known.
    means, spreads
        The mean and the standard deviation of each over all these rows; None where nothing is known.
    matrix : ndarray of shape (n_sample, n_matrix_columns)
        A sample of the rows, as the model sees them.
    answers : ndarray of shape (n_sample,)
    scores : ndarray of shape (n_sample,), or None
    quantiles
        Of the scores of all these rows, by their names.
    unseen
        Whether these are rows that the model did not learn from.
    """

    task: GroupTask
    groups: tuple[Group, ...]
    columns: tuple[str, ...]
    means: tuple[float | None, ...]
    spreads: tuple[float | None, ...]
    matrix: Any
    answers: Any
    scores: Any | None = None
    quantiles: Mapping[str, float] = field(default_factory=dict)
    unseen: bool = False

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(group.rows for group in self.groups)


class Evaluation(Component[P]):
    """A report on predictions."""

    is_lazy = False

    @abstractmethod
    def report(self, predictions: Predictions) -> dict[str, Any]:
        """Metrics and the data of plots, as JSON."""

    def describe(self, grouped: Grouped) -> dict[str, Any]:
        """The same for a model without a target; an evaluation that compares with one has nothing to say.

        Raises
        ------
        ComponentError
        """
        raise ComponentError(
            f"{self.spec.title} compares predictions with a target, but this model has none.",
            hint="Use Evaluate after a model that groups rows or finds outliers.",
        )
