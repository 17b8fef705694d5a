"""Fit a model on the train rows and score it on rows it has not seen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from components.base import Estimator, Search
from components.base.saving import seconds_to_save
from components.ensembles.at_once import helped_by
from components.ensembles.candidate import numbers_at
from components.ensembles.decided import decided
from components.ensembles.folds import rarest
from components.ensembles.trying import size_of
from components.evaluate.positive import positive_class
from components.evaluate.scores import baseline, scores
from components.ports import ROLE, ROW
from engine.backends.backend import Backend
from engine.errors import UnfitForTraining
from engine.schemas import PREDICTION, PROBABILITIES
from engine.train.distributed import count_answers, fit_distributed
from engine.train.explain import importance
from engine.train.folds import Fold, check_folds, mean_importance, over_folds, write_out_of_fold
from engine.train.inner import inner_parts
from engine.train.loading import Loaded, load_rows
from engine.train.matrix import Matrix, MatrixSpec, check_size, learn_spec
from engine.train.order import ties
from engine.train.predict import truth, write_predictions
from engine.train.room import Room
from engine.train.target import Classes, Prior, RowCounts, check_rows, count_rows, learn_classes
from engine.train.time_left import TimeLeft
from engine.train.warned import first_line, hearing

IMPORTANCE_ROWS = 1_000
LEAST_ANSWERS = 500
"""So many rows with the run's own answers are kept for the parity gate: test rows, then train rows."""
ANSWER_ROWS = 8_192
PREDICTIONS, MORE = "predictions.parquet", "more_predictions.parquet"


T = TypeVar("T")
HeldOut = Literal["prepared alone", "prepared together"]
Inner = Callable[[int, int], Iterator[ir.Table]]
"""For so many folds of the train rows, and so many of these: the rows, prepared by what the others taught.

Those that are held out have the role ``test``, those to learn from ``train``.
"""


@dataclass
class Trained:
    """A fitted model and what is known of it.

    Parameters
    ----------
    seen
        How many rows came in, whatever their role.
    held_out
        How the rows were prepared that it held out within its training; None where it held out none, or where nothing
        learns before it.
    spread
        The standard deviation of each metric over the folds of a cross-validation.
    files
        Where it answered for rows, in the model's folder.
    judged_on
        Where its answers for rows that it had not seen are; after a cross-validation, other models'.
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
    held_out: HeldOut | None = None
    rows: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = (PREDICTIONS, MORE)
    judged_on: str = PREDICTIONS
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
    return decided(estimator, probabilities), probabilities


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
    may_watch
        Whether a model may look at the validation rows while it learns.
    inner
        Prepares the rows of the parts that a model holds out; None where they are no other than here.
    """

    table: ir.Table
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folds: Sequence[Fold] = ()
    is_cross_fitted: bool = False
    may_watch: bool = True
    inner: Inner | None = None


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
    time_left = TimeLeft(component.time_limit)
    counts = count_rows(table, target, backend)
    check_rows(counts, target, is_tested=not rows.folds)
    trained, prior = _fit(component, rows, counts, backend, room, time_left)
    trained.seen = counts.rows
    if rows.folds:
        return _tested_in_turn(trained, rows, component, counts, backend, folder)
    unseen = table.filter(table[ROLE] != "train")
    tested, unknown = write_predictions(trained, unseen, target, backend, folder / PREDICTIONS)
    _answer_more(trained, rows, component, LEAST_ANSWERS - counts.test, backend, folder)
    trained.rows |= {"train": counts.train, "test": counts.test}
    trained.rows |= {"unseen_labels": unknown} if trained.classes else {}
    trained.metrics = scores(tested)
    trained.baseline = baseline(prior.values, tested, prior.counts)
    sample = _drawn(backend.read([folder / PREDICTIONS]), component, "test", "importance", IMPORTANCE_ROWS)
    trained.importance = importance(
        trained, backend.collect(sample), target, time_left.for_importance(_to_save(trained, time_left))
    )
    return trained


