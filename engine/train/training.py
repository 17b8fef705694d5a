"""Fit a model on the train rows, let it answer for every row, and score it on the test rows."""

from collections.abc import Callable, Iterator
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
from components.ports import ROLE, ROW
from engine.backends.duckdb import DuckDBBackend
from engine.errors import UnfitForTraining
from engine.schemas import PREDICTION, PROBABILITIES, PROBABILITY
from engine.train.explain import importance
from engine.train.matrix import Matrix, MatrixSpec, check_finite, check_size, learn_spec, stack
from engine.train.target import Classes, check_target, learn_classes

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
        With the reserved columns; materialised, because it is read three times.
    predictions
        The Parquet file to write: the table's columns, then the predictions.

    Raises
    ------
    UnfitForTraining, LimitReached
    """
    trained, learned_from = _fit(component, table, backend, memory_mb)
    on_progress(0.6)
    tested = _predict_all(component, trained, table, backend, predictions)
    on_progress(0.9)
    trained.metrics = scores(tested)
    trained.baseline = baseline(learned_from, tested)
    trained.importance = importance(trained, _sample(component, table, backend), component.params.target)
    return trained


def _fit(
    component: Estimator[Any], table: ir.Table, backend: DuckDBBackend, memory_mb: int
) -> tuple[Trained, npt.NDArray[Any]]:
    """The fitted model and the labels or numbers it learned from."""
    target, features = component.params.target, list(component.params.features)
    rows = table.filter((table[ROLE] == "train") & table[target].notnull())
    spec = learn_spec(rows, features)
    labels = pa.chunked_array(
        _column(backend, rows.order_by(ROW).select(target), target), type=_arrow_type(table, target)
    )
    _check_any_rows(table, target, labels, backend)
    check_size(len(labels), spec.width, memory_mb)
    classes = learn_classes(labels, target) if component.task == "classification" else None
    truth = classes.encode(labels) if classes else labels.to_numpy().astype(np.float64)
    matrix = stack(backend.batches(rows.order_by(ROW).select(features)), spec, len(labels))
    check_finite(matrix, spec, takes_missing=component.takes_missing)
    estimator = component.build().fit(matrix, truth)
    positive = _positive(component, classes) if classes else None
    trained = Trained(estimator, spec, classes, positive, rows={"train": len(labels)})
    return trained, np.array(classes.labels, dtype=object)[truth] if classes else truth


def _positive(component: Estimator[Any], classes: Classes) -> Any:
    try:
        return positive_class(classes.labels, getattr(component.params, "positive", None))
    except ValueError as error:
        raise UnfitForTraining(str(error), hint="Choose one of the classes.", field="positive") from error


def _check_any_rows(table: ir.Table, target: str, labels: pa.ChunkedArray, backend: DuckDBBackend) -> None:
    if len(labels):
        return
    everything = table.filter(table[ROLE] == "train").select(target)
    check_target(pa.chunked_array(_column(backend, everything, target), type=_arrow_type(table, target)), target)


def _predict_all(
    component: Estimator[Any], trained: Trained, table: ir.Table, backend: DuckDBBackend, path: Path
) -> Predictions:
    """Write the answer for every row; return those for the test rows with a known target."""
    truths, answers, chances = [], [], []
    target_type = _arrow_type(table, component.params.target)
    writer: pq.ParquetWriter | None = None
    try:
        for batch in backend.batches(table):
            matrix = trained.spec.fill(batch)
            check_finite(matrix, trained.spec, takes_missing=component.takes_missing)
            found, probabilities = trained.answer(matrix)
            with_answers = _with_answers(batch, trained, target_type, found, probabilities)
            writer = writer or pq.ParquetWriter(path, with_answers.schema, compression="zstd")
            writer.write_batch(with_answers)
            tested = _is_test(batch, component.params.target)
            truths.append(_truth(batch.column(component.params.target), trained)[tested])
            answers.append(found[tested])
            if probabilities is not None:
                chances.append(probabilities[tested])
    finally:
        if writer:
            writer.close()
    trained.rows["test"] = sum(len(part) for part in truths)
    return _predictions(component, trained, truths, answers, chances)


def _predictions(
    component: Estimator[Any], trained: Trained, truths: list[Any], answers: list[Any], chances: list[Any]
) -> Predictions:
    truth, found = np.concatenate(truths), np.concatenate(answers)
    if not len(truth):
        raise UnfitForTraining(
            "There are no test rows to score the model on.",
            hint="Give the split a larger test share, or check the filters before it.",
        )
    if trained.classes is None:
        return Predictions("regression", truth, found)
    # A label the train rows never had counts as a miss, but has no probability.
    known = truth >= 0
    trained.rows["unseen_labels"] = int((~known).sum())
    labels = np.array(trained.classes.labels, dtype=object)
    return Predictions(
        "classification",
        labels[truth[known]],
        labels[found[known]],
        np.concatenate(chances)[known],
        trained.classes.labels,
        trained.positive,
    )


def _sample(component: Estimator[Any], table: ir.Table, backend: DuckDBBackend) -> pa.Table:
    """Some test rows, always the same ones."""
    target = component.params.target
    rows = table.filter((table[ROLE] == "test") & table[target].notnull()).order_by(ROW).limit(IMPORTANCE_ROWS)
    chosen = rows.select(target, *component.params.features)
    return pa.Table.from_batches(list(backend.batches(chosen)), schema=chosen.schema().to_pyarrow())


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
    if trained.classes:
        return trained.classes.encode(column)
    numbers: npt.NDArray[Any] = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers


def _is_test(batch: pa.RecordBatch, target: str) -> npt.NDArray[np.bool_]:
    is_test = pc.and_(pc.equal(batch.column(ROLE), "test"), batch.column(target).is_valid())
    mask: npt.NDArray[np.bool_] = is_test.to_numpy(zero_copy_only=False)
    return mask


def _column(backend: DuckDBBackend, table: ir.Table, name: str) -> Iterator[pa.Array]:
    for batch in backend.batches(table):
        yield batch.column(name)


def _arrow_type(table: ir.Table, name: str) -> pa.DataType:
    return table.schema().to_pyarrow().field(name).type
