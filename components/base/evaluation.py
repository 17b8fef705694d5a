"""Reports on what models say."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from components.base.component import Component, P
from components.base.estimator import Task
from components.base.unsupervised import GroupTask
from components.errors import ComponentError
from components.ports import Port

MODEL_OR_PREDICTIONS = (Port("model", "model", optional=True), Port("predictions", optional=True))
FIGURES = "figures"
"""The part of a report that becomes its output table: a list of rows."""

Report = dict[str, Any]
"""JSON: ``rows`` (how many it is about), ``metrics`` by name, ``plots`` by name (see `components.evaluate.pictures`),
and sentences: ``notes``, and ``warnings`` where something should be looked at."""


@dataclass(frozen=True)
class Predictions:
    """What a model said about rows it was not trained on.

    Parameters
    ----------
    truth, prediction : ndarray of shape (n_rows,)
    probabilities : ndarray of shape (n_rows, n_classes), or None
    classes : labels in the order of the probabilities; empty for regression
    positive : the class that counts as positive, where there are two
    columns : pyarrow.Table of n_rows rows, or None
        What an evaluation `looks_at`, as it is where the rows begin.
    validation : the same of the validation rows, for what chooses by them; None where there are none
    learned : ndarray or None
        The true answers of some rows that it learned from, for who compares it with knowing nothing else.
    """

    task: Task
    truth: Any
    prediction: Any
    probabilities: Any | None = None
    classes: tuple[Any, ...] = ()
    positive: Any | None = None
    columns: Any | None = None
    validation: "Predictions | None" = None
    learned: Any | None = None


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
    seen : pyarrow.Table of n_seen rows, or None
        Some of the rows with the columns that people know, as they are where they begin.
    seen_answers, seen_scores : ndarray of shape (n_seen,), or None
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
    seen: Any | None = None
    seen_answers: Any | None = None
    seen_scores: Any | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(group.rows for group in self.groups)


class Reporting(Component[P]):
    """What reports on models; with an output port ``table``, it gives its figures as a table too."""

    family = "evaluation"
    is_lazy = False
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    """The tasks of models that it can report on; another is refused when a pipeline is checked."""
    figures: ClassVar[Mapping[str, str]] = {}
    """The columns of its output table, with their Ibis types."""


class Evaluation(Reporting[P]):
    """A report on one model's predictions."""

    chooses: ClassVar[bool] = False
    """Whether it chooses something, for which it wants validation rows."""

    def looks_at(self) -> tuple[str, ...]:
        """The columns that it needs beside the predictions: those of the test rows where they begin."""
        return ()

    @abstractmethod
    def report(self, predictions: Predictions) -> Report:
        """Metrics and the data of plots, as JSON."""

    def report_groups(self, grouped: Grouped) -> Report:
        """The same for a model without a target; an evaluation that compares with one has nothing to say.

        Raises
        ------
        ComponentError
        """
        raise ComponentError(
            f"{self.spec.title} compares predictions with a target, but this model has none.",
            hint="Use Evaluate after a model that groups rows or finds outliers.",
        )


class Comparison(Reporting[P]):
    """A report on what several models said of the same rows."""

    @abstractmethod
    def report(self, answers: Mapping[str, Predictions]) -> Report:
        """Metrics and the data of plots, as JSON.

        Parameters
        ----------
        answers
            By what each model is called; the same rows in the same order.
        """
