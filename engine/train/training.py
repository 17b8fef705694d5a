"""Fit a model on the train rows and score it on rows it has not seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.base import Estimator, Search
from components.ensembles.at_once import helped_by
from components.evaluate.positive import positive_class
from components.evaluate.scores import baseline, scores
from components.ports import ROLE, ROW
from engine.backends.backend import Backend
from engine.errors import UnfitForTraining
from engine.schemas import PREDICTION, PROBABILITIES
from engine.train.distributed import count_answers, fit_distributed
from engine.train.explain import importance
from engine.train.folds import Fold, check_folds, mean_importance, over_folds, write_out_of_fold
from engine.train.matrix import Matrix, MatrixSpec, check_signs, check_size, learn_spec
from engine.train.order import in_order, ties
from engine.train.predict import truth, write_predictions
from engine.train.room import Room
from engine.train.target import Classes, Prior, RowCounts, check_rows, count_rows, learn_classes, plain
from engine.train.warned import first_line, hearing

IMPORTANCE_ROWS = 1_000
LEAST_ANSWERS = 500
"""So many rows with the run's own answers are kept for the parity gate: test rows, then train rows."""
ANSWER_ROWS = 8_192
PREDICTIONS, MORE = "predictions.parquet", "more_predictions.parquet"


T = TypeVar("T")


@dataclass
class Trained:
    """A fitted model and what is known of it.

    Parameters
    ----------
    seen
        How many rows came in, whatever their role.
    spread
        The standard deviation of each metric over the folds of a cross-validation.
    files
        Where it answered for rows, in the model's folder.
    answers
        What an endpoint calls an answer → the column of these files that holds it.
    """

    estimator: Any
    spec: MatrixSpec
    classes: Classes | None
    positive: Any | None
    takes_missing: bool = False
    seen: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    spread: dict[str, float] = field(default_factory=dict)
    baseline: dict[str, float] = field(default_factory=dict)
    importance: list[dict[str, Any]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    search: Search | None = None
    members: tuple[str, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = (PREDICTIONS, MORE)
    answers: Mapping[str, str] = field(default_factory=lambda: {PREDICTION: PREDICTION, PROBABILITIES: PROBABILITIES})

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


@dataclass(frozen=True)
class Rows:
    """What arrives at a model.

    Parameters
    ----------
    table
        With the reserved columns.
    categories
        Those of packed one-hot columns, where an encoder on the way learned them.
    folds
        What models of a cross-validation said of the rows, which are all train rows then.
    is_cross_fitted
        Whether train rows look other than an endpoint would see them; then none of them can prove it.
    """

    table: ir.Table
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folds: Sequence[Fold] = ()
    is_cross_fitted: bool = False


def train(component: Estimator[Any], rows: Rows, backend: Backend, folder: Path, room: Room) -> Trained:
    """Train on `train` rows; write predictions for the others; score on `test` rows.

    Parameters
    ----------
    folder
        Where the predictions are written: the table's columns, then the answers.
    room
        What its matrix may take.

    Raises
    ------
    UnfitForTraining, LimitReached
    """
    table, target = rows.table, component.params.target
    counts = count_rows(table, target, backend)
    check_rows(counts, target, is_tested=not rows.folds)
    trained, prior = _fit(component, table, counts, backend, room, rows.categories)
    trained.seen = counts.rows
    if rows.folds:
        return _tested_in_turn(trained, rows, component, counts, backend, folder)
    unseen = table.filter(table[ROLE] != "train")
    tested, unknown = write_predictions(trained, unseen, target, backend, folder / PREDICTIONS)
    _answer_more(trained, rows, component, LEAST_ANSWERS - counts.test, backend, folder)
    trained.rows = {"train": counts.train, "test": counts.test}
    trained.rows |= {"unseen_labels": unknown} if trained.classes else {}
    trained.metrics = scores(tested)
    trained.baseline = baseline(prior.values, tested, prior.counts)
    sample = _drawn(backend.read([folder / PREDICTIONS]), component, "test", "importance", IMPORTANCE_ROWS)
    trained.importance = importance(trained, backend.collect(sample), target)
    return trained


def _tested_in_turn(
    trained: Trained, rows: Rows, component: Estimator[Any], counts: RowCounts, backend: Backend, folder: Path
) -> Trained:
    """The model with the scores and answers of those that had not seen the rows."""
    folds = rows.folds
    _answer_more(trained, rows, component, LEAST_ANSWERS, backend, folder)
    trained.files = (MORE,)  # other models made the predictions
    check_folds(folds, trained.classes, component.params.target)
    write_out_of_fold(folds, backend, folder / PREDICTIONS)
    trained.metrics, trained.spread = over_folds(folds, "metrics")
    trained.baseline, _ = over_folds(folds, "baseline")
    trained.importance = mean_importance(folds)
    trained.rows = {"train": counts.train, "test": sum(fold.facts["rows"]["test"] for fold in folds)}
    trained.rows |= (
        {"unseen_labels": sum(fold.facts["rows"]["unseen_labels"] for fold in folds)} if trained.classes else {}
    )
    trained.rows |= {"folds": len(folds)}
    return trained


def _answer_more(
    trained: Trained, rows: Rows, component: Estimator[Any], count: int, backend: Backend, folder: Path
) -> None:
    """Answers for so many train rows, where there are too few others to prove an endpoint with."""
    count = 0 if rows.is_cross_fitted else count
    if count > 0 or rows.folds:
        some = _drawn(rows.table.filter(rows.table[ROW] >= 0), component, "train", "more", count)
        write_predictions(trained, some, component.params.target, backend, folder / MORE)


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
        place = classes.labels.index(positive) if classes else 0
        with helped_by(backend.cluster):
            learned, warned = fitted(lambda: component.learn(matrix, learned_from, place))
    trained = Trained(learned.estimator, spec, classes, positive, component.takes_missing, warnings=warned)
    trained.search, trained.members = learned.search, learned.members
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


def fitted(fit: Callable[[], T]) -> tuple[T, tuple[str, ...]]:
    """What a fit gives and what it warned of.

    Raises
    ------
    UnfitForTraining
        With what the library says against these settings or rows.
    """
    with hearing() as warned:
        try:
            learned = fit()
        except ValueError as error:
            raise UnfitForTraining(
                f"The model cannot learn with these settings from these rows: {first_line(error)}.",
                hint="Change the model's settings, its features or its rows.",
            ) from error
    return learned, tuple(warned)


def learn_again(component: Estimator[Any], matrix: Matrix, learned_from: npt.NDArray[Any]) -> Any:
    """An estimator fitted to other rows.

    Raises
    ------
    UnfitForTraining
    """
    return fitted(lambda: component.fit(matrix, learned_from))[0]


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
