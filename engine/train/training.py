"""Fit a model on the train rows and score it on rows it has not seen."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.base import Estimator
from components.evaluate.positive import positive_class
from components.evaluate.scores import baseline, scores
from components.ports import ROLE, ROW
from engine.backends.backend import Backend
from engine.errors import UnfitForTraining
from engine.train.distributed import count_answers, fit_distributed
from engine.train.explain import importance
from engine.train.matrix import Matrix, MatrixSpec, check_signs, check_size, learn_spec
from engine.train.order import in_order, ties
from engine.train.predict import truth, write_predictions
from engine.train.room import Room
from engine.train.target import Classes, Prior, RowCounts, check_rows, count_rows, learn_classes, plain

IMPORTANCE_ROWS = 1_000
LEAST_ANSWERS = 500
"""So many rows with the run's own answers are kept for the parity gate: test rows, then train rows."""
ANSWER_ROWS = 8_192
PREDICTIONS, MORE = "predictions.parquet", "more_predictions.parquet"


@dataclass
class Trained:
    """A fitted model and what is known of it.

    Parameters
    ----------
    seen
        How many rows came in, whatever their role.
    """

    estimator: Any
    spec: MatrixSpec
    classes: Classes | None
    positive: Any | None
    takes_missing: bool = False
    seen: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    baseline: dict[str, float] = field(default_factory=dict)
    importance: list[dict[str, Any]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)

    def answer(self, matrix: Matrix) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64] | None]:
        """Predictions, and the probability of each class for a classification.

        Returns
        -------
        ndarray of shape (n_rows,): label positions, or numbers
        ndarray of shape (n_rows, n_classes), or None
        """
        return answer(self.estimator, matrix, is_classification=self.classes is not None)


def answer(
    estimator: Any, matrix: Matrix, *, is_classification: bool
) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64] | None]:
    """What an estimator says; the one place that asks it, for training and serving alike."""
    if matrix.shape[0] == 0:
        return np.empty(0), np.empty((0, 0)) if is_classification else None
    if not is_classification:
        return _asked(estimator.predict, matrix), None
    probabilities = _asked(estimator.predict_proba, matrix)
    return probabilities.argmax(axis=1), probabilities


def _asked(ask: Callable[[Matrix], Any], matrix: Matrix) -> npt.NDArray[np.float64]:
    """The answers, so many rows at a time: some models compare each of them with every train row at once."""
    starts = range(0, matrix.shape[0], ANSWER_ROWS)
    parts = [np.asarray(ask(matrix[start : start + ANSWER_ROWS]), dtype=np.float64) for start in starts]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def train(
    component: Estimator[Any],
    table: ir.Table,
    backend: Backend,
    folder: Path,
    room: Room,
    categories: Mapping[str, tuple[str, ...]] | None = None,
) -> Trained:
    """Train on `train` rows; write predictions for the others; score on `test` rows.

    Parameters
    ----------
    table
        With the reserved columns.
    folder
        Where the predictions are written: the table's columns, then the answers.
    room
        What its matrix may take.
    categories
        Those of packed one-hot columns, where an encoder on the way learned them.

    Raises
    ------
    UnfitForTraining, LimitReached
    """
    target = component.params.target
    counts = count_rows(table, target, backend)
    check_rows(counts, target)
    trained, prior = _fit(component, table, counts, backend, room, categories or {})
    unseen = table.filter(table[ROLE] != "train")
    tested, unknown = write_predictions(trained, unseen, target, backend, folder / PREDICTIONS)
    if counts.test < LEAST_ANSWERS:
        some = _drawn(table, component, "train", "more", LEAST_ANSWERS - counts.test)
        write_predictions(trained, some, target, backend, folder / MORE)
    trained.seen = counts.rows
    trained.rows = {"train": counts.train, "test": counts.test}
    trained.rows |= {"unseen_labels": unknown} if trained.classes else {}
    trained.metrics = scores(tested)
    trained.baseline = baseline(prior.values, tested, prior.counts)
    sample = _drawn(backend.read([folder / PREDICTIONS]), component, "test", "importance", IMPORTANCE_ROWS)
    trained.importance = importance(trained, backend.collect(sample), target)
    return trained