def _to_save(trained: Trained, time_left: TimeLeft) -> float:
    """Seconds; not asked where nobody counts them."""
    return 0.0 if time_left.seconds is None else seconds_to_save(size_of(trained.estimator))


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
    trained.rows |= {"train": counts.train, "test": sum(fold.facts["rows"]["test"] for fold in folds)}
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
    component: Estimator[Any], given: Rows, counts: RowCounts, backend: Backend, room: Room, time_left: TimeLeft
) -> tuple[Trained, Prior]:
    """The fitted model, and what is known without it."""
    table, target, features = given.table, component.params.target, list(component.params.features)
    is_known = table[target].notnull()
    rows = table.filter((table[ROLE] == "train") & is_known)
    spec = learn_spec(rows, features, backend, given.categories, component.precision)
    spec = spec.sparse_where_it_pays() if component.takes_sparse else spec
    is_large = spec.memory_mb(counts.train) > room.memory_mb
    if component.distributes and backend.cluster and is_large and component.weight is None:
        return _fit_where_rows_are(component, rows, spec.model_copy(update={"is_sparse": False}), backend)
    watched = counts.validation if given.may_watch and component.stops_early(counts.train) else 0
    check_size(counts.train + watched, spec, room.memory_mb)
    folds, inner = _held_out(component, given, counts.train, spec, room, time_left)
    with room.take(spec.memory_mb((len(inner) + 1) * counts.train + watched)):
        loaded = load_rows(component, rows, spec, counts.train, backend)
        classes = learn_classes(loaded.labels, target) if component.task == "classification" else None
        learned_from = truth(loaded.labels, classes)
        beside = loaded.beside()
        if watched:
            held = load_rows(component, table.filter((table[ROLE] == "validation") & is_known), spec, watched, backend)
            beside |= _watched(held, classes)
        if inner and (classes is None or rarest(learned_from) >= folds):
            beside["parts"] = inner_parts(component, inner, classes, backend)
        if time_left.seconds is not None:
            beside["begun"] = time_left.begun
        positive = _positive(component, classes) if classes else None
        place = classes.labels.index(positive) if classes else 0
        with helped_by(backend.cluster), numbers_at(spec.number_places()):
            learned, warned = fitted(lambda: component.learn(loaded.matrix, learned_from, place, **beside))
    trained = Trained(learned.estimator, spec, classes, positive, component.takes_missing, warnings=warned)
    trained.search, trained.members = learned.search, learned.members
    if folds:
        trained.held_out = "prepared alone" if beside.get("parts") else "prepared together"
    trained.rows = {"watched": len(beside["y_val"])} if "y_val" in beside else {}
    return trained, Prior(np.array(classes.labels, dtype=object)[learned_from] if classes else learned_from)


def _held_out(
    component: Estimator[Any], given: Rows, rows: int, spec: MatrixSpec, room: Room, time_left: TimeLeft
) -> tuple[int, list[ir.Table]]:
    """In how many folds a model divides its train rows, and the rows of those that it holds out, prepared.

    None where they are no other than here, or their matrices would not fit; fewer where preparing them takes too much
    of the time. What prepares them may need room itself, so none is held meanwhile.
    """
    folds, parts = component.held_out(rows, spec.width) if given.inner else (0, 0)
    fits = spec.memory_mb((parts + 1) * rows) <= room.memory_mb
    prepared: list[ir.Table] = []
    for table in given.inner(folds, parts) if given.inner and parts and fits else ():
        prepared.append(table)
        if not time_left.allows_preparing(len(prepared) + 1):
            break
    return folds, prepared


def _watched(held: Loaded, classes: Classes | None) -> dict[str, Any]:
    """Validation rows in scikit-learn's words, without those whose label no train row has."""
    answers = truth(held.labels, classes)
    known = answers >= 0 if classes else np.ones(len(answers), dtype=bool)
    return {"X_val": held.matrix[known], "y_val": answers[known]} if known.any() else {}


def _fit_where_rows_are(
    component: Estimator[Any], rows: ir.Table, spec: MatrixSpec, backend: Backend
) -> tuple[Trained, Prior]:
    """The same from a matrix that does not fit here, learned by the engine's own workers."""
    answers = count_answers(component, rows, backend)
    positive = _positive(component, answers.classes) if answers.classes else None
    estimator = fit_distributed(component, rows, spec, answers, backend)
    return Trained(estimator, spec, answers.classes, positive, component.takes_missing), answers.prior


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


def learn_again(component: Estimator[Any], matrix: Matrix, learned_from: npt.NDArray[Any], **beside: Any) -> Any:
    """An estimator fitted to other rows.

    Raises
    ------
    UnfitForTraining
    """
    return fitted(lambda: component.fit(matrix, learned_from, **beside))[0]


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
