"""Fit a model on the train rows, let it answer for every row, and score it on the test rows."""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.base import Estimator, Predictions
from components.evaluate.positive import positive_class
from components.evaluate.scores import baseline, scores
from components.ports import ROLE, ROW, kind_of
from engine.backends.duckdb import DuckDBBackend
from engine.errors import UnfitForTraining
from engine.schemas import PREDICTION, PROBABILITIES, PROBABILITY
from engine.train.explain import importance
from engine.train.matrix import Matrix, MatrixSpec, as_numbers, check_finite, check_size, learn_spec
from engine.train.target import Classes, RowCounts, check_rows, count_rows, learn_classes, plain

IMPORTANCE_ROWS = 1_000


@dataclass
class Trained:
    """A fitted model and what is known of it."""

    estimator: Any
    spec: MatrixSpec
    classes: Classes | None
    positive: Any | None
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
    if len(matrix) == 0:
        return np.empty(0), np.empty((0, 0)) if is_classification else None
    if not is_classification:
        return np.asarray(estimator.predict(matrix), dtype=np.float64), None
    probabilities = np.asarray(estimator.predict_proba(matrix), dtype=np.float64)
    return probabilities.argmax(axis=1), probabilities


def train(
    component: Estimator[Any],
    table: ir.Table,
    backend: DuckDBBackend,
    predictions: Path,
    memory_mb: int,
    on_progress: Callable[[float], None] = lambda share: None,
) -> Trained:
    """Train on `train` rows, write predictions for all rows, score on `test` rows.

    Parameters
    ----------
    table
        With the reserved columns; materialised, because it is read several times.
    predictions
        The Parquet file to write: the table's columns, then the predictions.

    Raises
    ------
    UnfitForTraining, LimitReached
    """
    counts = count_rows(table, component.params.target)
    check_rows(counts, component.params.target)
    trained, learned_from = _fit(component, table, counts, backend, memory_mb)
    on_progress(0.6)
    # In the order of the row ids: the last bits of a matrix product depend on where in a batch a row stands.
    ordered = table.order_by(_order(table, component, is_unique=counts.are_unique))
    tested = _predict_all(component, trained, ordered, backend, predictions)
    on_progress(0.9)
    trained.metrics = scores(tested)
    trained.baseline = baseline(learned_from, tested)
    trained.importance = importance(trained, _sample(component, table, counts, backend), component.params.target)
    return trained


def _fit(
    component: Estimator[Any], table: ir.Table, counts: RowCounts, backend: DuckDBBackend, memory_mb: int
) -> tuple[Trained, npt.NDArray[Any]]:
    """The fitted model and the labels or numbers it learned from."""
    target, features = component.params.target, list(component.params.features)
    rows = table.filter((table[ROLE] == "train") & table[target].notnull())
    spec = learn_spec(rows, features)
    check_size(counts.train, spec.width, memory_mb)
    order = _order(rows, component, is_unique=counts.are_unique)
    matrix, labels = _load(backend.batches(rows.order_by(order).select(target, *features)), spec, counts.train, target)
    check_finite(matrix, spec, takes_missing=component.takes_missing)
    classes = learn_classes(labels, target) if component.task == "classification" else None
    truth = classes.encode(labels) if classes else as_numbers(labels)
    estimator, warned = _learn(component, matrix, truth)
    positive = _positive(component, classes) if classes else None
    trained = Trained(estimator, spec, classes, positive, rows={"train": counts.train}, warnings=warned)
    return trained, np.array(classes.labels, dtype=object)[truth] if classes else truth


def _order(table: ir.Table, component: Estimator[Any], *, is_unique: bool) -> list[ir.Value]:
    """Rows by their id; of those that share one, because a join gave several matches, by what the model sees."""
    if is_unique:
        return [table[ROW]]
    columns = [table[name] for name in (component.params.target, *component.params.features)]
    seen = [column["one_hot"] if kind_of(column.type()) == "one_hot" else column for column in columns]
    return [table[ROW], *seen]


def _load(
    batches: Iterable[pa.RecordBatch], spec: MatrixSpec, rows: int, target: str
) -> tuple[Matrix, pa.ChunkedArray]:
    """The matrix and the target's values of many batches, in one pass so that they cannot come apart."""
    matrix = np.empty((rows, spec.width), dtype=np.float64)
    labels, at = [], 0
    for batch in batches:
        matrix[at : at + batch.num_rows] = spec.fill(batch)
        labels.append(plain(batch.column(target)))
        at += batch.num_rows
    return matrix, pa.chunked_array(labels)