def _fit(
    component: Estimator[Any],
    table: ir.Table,
    counts: RowCounts,
    backend: Backend,
    room: Room,
    categories: Mapping[str, tuple[str, ...]],
) -> tuple[Trained, Prior]:
    """The fitted model, and what is known without it."""
    target, features = component.params.target, list(component.params.features)
    rows = table.filter((table[ROLE] == "train") & table[target].notnull())
    spec = learn_spec(rows, features, backend, categories, component.precision)
    spec = spec.sparse_where_it_pays() if component.takes_sparse else spec
    if component.distributes and backend.cluster and spec.memory_mb(counts.train) > room.memory_mb:
        return _fit_where_rows_are(component, rows, spec.model_copy(update={"is_sparse": False}), backend)
    check_size(counts.train, spec, room.memory_mb)
    with room.take(spec.memory_mb(counts.train)):
        matrix, labels = load_rows(component, rows, spec, counts.train, backend)
        classes = learn_classes(labels, target) if component.task == "classification" else None
        learned_from = truth(labels, classes)
        positive = _positive(component, classes) if classes else None
        estimator, warned = _learn(component, matrix, learned_from)
    trained = Trained(estimator, spec, classes, positive, component.takes_missing, warnings=warned)
    return trained, Prior(np.array(classes.labels, dtype=object)[learned_from] if classes else learned_from)


def _fit_where_rows_are(
    component: Estimator[Any], rows: ir.Table, spec: MatrixSpec, backend: Backend
) -> tuple[Trained, Prior]:
    """The same from a matrix that does not fit here, learned by the engine's own workers."""
    answers = count_answers(component, rows, backend)
    positive = _positive(component, answers.classes) if answers.classes else None
    estimator = fit_distributed(component, rows, spec, answers, backend)
    return Trained(estimator, spec, answers.classes, positive, component.takes_missing), answers.prior


def load_rows(
    component: Estimator[Any], rows: ir.Table, spec: MatrixSpec, count: int, backend: Backend
) -> tuple[Matrix, pa.ChunkedArray]:
    """The matrix and the target's values, in one pass so that they cannot come apart."""
    target = component.params.target
    features = [feature.name for feature in spec.features]
    categories = {f.name: f.categories for f in spec.features if f.kind == "one_hot"}

    def read(ordered: ir.Table, look: Callable[[pa.RecordBatch], None]) -> tuple[Matrix, pa.ChunkedArray]:
        filling, labels = spec.filling(count), []
        for batch in backend.numbers(ordered, categories, spec.precision, keep=[ROW, target]):
            look(batch)
            filling.add(batch)
            labels.append(plain(batch.column(target)))
        filling.check(takes_missing=component.takes_missing)
        matrix = filling.matrix()
        if not component.takes_negative:
            check_signs(matrix, spec)
        return matrix, pa.chunked_array(labels)

    return in_order(rows.select(ROW, target, *features), [target, *features], read)


def _learn(component: Estimator[Any], matrix: Matrix, learned_from: npt.NDArray[Any]) -> tuple[Any, tuple[str, ...]]:
    """The fitted estimator and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            estimator = component.fit(matrix, learned_from)
        except ValueError as error:
            raise UnfitForTraining(
                f"The model cannot learn with these settings from these rows: {_first_line(error)}.",
                hint="Change the model's settings, its features or its rows.",
            ) from error
    return estimator, tuple(dict.fromkeys(_first_line(warning.message) for warning in caught))


def learn_again(component: Estimator[Any], matrix: Matrix, learned_from: npt.NDArray[Any]) -> Any:
    """An estimator fitted to other rows.

    Raises
    ------
    UnfitForTraining
    """
    return _learn(component, matrix, learned_from)[0]


def _first_line(told: Warning | Exception | str) -> str:
    return (str(told).strip().splitlines() or [type(told).__name__])[0].rstrip(".")


def _positive(component: Estimator[Any], classes: Classes) -> Any:
    try:
        return positive_class(classes.labels, getattr(component.params, "positive", None))
    except ValueError as error:
        raise UnfitForTraining(str(error), hint="Choose one of the classes.", field="positive") from error


def _drawn(table: ir.Table, component: Estimator[Any], role: str, purpose: str, count: int) -> ir.Table:
    """Some rows of a role with a known target: always the same ones."""
    rows = table.filter((table[ROLE] == role) & table[component.params.target].notnull())
    digest = (rows[ROW].cast("string") + purpose).hexdigest("md5")
    return rows.order_by([digest, rows[ROW], *ties(rows, component.params.features)]).limit(count)