def _learn(component: Estimator[Any], matrix: Matrix, truth: npt.NDArray[Any]) -> tuple[Any, tuple[str, ...]]:
    """The fitted estimator and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            estimator = component.build().fit(matrix, truth)
        except ValueError as error:
            raise UnfitForTraining(
                f"The model cannot learn with these settings from these rows: {_first_line(error)}.",
                hint="Change the model's settings, its features or its rows.",
            ) from error
    return estimator, tuple(dict.fromkeys(_first_line(warning.message) for warning in caught))


def _first_line(told: Warning | Exception | str) -> str:
    return (str(told).strip().splitlines() or [type(told).__name__])[0].rstrip(".")


def _positive(component: Estimator[Any], classes: Classes) -> Any:
    try:
        return positive_class(classes.labels, getattr(component.params, "positive", None))
    except ValueError as error:
        raise UnfitForTraining(str(error), hint="Choose one of the classes.", field="positive") from error


def _predict_all(
    component: Estimator[Any], trained: Trained, table: ir.Table, backend: DuckDBBackend, path: Path
) -> Predictions:
    """Write the answer for every row; return those for the test rows with a known target."""
    target = component.params.target
    tested: list[tuple[npt.NDArray[Any], ...]] = []
    writer: pq.ParquetWriter | None = None
    try:
        for batch in backend.batches(table):
            matrix = trained.spec.fill(batch)
            check_finite(matrix, trained.spec, takes_missing=component.takes_missing)
            found, probabilities = trained.answer(matrix)
            with_answers = _with_answers(batch, trained, plain(batch.column(target)).type, found, probabilities)
            writer = writer or pq.ParquetWriter(path, with_answers.schema, compression="zstd")
            writer.write_batch(with_answers)
            columns = (_truth(batch.column(target), trained), found, probabilities)
            mask = _is_test(batch, target)
            tested.append(tuple(column[mask] for column in columns if column is not None))
    finally:
        if writer:
            writer.close()
    truth, answers, *chances = (np.concatenate(parts) for parts in zip(*tested, strict=True))
    trained.rows["test"] = len(truth)
    return _predictions(trained, truth, answers, *chances)


def _predictions(
    trained: Trained,
    truth: npt.NDArray[Any],
    found: npt.NDArray[Any],
    chances: npt.NDArray[np.float64] | None = None,
) -> Predictions:
    if trained.classes is None or chances is None:
        return Predictions("regression", truth, found)
    # A label the train rows never had counts as a miss, but has no probability.
    known = truth >= 0
    trained.rows["unseen_labels"] = int((~known).sum())
    labels = np.array(trained.classes.labels, dtype=object)
    return Predictions(
        "classification",
        labels[truth[known]],
        labels[found[known]],
        chances[known],
        trained.classes.labels,
        trained.positive,
    )


def _sample(component: Estimator[Any], table: ir.Table, counts: RowCounts, backend: DuckDBBackend) -> pa.Table:
    """Some test rows, always the same ones."""
    target = component.params.target
    rows = table.filter((table[ROLE] == "test") & table[target].notnull())
    drawn = (rows[ROW].cast("string") + "importance").hexdigest("md5")
    order = [drawn, *_order(rows, component, is_unique=counts.are_unique)]
    return backend.collect(rows.order_by(order).limit(IMPORTANCE_ROWS).select(target, *component.params.features))


def _with_answers(
    batch: pa.RecordBatch,
    trained: Trained,
    target_type: pa.DataType,
    found: npt.NDArray[Any],
    probabilities: npt.NDArray[np.float64] | None,
) -> pa.RecordBatch:
    if trained.classes is None or probabilities is None:
        return batch.append_column(PREDICTION, pa.array(found, type=pa.float64()))
    labels = pa.array(trained.classes.labels, type=target_type).take(pa.array(found.astype(np.int64)))
    flat = pa.array(probabilities.ravel())
    width = probabilities.shape[1] if probabilities.size else len(trained.classes.labels)
    offsets = pa.array(np.arange(len(found) + 1, dtype=np.int32) * width)
    batch = batch.append_column(PREDICTION, labels)
    batch = batch.append_column(
        PROBABILITY, pa.array(probabilities.max(axis=1) if probabilities.size else [], pa.float64())
    )
    return batch.append_column(PROBABILITIES, pa.ListArray.from_arrays(offsets, flat))


def _truth(column: pa.Array, trained: Trained) -> npt.NDArray[Any]:
    return trained.classes.encode(plain(column)) if trained.classes else as_numbers(column)


def _is_test(batch: pa.RecordBatch, target: str) -> npt.NDArray[np.bool_]:
    is_test = pc.and_(pc.equal(batch.column(ROLE), "test"), batch.column(target).is_valid())
    mask: npt.NDArray[np.bool_] = is_test.to_numpy(zero_copy_only=False)
    return mask
